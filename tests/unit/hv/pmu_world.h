/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Simulated registers of a performance monitor, for the hypervisor's files of
 * the ppc series (asm/pmu-spr.h).
 *
 * As long as MMCR0[FC] is clear each access lets the counters run on, by a
 * pseudo-random step each; a counter that becomes negative with MMCR0[PMAE] set
 * raises an alert (PMAO, and PMAE off). Reads of the narrow registers have
 * junk in their upper halves, which no hardware promises not to have.
 *
 * Accesses that must never be are counted: those to any register but MMCR0
 * while the counters run (a context half saved or half loaded), and those to
 * what is sampled (SIAR, SDAR, SIER) while MMCRA may have the CPU sample.
 */
#ifndef PMU_WORLD_H
#define PMU_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include <asm/pmu-lazy.h>

#include "xen/profile-count.h"

#define PW_MAX_REGS (PMU_MAX_WIDE + PMU_MAX_NARROW)

struct pmu_world {
    uint64_t spr[1024];
    bool narrow[1024];
    uint16_t regs[PW_MAX_REGS]; /* the family's: MMCR0 first */
    unsigned int nr_regs;
    unsigned int violations;
    unsigned int isyncs;
    /* Accesses, as they came: SPR, + 0x8000 for a write, 0xffff for isync. */
    uint16_t trace[64];
    unsigned int nr_trace;
    bool still; /* counters do not run: the hypervisor is frozen out (FCH) */
    uint64_t seed;
};
extern struct pmu_world pw;

/* Sets all registers to 0, except that MMCR0 freezes the counters. */
void pw_start(const struct pmu_family *f, uint64_t seed);
uint64_t pw_random(void);

/* Lets the counters run on, as while a guest runs. */
void pw_run(void);

/* Reads all registers as the guest would: the narrow ones have 32 bits. */
void pw_read(uint64_t *values);

#endif
