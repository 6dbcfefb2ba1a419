/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rate of a clock from readings of its error, and its steps.
 *
 * A reading is the clock's error (clock minus reference, in seconds) at a time
 * (seconds of the reference, from anywhere).  The clock is taken to run at one
 * rate, but for steps: sudden changes of its error that stay ("cliffs").
 * Steps are looked for first; the rate and their sizes then come from one
 * robust regression (Tukey's bisquare, iteratively reweighted; Holland and
 * Welsch 1977, GSL's gsl_multifit_robust), so that single wild readings have
 * no say.  Intervals are of 95 % confidence and take the errors of the
 * readings for independent of each other.
 */
#ifndef XENTIMECTL_SKEW_CLOCK_FIT_H
#define XENTIMECTL_SKEW_CLOCK_FIT_H

#include <stddef.h>

/* More steps than this are no steps: the largest are kept. */
#define FIT_MAX_STEPS 16

struct fit_point {
    double t;                /* seconds */
    double error;            /* seconds */
};

struct fit_step {
    double t;                /* of the first reading after it */
    double size, interval;   /* seconds, +- seconds */
};

struct fit {
    size_t n;
    double start, span;      /* seconds: the first reading, and to the last */
    double first, last;      /* the error then, seconds */
    double rate, interval;   /* ppm, +- ppm; NAN: too few readings */
    double noise;            /* of a reading, seconds (standard deviation) */
    struct fit_step step[FIT_MAX_STEPS]; /* in the order of time */
    size_t nsteps;
};

/*
 * @p is sorted by time.  0, or -1 when out of memory.  Below three readings,
 * or if all are of one time, there is no rate, and no step.  Moves of less than
 * @least seconds are no steps.
 */
int fit_clock(struct fit_point *p, size_t n, double least, struct fit *f);

#endif /* XENTIMECTL_SKEW_CLOCK_FIT_H */
