/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PPC_PMU_VCPU_H
#define PPC_PMU_VCPU_H

#include <public/profile.h>

#include <asm/pmu-lazy.h>

/* A vCPU's part in all this. */
struct guest_pmu {
    struct pmu_vcpu lazy;
    /*
     * What MMCR0 becomes at every exit. Of a vCPU that is covered it keeps
     * what it has, with FCH but where Xen is to be counted on its behalf. Any
     * other's is frozen, with no alert pending: it may have written to the
     * registers without having asked.
     */
    uint64_t mmcr0_and, mmcr0_or;
    /* Xen is counted, if the events say so. WINDOW outlives SAMPLES if that
     * ends in between. */
    uint8_t xen;
#define PMU_XEN_SAMPLES 1       /* there is somebody who wants them */
#define PMU_XEN_WINDOW  2       /* interrupts are on: see pmu.h */
    /* Of a passive domain: what its registers start with (NULL: it is none),
     * and what counters start with again after a sample. */
    const struct pmu_context *start;
    struct pmu_context start_ctx;
    uint32_t reload[XEN_PROFILE_COUNTERS];
};

static inline void guest_pmu_at_exit(struct guest_pmu *p)
{
    p->mmcr0_and = p->lazy.covered ? ~0UL : 0;
    p->mmcr0_or = !p->lazy.covered ? PMU_MMCR0_FC | PMU_MMCR0_FCH
                  : p->xen & PMU_XEN_SAMPLES ? 0 : PMU_MMCR0_FCH;
}

#endif /* PPC_PMU_VCPU_H */
