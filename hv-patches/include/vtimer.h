/* SPDX-License-Identifier: MIT */
/*
 * Virtual timers of a domain: the domctl that this project adds to Xen.
 *
 * This single copy is installed into xen/include/public/, where domctl.h
 * includes it, and libxentime includes it after Xen's own domctl.h.  A stock
 * Xen answers XEN_DOMCTL_vtimer_op with -ENOSYS (with FLASK enforcing, -EPERM).
 *
 * Only callers that may use domctls at all reach it: the control domain, and
 * with FLASK whoever has hvm setparam on the domain.
 */
#ifndef __XEN_PUBLIC_VTIMER_H__
#define __XEN_PUBLIC_VTIMER_H__

/*
 * Values of HVM_PARAM_TIMER_MODE beside those of hvm/params.h:
 *
 *  paced_missed_ticks:
 *   Guest time stands still, for all vCPUs, while the vCPU that keeps the
 *   domain's time waits for a CPU that it has lost, or for one to take a tick
 *   that came while it was asleep.  Every tick is delivered, and each at the
 *   guest time at which it was due, so that to a guest none is missing.  Ticks
 *   that the guest itself kept waiting, with interrupts off, are merged as by
 *   hardware, and of a pause only the last 10 s are made up.
 *   Refused for a domain of several vCPUs whose TSC is not emulated.
 */
#define HVMPTM_paced_missed_ticks        4
/*
 *  no_doubled_ticks_pending:
 *   As no_missed_ticks_pending, and a tick that is due within half a period of
 *   the delivery of the one before is not delivered either.  A guest that makes
 *   up for missed ticks by its TSC may have counted it then; if not, it makes
 *   up for it at the next one.  Guest time never stands still, so that this
 *   is for any number of vCPUs and any TSC.
 */
#define HVMPTM_no_doubled_ticks_pending  5

#if defined(__XEN__) || defined(__XEN_TOOLS__)

/* Far above what Xen hands out, as the gdbsx operations (1000-1003) are. */
#define XEN_DOMCTL_vtimer_op             1500

#define XEN_VTIMER_INTERFACE_VERSION     2

/*
 * Errors of every operation:
 *   -EACCES      another version
 *   -EOPNOTSUPP  unknown operation; the domain is not an HVM or PVH one
 *   -EINVAL      padding is not zero, or an argument is out of range
 */

/* Reads XEN_VTIMER_FEAT_* into features, whatever domain is named. */
#define XEN_VTIMER_OP_features           0

#define XEN_VTIMER_FEAT_safe_switch      (1U << 0)
#define XEN_VTIMER_FEAT_quiet_vhpet      (1U << 1)
#define XEN_VTIMER_FEAT_tick_stats       (1U << 2)
#define XEN_VTIMER_FEAT_resync           (1U << 3)
#define XEN_VTIMER_FEAT_sync_wakeup      (1U << 4)
#define XEN_VTIMER_FEAT_paced_mode       (1U << 5) /* paced_missed_ticks */
#define XEN_VTIMER_FEAT_one_time         (1U << 6) /* for all vCPUs */
#define XEN_VTIMER_FEAT_undoubled_mode   (1U << 7) /* no_doubled_... */

/* Reads how the domain's virtual time is set and how it lags; u.status. */
#define XEN_VTIMER_OP_status             1

/*
 * Reads the counters of one vCPU; u.stats.
 *   -ENOENT   there is no such vCPU
 *   -ENODATA  its ticks are not counted
 *   -ENOMEM, -EFAULT (the buffer)
 */
#define XEN_VTIMER_OP_stats              2

/* Starts (1, also zeroes) or stops (0) counting; u.counting.  -ENOMEM. */
#define XEN_VTIMER_OP_set_counting       3

/* Sets the fields of u.tune. */
#define XEN_VTIMER_OP_tune               4

/*
 * Brings guest time that is behind back to real time; u.resync.  Guest time
 * only ever moves forwards.  The timer modes in which it can be behind bring
 * it back by themselves, as soon as the vCPU that keeps the domain's time
 * runs.  -EINVAL: the domain is the caller's own.
 */
#define XEN_VTIMER_OP_resync             5

