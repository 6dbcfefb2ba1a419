/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The performance monitor's registers as a context that can be put away and
 * brought back: which registers a CPU family has, and in which order they are
 * moved so that no counter ever runs half loaded.
 *
 * The order (Power ISA 3.0B, Book III, 9.4): saving reads MMCR0 first and
 * freezes with it (FC) before it reads anything else; loading expects the
 * monitor frozen, writes everything else, and MMCR0 last, which lets it run.
 *
 * No Xen dependency beyond types.  The hypervisor's pmu_mfspr() and
 * pmu_mtspr() are single instructions; unit tests bring simulated registers.
 * No locks: a context belongs to a vCPU, and only the CPU that runs it, or
 * ran it last, moves it.  None of this sleeps.  Callers have interrupts off.
 */
#ifndef PPC_PMU_CONTEXT_H
#define PPC_PMU_CONTEXT_H

#ifdef __XEN__
#include <xen/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#endif

/* As many as any family has. */
#define PMU_MAX_REGS 16
#define PMU_MAX_PMCS 8

/* A register of the context, in the order of saving: MMCR0 is the first. */
struct pmu_reg {
    const char *name;
    uint16_t spr;
    bool is_32bit;              /* only the lower half is kept (PMCs) */
};

struct pmu_family {
    const char *name;
    uint16_t pvr_version;       /* upper half of the PVR; 0 ends the table */
    uint8_t nr_regs;
    uint8_t nr_pmcs;            /* counters */
    uint8_t pmc;                /* index of PMC1 in regs[]; the others follow */
    struct pmu_reg regs[PMU_MAX_REGS];
};

/* Values in the order of the family's regs[]; MMCR0 is reg[0]. */
struct pmu_context {
    uint64_t reg[PMU_MAX_REGS];
};

#define PMU_MMCR0 0             /* index of MMCR0 in every family */

/* The family of a CPU by its PVR, or NULL if it is not known. */
const struct pmu_family *pmu_family_of(uint32_t pvr);

/*
 * Put the registers into *ctx.  On return the monitor is frozen (MMCR0 is
 * FC and nothing else: no alert is pending any more; one that was is PMAO in
 * the saved MMCR0).  PMCs are cut to 32 bits, of MMCR0 the upper half.
 */
void pmu_save(const struct pmu_family *f, struct pmu_context *ctx);

/*
 * Load the registers from *ctx: freezes, loads, and lets run as its MMCR0
 * says.  Nothing in *ctx is trusted to be sensible: whatever stands there
 * was, or could have been, written by a guest.
 */
void pmu_load(const struct pmu_family *f, const struct pmu_context *ctx);

/*
 * An initial set with everything zero and frozen, in case the firmware left
 * the monitor running: what it was at boot, but with FC and FCH, no alert
 * enabled or pending.
 */
void pmu_context_quiet(struct pmu_context *ctx);

#endif /* PPC_PMU_CONTEXT_H */
