/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts the interrupts of a timer. */
#ifndef GUESTS_X86_TICK_H
#define GUESTS_X86_TICK_H

#include <stdbool.h>
#include <stdint.h>

#include "shared.h"

/* Notes the period that timer_program() returned for hz. */
void tick_programmed(struct timer_stats *t, uint32_t hz, uint64_t period_ps,
                     uint32_t tsc_khz);

/* Is the interrupt that has come one that QEMU injected a second time? */
bool tick_is_double(const struct timer_stats *t, uint32_t vector, uint64_t now);

/* Counts a tick that has come when the TSC was now. */
void tick_count(struct timer_stats *t, uint64_t now);

#endif
