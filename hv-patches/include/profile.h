/* SPDX-License-Identifier: MIT */
/*
 * XEN_SYSCTL_profile: who profiles, and samples of Xen and of passive domains.
 *
 * Installed as xen/include/public/profile.h. Only the control domain may use
 * it; others get -EPERM. A Xen without it answers -ENOSYS, an operation or a
 * version that Xen does not know gets -EOPNOTSUPP. An answer other than 0
 * means that nothing was changed.
 *
 * There are numbers in place of pointers, so that the layout is the same for
 * every caller, 32 or 64 bits wide. Fields that an operation does not name
 * must be 0 (-EINVAL), so that they can mean something one day.
 */
#ifndef XEN_PUBLIC_PROFILE_H
#define XEN_PUBLIC_PROFILE_H

#define XEN_SYSCTL_profile           1500
#define XEN_SYSCTL_PROFILE_VERSION   1

/* No CPU that this interface serves has more event counters. */
#define XEN_PROFILE_COUNTERS         8

/*
 * Reads what this hypervisor can do into u.features, an OR of
 * XEN_PROFILE_FEATURE_*.  Without FEATURE_DOMAIN (x86: Xen was booted without
 * vpmu=, or does not know the CPU's PMU) start, stop and primary_start answer
 * -EOPNOTSUPP.
 */
#define XEN_PROFILE_features         0
/*
 * Starts one more session of the domain, with XEN_PROFILE_PASSIVE one that
 * makes it passive.
 *   -ESRCH       there is no such domain, or it is dying
 *   -EOVERFLOW   no more sessions can be counted
 *   -EBUSY       without PASSIVE: the domain is passive.  With PASSIVE: it has
 *                sessions that are not, or profiles itself; with FEATURE_RING
 *                also: the caller is not the primary, or the domain is, or is
 *                passive already.  On x86 also: others hold a vPMU mode that
 *                does not allow it
 *   -EINVAL      unknown flags, or events that cannot be counted.  On x86
 *                also: the hardware domain is to be passive, or the caller is
 *                another domain and names itself
 *   -EOPNOTSUPP  on x86: the domain's CPUID policy has no vPMU, there is no
 *                memory, or (PASSIVE) the hardware domain has 32 bits
 */
#define XEN_PROFILE_start            1
/*
 * Stops one session of the domain.  With the last one it stops being passive,
 * too.  -ESRCH: there is no such domain.  -EINVAL: it has no session, or on
 * x86 the caller names itself and is not the hardware domain.
 */
#define XEN_PROFILE_stop             2
/* Reads the counts of the domain, and of all, into u.status.  -ESRCH. */
#define XEN_PROFILE_status           3
/*
 * Makes the caller the primary: samples of Xen go to its ring, or to its
 * kernel.
 *   -EBUSY       there is a primary; on x86 also: as for start
 *   -EINVAL      the ring, or a reload value, is not as struct
 *                xen_profile_primary says
 *   -EPERM       on x86: the caller is not the hardware domain
 *   -EOPNOTSUPP  on x86: the caller has 32 bits
 */
#define XEN_PROFILE_primary_start    4
/*
 * The caller is the primary no longer; with FEATURE_RING no domain is passive
 * any more, either.  -EINVAL: the caller was not the primary.
 */
#define XEN_PROFILE_primary_stop     5

#define XEN_PROFILE_FEATURE_DOMAIN   (1u << 0)  /* start, stop, status */
#define XEN_PROFILE_FEATURE_PRIMARY  (1u << 1)  /* samples of Xen */
#define XEN_PROFILE_FEATURE_PASSIVE  (1u << 2)
#define XEN_PROFILE_FEATURE_SELF     (1u << 3)  /* guests may ask themselves */
#define XEN_PROFILE_FEATURE_RING     (1u << 4)  /* Xen writes the samples */
/* x86: RDPMC reads a vCPU's own counter, or 0 if it has no vPMU. */
#define XEN_PROFILE_FEATURE_OWN_RDPMC (1u << 5)

