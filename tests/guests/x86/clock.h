/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clocks that a guest can read, and whether they ever run backwards. */
#ifndef GUESTS_X86_CLOCK_H
#define GUESTS_X86_CLOCK_H

#include <stdint.h>

#include "shared.h"

/*
 * Reads the clocks in mask (bits by enum clock_id), of vCPU cpu, which is the
 * caller, and records in stats, one for each clock, what they showed.  Call
 * it with interrupts off, so that no other reading comes between the reading
 * and its record.
 */
void clocks_sample(struct clock_stats *stats, uint32_t mask, uint32_t cpu);

/* Returns Xen's system time in ns; *tsc: the TSC that it was made from. */
uint64_t pvclock_read(uint32_t cpu, uint64_t *tsc);

/* Returns the nanoseconds that so many TSC cycles take on vCPU cpu. */
uint64_t pvclock_ns(uint32_t cpu, uint64_t cycles);

/* Records a TSC value that the caller has read itself. */
void clock_record_tsc(struct clock_stats *stats, uint64_t tsc);

#endif
