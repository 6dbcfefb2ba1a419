/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The performance monitor's registers as a context that can be saved and
 * loaded: which registers a CPU family has, and in which order they are moved
 * so that no counter ever runs half loaded.
 *
 * The order (Power ISA 3.0B, Book III, chapter 9, Performance Monitor
 * Facility): saving reads MMCR0 and freezes the counters with it (FC), then
 * reads MMCRA and turns sampling off with it, before it reads anything else;
 * loading finds both so, writes everything else, then MMCRA, and MMCR0 last,
 * which lets the counters run.  Where a CPU samples continuously, SIAR and SDAR
 * would change between the two otherwise, and hold an address of the
 * hypervisor.  Writing MMCR0 without PMAO takes a pending alert away, writing
 * it with PMAO brings it back: an alert travels with its context.
 *
 * Nothing here depends on Xen beyond types (see pmu-spr.h), takes a lock or
 * sleeps.  A context belongs to a vCPU, and only the CPU that runs the vCPU,
 * or ran it last, moves it.  Callers have interrupts off.
 */
#ifndef PPC_PMU_CONTEXT_H
#define PPC_PMU_CONTEXT_H

#ifdef __XEN__
#include <xen/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#define always_inline inline __attribute__((__always_inline__))
#endif

#include <asm/pmu-spr.h>

/*
 * Each family is a list of registers: W(index, name, spr) has 64 bits, and
 * N(index, name, spr) only the lower 32.  MMCR0 is narrow[0] in every family,
 * and MMCRA wide[PMU_MMCRA].  They are in no list, as they are moved before or
 * after all the others.
 */

/* Power ISA 3.0B, Book III, chapter 9. */
#define PMU_POWER9(W, N)                                                \
    W(0, MMCR1, 798)                                                    \
    W(1, MMCR2, 785)                                                    \
    N(1, PMC1, 787)                                                     \
    N(2, PMC2, 788)                                                     \
    N(3, PMC3, 789)                                                     \
    N(4, PMC4, 790)                                                     \
    N(5, PMC5, 791)                                                     \
    N(6, PMC6, 792)                                                     \
    W(3, SIAR, 796)                                                     \
    W(4, SDAR, 797)                                                     \
    W(5, SIER, 784)

/* PowerPC 970MP User's Manual, Performance Monitoring. */
#define PMU_PPC970(W, N)                                                \
    W(0, MMCR1, 798)                                                    \
    N(1, PMC1, 787)                                                     \
    N(2, PMC2, 788)                                                     \
    N(3, PMC3, 789)                                                     \
    N(4, PMC4, 790)                                                     \
    N(5, PMC5, 791)                                                     \
    N(6, PMC6, 792)                                                     \
    N(7, PMC7, 793)                                                     \
    N(8, PMC8, 794)                                                     \
    W(3, SIAR, 796)                                                     \
    W(4, SDAR, 797)

#define PMU_MAX_WIDE   6
#define PMU_MAX_NARROW 9

#define PMU_SPR_MMCRA  786
#define PMU_SPR_MMCR0  795

#define PMU_MMCRA      2

/* Bits of MMCR0 that matter here. */
#define PMU_MMCR0_FC   0x80000000U      /* freeze counters */
#define PMU_MMCR0_PMAE 0x04000000U      /* alert enabled */
#define PMU_MMCR0_PMAO 0x00000080U      /* alert occurred */
#define PMU_MMCR0_FCH  0x00000001U      /* freeze in hypervisor state */

struct pmu_context {
    uint64_t wide[PMU_MAX_WIDE];
    uint32_t narrow[PMU_MAX_NARROW];
};

/* ---- moves ---- */

/* Stops all counters, alerts and sampling. */
static always_inline void pmu_freeze(void)
{
    pmu_mtspr(PMU_SPR_MMCR0, PMU_MMCR0_FC);
    pmu_mtspr(PMU_SPR_MMCRA, 0);
    pmu_isync();
}

/* This stops the same, and puts what both registers were into *ctx. */
static always_inline void pmu_save_control(struct pmu_context *ctx)
{
    ctx->narrow[0] = pmu_mfspr(PMU_SPR_MMCR0);
    pmu_mtspr(PMU_SPR_MMCR0, PMU_MMCR0_FC);
    ctx->wide[PMU_MMCRA] = pmu_mfspr(PMU_SPR_MMCRA);
    pmu_mtspr(PMU_SPR_MMCRA, 0);
    pmu_isync();
}

/*
 * These two functions are made for each family, straight from its list:
 *  pmu_save_FAMILY(ctx)  puts the registers into *ctx and leaves the monitor
 *                        frozen (MMCR0 is FC and nothing else, MMCRA is 0).
 *  pmu_load_FAMILY(ctx)  loads them; the monitor must be frozen.  What stands
 *                        in *ctx may be anything: a guest wrote it, or could.
 */
#define PMU_SAVE_WIDE(i, name, spr)   ctx->wide[i] = pmu_mfspr(spr);
#define PMU_SAVE_NARROW(i, name, spr) ctx->narrow[i] = pmu_mfspr(spr);
#define PMU_LOAD_WIDE(i, name, spr)   pmu_mtspr(spr, ctx->wide[i]);
#define PMU_LOAD_NARROW(i, name, spr) pmu_mtspr(spr, ctx->narrow[i]);

#define PMU_MOVES(family, LIST)                                         \
    static always_inline void pmu_save_##family(struct pmu_context *ctx) \
    {                                                                   \
        pmu_save_control(ctx);                                          \
        LIST(PMU_SAVE_WIDE, PMU_SAVE_NARROW)                            \
    }                                                                   \
    static always_inline void pmu_load_##family(const struct pmu_context *ctx) \
    {                                                                   \
        LIST(PMU_LOAD_WIDE, PMU_LOAD_NARROW)                            \
        pmu_mtspr(PMU_SPR_MMCRA, ctx->wide[PMU_MMCRA]);                 \
        pmu_mtspr(PMU_SPR_MMCR0, ctx->narrow[0]);                       \
    }

PMU_MOVES(power9, PMU_POWER9)
PMU_MOVES(ppc970, PMU_PPC970)

/* ---- families ---- */

struct pmu_family {
    const char *name;
    uint16_t pvr_versions[5];   /* upper halves of the PVR, ended by 0 */
    uint8_t nr_regs, nr_pmcs;
    const char *wide[PMU_MAX_WIDE], *narrow[PMU_MAX_NARROW];
    void (*save)(struct pmu_context *ctx);
    void (*load)(const struct pmu_context *ctx);
};

/* Returns the family of a CPU with this PVR; NULL if it is not known. */
const struct pmu_family *pmu_family_of(uint32_t pvr);

/* Changes MMCR0 in *ctx so that nothing counts and no alert can come. */
void pmu_context_quiet(struct pmu_context *ctx);

#endif /* PPC_PMU_CONTEXT_H */