#define XEN_PROFILE_PASSIVE          (1u << 0)  /* flags of start */

/*
 * The events that are to be counted in a passive domain; all 0 without
 * FEATURE_RING. control[] has the CPU's registers, on POWER9 MMCR0, MMCR1,
 * MMCR2 and MMCRA. Xen takes the alert bits of MMCR0 for itself. Counter n
 * starts at reload[n], and again after each sample; 0 is for a counter that is
 * only to count.
 */
struct xen_profile_events {
    uint64_t control[4];
    uint32_t reload[XEN_PROFILE_COUNTERS];
};

/*
 * Every field is 0 without FEATURE_RING: there the hardware domain's kernel
 * takes the samples (on x86 by public/pmu.h, XENPMU_MODE_HV and VIRQ_XENPMU).
 *
 * The ring is `size` bytes of the caller's memory from guest address `ring`, a
 * multiple of 64 KiB on PowerPC. They stay the ring's until the primary stops,
 * and begin with struct xen_profile_ring. Xen puts reload[n] into counter n of
 * the primary after a sample of Xen. No reload value, here or in struct
 * xen_profile_events, may be less than 1,000 events from where the counter
 * overflows (-EINVAL).
 */
struct xen_profile_primary {
    uint64_t ring;
    uint32_t size;
    uint32_t pad;
    uint32_t reload[XEN_PROFILE_COUNTERS];
};

struct xen_profile_status {
    uint32_t sessions;          /* the domain's, by this interface */
    uint32_t self;              /* vCPUs that its guest profiles */
    uint32_t passive;           /* 1: the domain is passive */
    uint32_t claims;            /* sessions and self of all domains */
    uint64_t samples;           /* written to a ring, since boot */
    uint64_t lost;              /* for want of room, since the primary began */
    uint16_t primary;           /* a domain id; DOMID_INVALID: none */
    uint16_t mode;              /* x86: XENPMU_MODE_* in force */
    uint16_t initial;           /* x86: the mode that the last stop sets */
    uint16_t pad;
};

struct xen_sysctl_profile {
    uint32_t version;           /* IN: XEN_SYSCTL_PROFILE_VERSION */
    uint32_t op;                /* IN: XEN_PROFILE_* */
    uint16_t domid;             /* IN: start, stop, status */
    uint16_t pad;
    uint32_t flags;             /* IN: start */
    union {
        uint64_t features;                      /* OUT: features */
        struct xen_profile_events events;       /* IN: start, passive */
        struct xen_profile_primary primary;     /* IN: primary_start */
        struct xen_profile_status status;       /* OUT: status */
    } u;
};

/* ---- the ring ---- */

struct xen_profile_sample {
    uint64_t pc;
    uint64_t time;              /* the time base or TSC, as the CPU has it */
    uint64_t event;             /* what the counter counted: on POWER9 its
                                   byte of MMCR1; 0 for fixed counters */
    uint16_t domid;             /* whose vCPU ran */
    uint16_t vcpu;
    uint16_t counter;           /* from 0 */
    uint16_t flags;
#define XEN_PROFILE_SAMPLE_HV   (1u << 0)       /* pc is Xen's (SAMPHV) */
    /*
     * pc is where the vCPU was when Xen next looked, not where it was when the
     * counter overflowed.
     */
#define XEN_PROFILE_SAMPLE_SKID (1u << 1)
};

/*
 * Xen writes samples and prod, the reader writes cons. Both run freely: sample
 * n is at n % nr. While prod - cons is nr or more, Xen loses samples and
 * counts them in lost. What the reader writes here can lose it samples and
 * nothing else.
 */
struct xen_profile_ring {
    uint32_t nr;                /* of sample[]; Xen writes it once */
    uint32_t prod;
    uint32_t cons;
    uint32_t pad;
    uint64_t lost;
    struct xen_profile_sample sample[];
};

#endif /* XEN_PUBLIC_PROFILE_H */
