/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the steps of a clock, which cut its readings into segments. */
#ifndef XENTIMECTL_SKEW_CLIFFS_H
#define XENTIMECTL_SKEW_CLIFFS_H

#include <stddef.h>

#include "skew/trend.h"

/*
 * Finds the segments of @p, which has @n readings in order of time, at least
 * three and not all of one time, and their trend.  @s has room for n / 3 + 3
 * segments, @work for 3 n doubles.  Moves of less than @least seconds are no
 * steps.  Returns the number of segments.
 */
size_t cliffs_find(struct fit_point *p, size_t n, double least,
                   struct segment *s, double *work, struct trend *trend);

#endif /* XENTIMECTL_SKEW_CLIFFS_H */