struct xen_vtimer_status {
    uint32_t flags;              /* OUT: XEN_VTIMER_* below */
#define XEN_VTIMER_counting      (1U << 0) /* ticks are counted */
#define XEN_VTIMER_native_tsc    (1U << 1) /* RDTSC is not emulated */
    uint32_t sync_wakeup_after;  /* OUT: as in struct xen_vtimer_tune */
    int64_aligned_t lag;         /* OUT: ns of guest time behind real time */
    uint32_t nr_vcpus;           /* OUT: vCPUs of the domain */
    /*
     * OUT: the vCPU whose ticks keep the domain's time.  In the modes that let
     * guest time stand still it does so while this vCPU waits for a CPU.
     */
    uint32_t timekeeper;
    /*
     * OUT: bit N is set if HVM_PARAM_TIMER_MODE can be N for this domain; any
     * other value is refused, with -EOPNOTSUPP or -EINVAL.
     */
    uint32_t modes;
    uint32_t pad;                /* OUT: 0 */
};

struct xen_vtimer_tune {
    /*
     * no_missed_ticks_pending, no_doubled_ticks_pending: a timer of a
     * descheduled vCPU goes on running, so that the vCPU is given a tick as
     * soon as it runs again, once this many ticks were missed in a row.  0:
     * Xen's own rule, which does so after a wait that missed ticks unless one
     * was pending.
     */
    uint32_t sync_wakeup_after;  /* IN: 0 to XEN_VTIMER_WAKEUP_MAX */
#define XEN_VTIMER_WAKEUP_MAX    65535U
};

struct xen_vtimer_resync {
    int64_aligned_t lag;         /* OUT: ns that guest time was behind */
};

/* The timers whose ticks are counted; an index into xen_vtimer_stats.src. */
#define XEN_VTIMER_SRC_pit       0
#define XEN_VTIMER_SRC_rtc       1
#define XEN_VTIMER_SRC_lapic     2
#define XEN_VTIMER_SRC_hpet0     3
#define XEN_VTIMER_SRC_hpet1     4
#define XEN_VTIMER_SRC_hpet2     5
#define XEN_VTIMER_NR_SRC        6

/*
 * due == delivered + collapsed + dropped + pending at any time.  A one-shot
 * timer's expiry is a tick as well.
 */
struct xen_vtimer_counts {
    uint64_aligned_t due;        /* ticks whose time has come */
    uint64_aligned_t delivered;  /* ... with which the guest was interrupted */
    uint64_aligned_t late;       /* delivered when the next was due already */
    uint64_aligned_t collapsed;  /* merged with another: timer_mode 3 and 4, a
                                    change of mode, or an interrupt that went
                                    to another vCPU */
    uint64_aligned_t dropped;    /* discarded: timer_mode 2 and 5, and 4 beyond
                                    10 s; a change of mode; or the guest
                                    stopped or reprogrammed the timer */
    uint64_aligned_t pending;    /* to be delivered, collapsed or dropped */
    uint64_aligned_t wakeups;    /* fired with the vCPU waiting for a CPU */
    uint64_aligned_t period;     /* ns now; 0: one-shot, or not running */
    /*
     * Delivered ticks by how late they were: [0] under 2 us, [n] from 2^n to
     * 2^(n+1) us, and the last also everything beyond that.
     */
#define XEN_VTIMER_LATENESS      24
    uint64_aligned_t lateness[XEN_VTIMER_LATENESS];
};

struct xen_vtimer_stats {
    uint64_aligned_t since;      /* ns of Xen's system time: counting began */
    uint64_aligned_t now;        /* ns of Xen's system time: this reading */
    int64_aligned_t lag;         /* ns of the domain's time behind real time */
    uint64_aligned_t descheduled; /* times it lost its CPU, unless blocked */
    uint64_aligned_t switches;   /* changes of timer_mode */
    struct xen_vtimer_counts src[XEN_VTIMER_NR_SRC];
};
typedef struct xen_vtimer_stats xen_vtimer_stats_t;
DEFINE_XEN_GUEST_HANDLE(xen_vtimer_stats_t);

struct xen_domctl_vtimer_op {
    uint32_t version;            /* IN: XEN_VTIMER_INTERFACE_VERSION */
    uint32_t op;                 /* IN: XEN_VTIMER_OP_* */
    uint32_t features;           /* OUT: XEN_VTIMER_FEAT_* */
    uint32_t pad;                /* IN: 0 */
    union {
        struct xen_vtimer_status status;
        struct {
            uint32_t vcpu;       /* IN */
            uint32_t pad;        /* IN: 0 */
            XEN_GUEST_HANDLE_64(xen_vtimer_stats_t) buffer; /* OUT */
        } stats;
        uint32_t counting;       /* IN: 0 or 1 */
        struct xen_vtimer_tune tune;
        struct xen_vtimer_resync resync;
    } u;
};

#endif /* __XEN__ || __XEN_TOOLS__ */

#endif /* __XEN_PUBLIC_VTIMER_H__ */
