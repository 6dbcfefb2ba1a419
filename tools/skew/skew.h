/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks whose errors were read, and reports of them. */
#ifndef XENTIMECTL_SKEW_H
#define XENTIMECTL_SKEW_H

#include <stddef.h>

#include <json-c/json.h>

#include "skew/clock-fit.h"
#include "tool.h"

/* The largest rate that ntpd and the kernel's clock can correct (0.05 %). */
#define NTP_LIMIT_PPM 500

/* A clock, as one file, one source in it, or one device tells of it. */
struct clock {
    char *name;
    const char *format;
    struct fit_point *points;
    struct fit fit;
    double own_rate;      /* ppm, without NTP's corrections; NAN: not known */
    double reading_error; /* seconds, the worst of a reading; NAN: not known */
    size_t hard;          /* readings with an Allan deviation over 1000 ppm */
};

struct clocks {
    struct clock *c;
    size_t n;
};

/*
 * Adds a clock that is called @name, with a blank and @rest if that is not "".
 * Returns NULL when out of memory.
 */
struct clock *clocks_add(struct clocks *all, const char *name,
                         const char *rest);
void clocks_free(struct clocks *all);

/*
 * Prints and, with --plot, draws what all->c[].fit says.  @doc: members for
 * the JSON document besides "clocks", or NULL.  Returns an exit status.
 */
int clocks_report(const struct tool *t, const struct clocks *all,
                  json_object *doc);

/* xentimectl skew DOM */
int skew_domain(struct tool *t);

#endif /* XENTIMECTL_SKEW_H */
