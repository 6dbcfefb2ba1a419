/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields that "show" prints, each with the source of its value. */
#ifndef XENTIMECTL_DOMAIN_SHEET_H
#define XENTIMECTL_DOMAIN_SHEET_H

#include <stddef.h>

#include <json-c/json.h>

#include "xentime.h"

#define SHEET_FIELDS 48

struct field {
    const char *name; /* also the key in JSON */
    const char *source;
    char *value; /* NULL: out of memory */
    json_object *json;
};

struct sheet {
    struct field fields[SHEET_FIELDS];
    size_t n;
};

/*
 * Adds a field, and takes over @json, its value in JSON; NULL is null.  @name and
 * @source stay the caller's.
 */
void sheet_add(struct sheet *s, const char *name, const char *source,
               json_object *json, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/*
 * Adds what a domain's clocks hang on: the TSC, the RTC, and whether timer_mode
 * has a part in it.  @status is NULL where this Xen has none.
 */
void sheet_add_clocks(struct sheet *s, xentime *xt,
                      const struct xentime_domain *dom,
                      const struct xentime_status *status);

#endif /* XENTIMECTL_DOMAIN_SHEET_H */
