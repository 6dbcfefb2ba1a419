/* SPDX-License-Identifier: MIT */
/*
 * XEN_SYSCTL_profile: who profiles, and samples of Xen and of passive domains.
 *
 * Installed as xen/include/public/profile.h. Only the control domain may use
 * it; others get -EPERM. A Xen without it answers -ENOSYS, an operation or a
 * version that it does not know gets -EOPNOTSUPP. An answer other than 0
 * means that nothing was changed.
 *
 * Numbers, not pointers: the same layout for every caller, 32 or 64 bits wide.
 * Fields that an operation does not name must be 0 (-EINVAL).
 */
#ifndef XEN_PUBLIC_PROFILE_H
#define XEN_PUBLIC_PROFILE_H

#define XEN_SYSCTL_profile           1500
#define XEN_SYSCTL_PROFILE_VERSION   1

/* As many event counters as any CPU has that this interface serves. */
#define XEN_PROFILE_COUNTERS         8

/* What this hypervisor can do: features = an OR of XEN_PROFILE_FEATURE_*.  0:
 * nothing now (x86: booted without vpmu=, or a CPU whose PMU Xen does not
 * know); start, stop and primary_start answer -EOPNOTSUPP then. */
#define XEN_PROFILE_features         0
/* One more session of the domain: -ESRCH, -EOVERFLOW; -EBUSY: it is passive,
 * or (XEN_PROFILE_PASSIVE) profiles itself.  With FEATURE_RING, passive also
 * -EBUSY if the caller is not the primary or the domain is passive already,
 * -EINVAL for the events.  On x86 also -EBUSY for a vPMU mode that others
 * hold, -EOPNOTSUPP: no vPMU in this domain's CPUID policy, or no memory;
 * -EINVAL: a domain that controls others but not the hardware, for itself. */
#define XEN_PROFILE_start            1
/* One less: -ESRCH; -EINVAL if it has none. The last one ends its being
 * passive as well. */
#define XEN_PROFILE_stop             2
/* OUT: what is counted for the domain, and in all. -ESRCH. */
#define XEN_PROFILE_status           3
/* The caller becomes the primary: samples of Xen go to its ring, or to its
 * kernel.  -EBUSY if somebody is; -EINVAL for the ring; on x86 -EPERM for
 * another domain than the hardware domain, -EOPNOTSUPP for a 32-bit one. */
#define XEN_PROFILE_primary_start    4
/* It is no more; with FEATURE_RING passive domains are so no longer.  -EINVAL
 * if it was not. */
#define XEN_PROFILE_primary_stop     5

#define XEN_PROFILE_FEATURE_DOMAIN   (1u << 0)  /* start, stop, status */
#define XEN_PROFILE_FEATURE_PRIMARY  (1u << 1)  /* samples of Xen */
#define XEN_PROFILE_FEATURE_PASSIVE  (1u << 2)
#define XEN_PROFILE_FEATURE_SELF     (1u << 3)  /* guests may ask themselves */
#define XEN_PROFILE_FEATURE_RING     (1u << 4)  /* Xen writes the samples */

#define XEN_PROFILE_PASSIVE          (1u << 0)  /* flags of start */

/*
 * What is to be counted in a passive domain; all 0 without FEATURE_RING.
 * control[] as the CPU has it; on
 * POWER9 MMCR0, MMCR1, MMCR2, MMCRA. Xen takes the alert bits of MMCR0 for
 * itself. Counter n starts at reload[n], and again after each sample; 0 for a
 * counter that is only to count.
 */
struct xen_profile_events {
    uint64_t control[4];
    uint32_t reload[XEN_PROFILE_COUNTERS];
};

/*
 * All 0 without FEATURE_RING: there the hardware domain's kernel takes the
 * samples (on x86 public/pmu.h, XENPMU_MODE_HV and VIRQ_XENPMU).
 *
 * The ring: `size` bytes of the caller's memory from guest address `ring`, a
 * multiple of 64 KiB on PowerPC, that stay its own until the primary stops.
 * It begins with struct xen_profile_ring. reload: what Xen puts into a counter
 * of the primary's own after a sample of Xen. No reload value may be less than
 * 1,000 from where the counter overflows (-EINVAL).
 */
struct xen_profile_primary {
    uint64_t ring;
    uint32_t size;
    uint32_t pad;
    uint32_t reload[XEN_PROFILE_COUNTERS];
};

struct xen_profile_status {
    uint32_t sessions;          /* of the domain, by this interface */
    uint32_t self;              /* of its vCPUs that asked themselves */
    uint32_t passive;           /* 1: it is */
    uint32_t claims;            /* all of all domains */
    uint64_t samples;           /* written to a ring, since boot */
    uint64_t lost;              /* for want of room, since the primary began */
    uint16_t primary;           /* its domain; DOMID_INVALID: none */
    uint16_t mode;              /* x86: XENPMU_MODE_* in force, */
    uint16_t initial;           /* and that to which the last stop returns */
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
#define XEN_PROFILE_SAMPLE_SKID (1u << 1)       /* pc is where the vCPU was
                                   when Xen next looked, not where it was
                                   when the counter overflowed */
};

/*
 * Xen writes samples and prod, the reader cons. Both run freely: sample n is
 * at n % nr. Xen loses samples while prod - cons = nr, and counts them. What
 * the reader writes here can lose it samples and nothing else.
 */
struct xen_profile_ring {
    uint32_t nr;                /* of sample[]: Xen says, once */
    uint32_t prod;
    uint32_t cons;
    uint32_t pad;
    uint64_t lost;
    struct xen_profile_sample sample[];
};

#endif /* XEN_PUBLIC_PROFILE_H */
