/* SPDX-License-Identifier: MIT */
/*
 * Virtual timers of a domain: the domctl that this project adds to Xen.
 *
 * The single copy: installed into xen/include/public/ and included by
 * libxentime.  A stock Xen answers XEN_DOMCTL_vtimer_op with -ENOSYS (with
 * FLASK enforcing, -EPERM); an unknown sub-operation is -EOPNOTSUPP.
 */
#ifndef __XEN_PUBLIC_VTIMER_H__
#define __XEN_PUBLIC_VTIMER_H__

/* Far above what Xen hands out, as the gdbsx operations (1000-1003) are. */
#define XEN_DOMCTL_vtimer_op             1500

#define XEN_VTIMER_INTERFACE_VERSION     1

/* Feature bits, in xen_domctl_vtimer_op.features; any domain may be named. */
#define XEN_VTIMER_OP_features           0

#define XEN_VTIMER_FEAT_safe_switch      (1U << 0)
#define XEN_VTIMER_FEAT_quiet_vhpet      (1U << 1)
#define XEN_VTIMER_FEAT_tick_stats       (1U << 2)
#define XEN_VTIMER_FEAT_resync           (1U << 3)
#define XEN_VTIMER_FEAT_sync_wakeup      (1U << 4)

struct xen_domctl_vtimer_op {
    uint32_t version;       /* IN: XEN_VTIMER_INTERFACE_VERSION */
    uint32_t op;            /* IN: XEN_VTIMER_OP_* */
    uint32_t features;      /* OUT: XEN_VTIMER_FEAT_* */
    uint32_t pad;           /* IN: 0 */
};

#endif /* __XEN_PUBLIC_VTIMER_H__ */
