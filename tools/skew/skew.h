/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks whose errors were read, and reports of them. */
#ifndef XENTIMECTL_SKEW_H
#define XENTIMECTL_SKEW_H

#include <stddef.h>

#include <json-c/json.h>

#include "skew/clock-fit.h"
#include "skew/ntplog.h"
#include "skew/verdict.h"
#include "tool.h"

/* A clock, as one file, one source in it, or one device tells of it. */
struct clock {
    char *name;
    const char *format;
    struct fit_point *points;
    struct fit fit;
    double corrected;       /* ppm: what its daemon says (the median); NAN */
    enum ntp_daemon daemon; /* who corrects it */
    double limit_ppm;       /* and how much it can; NAN: not known */
    struct ntp_move *moves; /* it was set */
    size_t nmoves;
    bool unset;              /* as ntp_series has it */
    size_t notes[NTP_NOTES]; /* what is no reading, in the file's log */
    double reading_error;    /* seconds, the worst of a reading; NAN */
    size_t hard;            /* readings with an Allan deviation over 1000 ppm */
    struct verdict verdict; /* verdict_find() */
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
 * Judges and prints and, with --plot, draws what is in @all.  @doc: members for
 * the JSON document besides "clocks", or NULL.  Returns an exit status.
 */
int clocks_report(const struct tool *t, const struct clocks *all,
                  json_object *doc);

/* xentimectl skew DOM */
int skew_domain(struct tool *t);

#endif /* XENTIMECTL_SKEW_H */
