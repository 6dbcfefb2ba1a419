/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A clock as it is known: its readings, their fit, and the verdict on them. */
#ifndef XENTIMECTL_SKEW_CLOCK_H
#define XENTIMECTL_SKEW_CLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "skew/clock-fit.h"
#include "skew/ntplog.h"

/* The largest rate that ntpd and the kernel's clock can correct (0.05 %). */
#define NTP_LIMIT_PPM 500

/* The kinds of statement that can be made about a clock's rate. */
enum claim {
    CLAIM_NOTHING,     /* no rate: fewer than two readings, or undated ones */
    CLAIM_CANNOT_TELL, /* its interval leaves all open */
    CLAIM_NO_DRIFT,    /* none to be seen, and little that may be unseen */
    CLAIM_TWO,         /* by two readings, which have no interval */
    CLAIM_DRIFT,
};

/* The clock was wrong, and was corrected. */
struct jump {
    double t, size; /* seconds: its first reading; its largest error */
    double lasted;  /* seconds; NAN: it was still there at the end */
};

/* A time without readings, which is long beside the usual one between two. */
struct gap {
    double t, length; /* seconds: the last reading before it */
};

/* Events of one kind that come again in much the same time. */
struct repetition {
    size_t count;          /* 0: they do not */
    double interval, size; /* seconds, seconds (medians) */
};

struct verdict {
    enum claim claim;
    double rate, interval; /* ppm: the clock's own, with what is corrected */
    bool at_limit;         /* its daemon corrects all it can */
    int follows;           /* 1, 0; -1: not known */
    double worst, worst_t; /* seconds: the largest error, and when */
    struct jump *jumps;
    size_t njumps;
    struct gap *gaps;
    size_t ngaps;
    struct repetition steps, moves;
};

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

#endif /* XENTIMECTL_SKEW_CLOCK_H */
