/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trend of readings whose steps are known: one rate for all of them, and a
 * level for each segment between two steps.  trend.c tells how it is found.
 */
#ifndef XENTIMECTL_SKEW_TREND_H
#define XENTIMECTL_SKEW_TREND_H

#include <stddef.h>

#include "skew/reading.h"

/* Readings from @begin on, up to the next segment's begin, have one level. */
struct segment {
    size_t begin;
    double level;    /* seconds, at its first reading */
    double size;     /* seconds: this level minus that of the one before */
    double error;    /* seconds: the standard error of @size */
    size_t n, agree; /* readings, and those that are no outliers */
    double sum[3];   /* of the regression's normal equations */
};

struct trend {
    double rate, error; /* seconds a second, and its standard error */
    double quantile;    /* so many standard errors make 95 % */
    double correlation; /* of a reading's error with the one before: 0 to 1 */
    double noise;       /* seconds: standard deviation of a reading */
    double scale;       /* seconds: what is new in a reading's error */
};

/*
 * Fits @p, which has @n readings in order of time, at least three and not all
 * of one time.  @s has the segments' begins, of which the first is 0; the rest
 * of it is filled in.  @work has room for 3 n doubles; the
 * first n are then the residuals.  Sets @p[].wild.
 */
void trend_fit(struct fit_point *p, size_t n, struct segment *s,
               size_t nsegments, double *work, struct trend *out);

#endif /* XENTIMECTL_SKEW_TREND_H */
