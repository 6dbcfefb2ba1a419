/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the rate of a clock, and its steps, from readings of its error.
 *
 * A reading is the clock's error (clock minus reference, in seconds) at a time
 * (seconds of the reference, from anywhere).  The clock is taken to run at one
 * rate, but for steps: sudden changes of its error that stay ("cliffs").
 * cliffs.c tells how these are found, trend.c how the rate is, and how far both
 * can be trusted.
 */
#ifndef XENTIMECTL_SKEW_CLOCK_FIT_H
#define XENTIMECTL_SKEW_CLOCK_FIT_H

#include <stddef.h>

#include "skew/reading.h"

struct fit_step {
    double t;              /* seconds: the first reading after it */
    double size, interval; /* seconds, +- seconds (95 %) */
};

struct fit {
    size_t n, wild;
    double start, span;    /* seconds: the first reading; first to last */
    double first, last;    /* seconds: the error of the first and the last */
    double rate, interval; /* ppm, +- ppm (95 %); NAN: too few readings */
    double level;          /* seconds: the error at the start, by the fit */
    double noise;          /* of a reading, seconds (standard deviation) */
    double correlation; /* of a reading's error with the one before: 0 to 1 */
    struct fit_step *step; /* in the order of time */
    size_t nsteps;
};

/*
 * Sorts @p by time, and fills in *f, of which the caller frees the steps by
 * fit_free().  Returns 0, or -1 when out of memory.  Of two readings there is a
 * rate and no interval; of fewer, or if all are of one time, there is no rate.
 * Moves of less than @least seconds are no steps.
 */
int fit_clock(struct fit_point *p, size_t n, double least, struct fit *f);
void fit_free(struct fit *f);

/*
 * Fills in residual[i], how far the error of @p[i] is from what the fit has for
 * its time, for all f->n of them.
 */
void fit_residuals(const struct fit *f, const struct fit_point *p,
                   double *residual);

#endif /* XENTIMECTL_SKEW_CLOCK_FIT_H */
