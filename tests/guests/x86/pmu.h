/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The performance monitor, as far as Xen lets the guest at it. */
#ifndef GUESTS_X86_PMU_H
#define GUESTS_X86_PMU_H

#include <stdbool.h>

#include "x86.h"

/* AMD64 Architecture Programmer's Manual, volume 2, 13.2.1. */
#define PERF_CTL0 0xc0010000u
#define PERF_CTR0 0xc0010004u
#define PERF15_CTR5 0xc001020bu
#define CTL_USER_AND_OS (3ull << 16)
#define CTL_ENABLE (1ull << 22)
#define EVENT_CYCLES 0x76

/* Tries them if dom0 asks for it; see struct pmu_page. */
void pmu_test(void);

/* These return true if they were refused (#GP). */
bool pmu_read(uint32_t msr, uint64_t *value);
bool pmu_write(uint32_t msr, uint64_t value);
bool pmu_rdpmc(uint32_t counter, uint64_t *value);

/* Handles an exception that these wait for; false if it is another. */
bool pmu_exception(struct frame *frame);

#endif
