/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks whose errors were read, and reports of them. */
#ifndef XENTIMECTL_SKEW_H
#define XENTIMECTL_SKEW_H

#include <stddef.h>

#include <json-c/json.h>

#include "skew/clock.h"
#include "tool.h"

/*
 * Adds a clock that is called @name, with a blank and @rest if that is not "".
 * Returns NULL when out of memory.
 */
struct clock *clocks_add(struct clocks *all, const char *name,
                         const char *rest);
void clocks_free(struct clocks *all);

/*
 * Judges and prints and, with --plot, draws what is in @all.  @doc: members for
 * the JSON document besides "clocks", or NULL.  Returns an exit status.
 */
int clocks_report(const struct tool *t, const struct clocks *all,
                  json_object *doc);

/* xentimectl skew DOM */
int skew_domain(struct tool *t);

#endif /* XENTIMECTL_SKEW_H */
