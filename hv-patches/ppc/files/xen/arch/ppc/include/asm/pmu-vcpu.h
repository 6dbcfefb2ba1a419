/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PPC_PMU_VCPU_H
#define PPC_PMU_VCPU_H

#include <public/profile.h>

#include <asm/pmu-lazy.h>

/* The performance monitor of a vCPU, a member of struct guest_vcpu. */
struct guest_pmu {
    struct pmu_vcpu lazy;
    /*
     * At every exit MMCR0 becomes (MMCR0 & mmcr0_and) | mmcr0_or. A covered
     * vCPU keeps its value, with FCH set unless Xen is to be counted on its
     * behalf: then that of the primary says whether Xen counts, and for a
     * passive domain what the control domain asked for. Any other vCPU is
     * frozen with no alert pending, because it may have written to the
     * registers without having asked.
     */
    uint64_t mmcr0_and, mmcr0_or;
    /*
     * PMU_XEN_*: Xen may be counted on behalf of this vCPU. WINDOW outlives
     * SAMPLES if sampling ends while the window is open.
     */
    uint8_t xen;
#define PMU_XEN_SAMPLES 1       /* samples of Xen are wanted */
#define PMU_XEN_WINDOW  2       /* interrupts are on: see pmu.h */
    /*
     * The registers of a passive domain start with *start (NULL: the domain
     * is not passive), and its counters with reload[] again after a sample.
     */
    const struct pmu_context *start;
    struct pmu_context start_ctx;
    uint32_t reload[XEN_PROFILE_COUNTERS];
};

static inline void guest_pmu_at_exit(struct guest_pmu *p)
{
    p->mmcr0_and = p->lazy.covered ? ~0UL : 0;
    if ( !p->lazy.covered )
        p->mmcr0_or = PMU_MMCR0_FC | PMU_MMCR0_FCH;
    else if ( p->start )
        p->mmcr0_or = p->start->narrow[0] & PMU_MMCR0_FCH;
    else
        p->mmcr0_or = p->xen & PMU_XEN_SAMPLES ? 0 : PMU_MMCR0_FCH;
}

struct vcpu;

/* v is covered now, or not any more, or otherwise than before. */
void pmu_changed(struct vcpu *v);

#endif /* PPC_PMU_VCPU_H */
