/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges a clock by its readings and by what its daemon says: its own rate,
 * whether the daemon can follow, and what happened to it besides.
 */
#ifndef XENTIMECTL_SKEW_VERDICT_H
#define XENTIMECTL_SKEW_VERDICT_H

#include "skew/clock.h"

/* Fills in c->verdict.  Returns 0, or -1 when out of memory. */
int verdict_find(struct clock *c);
void verdict_free(struct verdict *v);

#endif /* XENTIMECTL_SKEW_VERDICT_H */
