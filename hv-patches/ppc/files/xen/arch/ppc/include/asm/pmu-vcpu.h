/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PPC_PMU_VCPU_H
#define PPC_PMU_VCPU_H

#include <public/profile.h>

#include <asm/pmu-lazy.h>

/* A vCPU's part in all this. */
struct guest_pmu {
    struct pmu_vcpu lazy;
    uint64_t mmcr0_or;          /* into MMCR0 at every exit: FCH, or 0 where
                                   Xen is counted on its behalf */
    bool samples_xen;           /* that is so */
    /* Of a passive domain: what its registers start with (NULL: it is none),
     * and what counters start with again after a sample. */
    const struct pmu_context *start;
    struct pmu_context start_ctx;
    uint32_t reload[XEN_PROFILE_COUNTERS];
};

#endif /* PPC_PMU_VCPU_H */
