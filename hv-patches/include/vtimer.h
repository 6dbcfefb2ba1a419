/* SPDX-License-Identifier: MIT */
/*
 * Virtual timers of a domain: the domctl that this project adds to Xen.
 *
 * The single copy: installed into xen/include/public/, where domctl.h
 * includes it, and included by libxentime after Xen's own domctl.h.  A stock Xen answers
 * XEN_DOMCTL_vtimer_op with -ENOSYS (with FLASK enforcing, -EPERM).
 *
 * Only who may use domctls at all reaches it: the control domain, and with
 * FLASK whoever has hvm setparam on the domain.
 */
#ifndef __XEN_PUBLIC_VTIMER_H__
#define __XEN_PUBLIC_VTIMER_H__

/*
 * A timer_mode (HVM_PARAM_TIMER_MODE) beside those of hvm/params.h:
 *
 *  paced_missed_ticks:
 *   Guest time stands still whenever a vCPU with a periodic timer waits for a
 *   CPU, also after it was woken, and what it has lost comes back with the
 *   ticks: every tick is delivered, and each at the guest time for which it
 *   was due, as if the vCPU had a CPU of its own.  Ticks that the guest itself
 *   kept waiting, with interrupts off, are merged as by hardware.
 */
#define HVMPTM_paced_missed_ticks        4

#if defined(__XEN__) || defined(__XEN_TOOLS__)

/* Far above what Xen hands out, as the gdbsx operations (1000-1003) are. */
#define XEN_DOMCTL_vtimer_op             1500

#define XEN_VTIMER_INTERFACE_VERSION     1

/*
 * Errors of every operation:
 *   -EACCES      another version
 *   -EOPNOTSUPP  unknown operation; the domain is not an HVM or PVH one
 *   -EINVAL      padding is not zero, or an argument is out of range
 */

/* Feature bits, in xen_domctl_vtimer_op.features; any domain may be named. */
#define XEN_VTIMER_OP_features           0

#define XEN_VTIMER_FEAT_safe_switch      (1U << 0)
#define XEN_VTIMER_FEAT_quiet_vhpet      (1U << 1)
#define XEN_VTIMER_FEAT_tick_stats       (1U << 2)
#define XEN_VTIMER_FEAT_resync           (1U << 3)
#define XEN_VTIMER_FEAT_sync_wakeup      (1U << 4)
#define XEN_VTIMER_FEAT_paced_mode       (1U << 5) /* paced_missed_ticks */

/* What the domain's virtual time is set to and how far it lags; u.status. */
#define XEN_VTIMER_OP_status             1

/* Counters of one vCPU; u.stats.  -ENODATA: not counting.  -ENOENT: no vCPU. */
#define XEN_VTIMER_OP_stats              2

/* Starts (1, also zeroes) or stops (0) counting; u.counting.  -ENOMEM. */
#define XEN_VTIMER_OP_set_counting       3

/* Sets u.tune. */
#define XEN_VTIMER_OP_tune               4

/*
 * Removes the lag that timer_mode 0 left behind; u.resync.  Guest time only
 * ever moves forwards: the vCPUs are brought to real time, or to the vCPU
 * that is ahead of it.
 */
#define XEN_VTIMER_OP_resync             5

struct xen_vtimer_status {
    uint32_t flags;              /* OUT: XEN_VTIMER_* below */
#define XEN_VTIMER_counting      (1U << 0) /* ticks are counted */
#define XEN_VTIMER_slewing       (1U << 1) /* some vCPU is being resynced */
    uint32_t sync_wakeup_after;  /* OUT: as in struct xen_vtimer_tune */
    uint32_t slew_ppm;           /* OUT: while slewing; else 0 */
    uint32_t nr_vcpus;           /* OUT: vCPUs looked at */
    int64_aligned_t lag_min;     /* OUT: ns of guest time behind real time: */
    int64_aligned_t lag_max;     /*      the least and the most of a vCPU */
};

struct xen_vtimer_tune {
    /*
     * no_missed_ticks_pending: a timer of a descheduled vCPU goes on running,
     * so that the vCPU is given a tick as soon as it runs again, once this
     * many ticks were missed in a row.  0: Xen's own rule, which does so
     * after a wait that missed ticks unless one was pending.
     */
    uint32_t sync_wakeup_after;  /* IN: 0 to XEN_VTIMER_WAKEUP_MAX */
#define XEN_VTIMER_WAKEUP_MAX    65535U
};

struct xen_vtimer_resync {
    uint32_t method;             /* IN: XEN_VTIMER_RESYNC_* */
#define XEN_VTIMER_RESYNC_step   0U /* at once */
#define XEN_VTIMER_RESYNC_slew   1U /* guest time runs faster by ppm */
#define XEN_VTIMER_RESYNC_cancel 2U /* leave the rest of the lag as it is */
    uint32_t ppm;                /* IN: slew: 1 to XEN_VTIMER_SLEW_MAX, else 0 */
#define XEN_VTIMER_SLEW_MAX      100000U
    int64_aligned_t lag;         /* OUT: ns, the most of a vCPU, before */
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
    uint64_aligned_t delivered;  /* ... and the guest was interrupted */
    uint64_aligned_t late;       /* delivered when the next was due already */
    uint64_aligned_t collapsed;  /* merged into a later one (timer_mode 3) */
    uint64_aligned_t dropped;    /* discarded: timer_mode 2, or the guest
                                    stopped or reprogrammed the timer */
    uint64_aligned_t pending;    /* to be delivered, collapsed or dropped */
    uint64_aligned_t wakeups;    /* fired with the vCPU waiting for a CPU */
    uint64_aligned_t period;     /* ns now; 0: one-shot, or not running */
    /*
     * Ticks by how late they were delivered: [0] under 2 us, [n] from 2^n to
     * 2^(n+1) us, the last one and everything beyond.
     */
#define XEN_VTIMER_LATENESS      24
    uint64_aligned_t lateness[XEN_VTIMER_LATENESS];
};

struct xen_vtimer_stats {
    uint64_aligned_t since;      /* ns of Xen's system time: counting began */
    uint64_aligned_t now;        /* ns of Xen's system time: of this reading */
    int64_aligned_t lag;         /* ns of guest time behind real time */
    uint64_aligned_t descheduled; /* times it lost its CPU while runnable */
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
