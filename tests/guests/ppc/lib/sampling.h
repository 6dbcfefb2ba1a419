/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library of the tests whose guest is the primary. */
#ifndef SAMPLING_H
#define SAMPLING_H

#include "guest.h"

/* The ring is here, far from what the guest itself uses. */
#define RING 0x80000UL

static inline struct xen_profile_ring *ring(void)
{
    return (struct xen_profile_ring *)RING;
}

static inline long primary(uint32_t size, uint32_t reload)
{
    struct xen_sysctl_profile p = { .u.primary = { .ring = RING,
                                                   .size = size } };

    for (unsigned int i = 0; i < 6; i++)
        p.u.primary.reload[i] = reload;
    return profile(XEN_PROFILE_primary_start, 0, &p);
}

static inline long no_primary(void)
{
    struct xen_sysctl_profile p = { .op = 0 };

    return profile(XEN_PROFILE_primary_stop, 0, &p);
}

/* Starts a passive session of the domain: there is a sample for each `period`
 * events of counter 4 (PMC5, instructions), also of those in the hypervisor if
 * hv. */
static inline long passive(unsigned int of, uint32_t period, bool hv)
{
    struct xen_sysctl_profile p = { .flags = XEN_PROFILE_PASSIVE };

    p.u.events.control[0] = PMCNCE | (hv ? 0 : FCH);
    p.u.events.reload[4] = 0x80000000U - period;
    return profile(XEN_PROFILE_start, of, &p);
}

/* Makes the hypervisor flush the TLB. */
static inline void flush(void)
{
    hcall(H_REGISTER_PROC_TBL, 0x1d, 0xa0000, 0, 0);
}

/*
 * Gives the hypervisor some work, n times. Rounds are not of the same length, lest
 * each period end at the same place of one.
 */
static inline void busy(unsigned int n)
{
    struct xen_sysctl_profile p = { .op = 0 };

    while (n--) {
        profile(XEN_PROFILE_status, 1, &p);
        flush();
        spin(1 + random() % 200);
    }
}

/* Counts instructions, in the hypervisor too, with an alert after each `period`. */
static inline void sample_insns(uint32_t period)
{
    mtspr(MMCR0, FC);
    mtspr(MMCR1, 0);
    mtspr(PMC1, 0);
    mtspr(PMC2, 0);
    mtspr(PMC3, 0);
    mtspr(PMC4, 0);
    mtspr(PMC6, 0);
    mtspr(PMC5, 0x80000000UL - period);
    mtspr(MMCR0, PMAE | PMCNCE);
}

#endif
