/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds where a timer's ticks are in what was recorded of a vCPU: a tick that
 * comes while the vCPU sleeps wakes it, so that wake-ups gather at one phase of
 * the timer's period.  tick-phase.c tells how.
 */
#ifndef XENTIMECTL_PREDICT_TICK_PHASE_H
#define XENTIMECTL_PREDICT_TICK_PHASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_turn;

/*
 * Finds the phase, in ns from the record's beginning, at which a timer of that
 * period woke the vCPU.  Returns false if wake-ups gather nowhere, as those of
 * a vCPU that never sleeps, or that had another timer.
 */
bool phase_find(const struct sim_turn *turns, size_t n, int64_t period,
                int64_t *phase);

/*
 * Makes the record's clock agree with the timer's, by stretching @turns.  What
 * is known of a TSC's frequency is rounded, to 1 kHz by "xl info", which is
 * some 20 us a minute at 3 GHz; a tick that comes just before the guest reads
 * its clocks is told from one that comes just after by less.
 */
void phase_align(struct sim_turn *turns, size_t n, int64_t period);

#endif /* XENTIMECTL_PREDICT_TICK_PHASE_H */
