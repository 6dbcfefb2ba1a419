/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the rate of a clock, and its steps, from readings of its error.
 *
 * A reading is the clock's error (clock minus reference, in seconds) at a time
 * (seconds of the reference, from anywhere).  The clock is taken to run at one
 * rate, but for steps: sudden changes of its error that stay ("cliffs").
 * clock-fit.c tells how both are found, and how far they can be trusted.
 */
#ifndef XENTIMECTL_SKEW_CLOCK_FIT_H
#define XENTIMECTL_SKEW_CLOCK_FIT_H

#include <stddef.h>

/* No more steps than this are kept: the largest. */
#define FIT_MAX_STEPS 16

struct fit_point {
    double t;     /* seconds */
    double error; /* seconds */
};

struct fit_step {
    double t;              /* seconds: the first reading after it */
    double size, interval; /* seconds, +- seconds */
};

struct fit {
    size_t n;
    double start, span;    /* seconds: the first reading; first to last */
    double first, last;    /* seconds: the error of the first and the last */
    double rate, interval; /* ppm, +- ppm; NAN: too few readings */
    double noise;          /* of a reading, seconds (standard deviation) */
    struct fit_step step[FIT_MAX_STEPS]; /* in the order of time */
    size_t nsteps;
};

/*
 * Sorts @p by time, and fills in *f.  Returns 0, or -1 when out of memory.  If
 * there are fewer than three readings, or if all are of one time, there is no
 * rate and no step.  Moves of less than @least seconds are no steps.
 */
int fit_clock(struct fit_point *p, size_t n, double least, struct fit *f);

#endif /* XENTIMECTL_SKEW_CLOCK_FIT_H */
