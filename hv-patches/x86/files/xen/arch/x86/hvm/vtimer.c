/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vtimer.c: serves XEN_DOMCTL_vtimer_op, described in public/vtimer.h.
 *
 * The caller holds the domctl lock and a reference to the domain, and
 * xsm_domctl() has let it pass.  Nothing here takes longer than to look at
 * each timer of each vCPU of the domain a few times.
 */

#include <xen/errno.h>
#include <xen/guest_access.h>
#include <xen/sched.h>
#include <xen/xmalloc.h>
#include <asm/hvm/vpt-resync.h>
#include <asm/hvm/vpt-stats.h>
#include <asm/hvm/vtimer.h>
#include <public/domctl.h>

#define FEATURES (XEN_VTIMER_FEAT_safe_switch | XEN_VTIMER_FEAT_quiet_vhpet | \
                  XEN_VTIMER_FEAT_tick_stats | XEN_VTIMER_FEAT_resync | \
                  XEN_VTIMER_FEAT_sync_wakeup | XEN_VTIMER_FEAT_paced_mode | \
                  XEN_VTIMER_FEAT_one_time | XEN_VTIMER_FEAT_undoubled_mode)

static int copy_stats(struct domain *d, struct xen_domctl_vtimer_op *op)
{
    struct xen_vtimer_stats *stats;
    struct vcpu *v;
    int rc;

    if ( op->u.stats.pad )
        return -EINVAL;

    v = domain_vcpu(d, op->u.stats.vcpu);
    if ( !v )
        return -ENOENT;

    stats = xmalloc(struct xen_vtimer_stats);
    if ( !stats )
        return -ENOMEM;

    rc = vpt_stats_read(v, stats);
    if ( !rc && copy_to_guest(op->u.stats.buffer, stats, 1) )
        rc = -EFAULT;

    xfree(stats);

    return rc;
}

static int set_counting(struct domain *d, uint32_t on)
{
    if ( on > 1 )
        return -EINVAL;

    if ( on )
        return vpt_stats_start(d);

    vpt_stats_stop(d);

    return 0;
}

static int tune(struct domain *d, const struct xen_vtimer_tune *tune)
{
    if ( tune->sync_wakeup_after > XEN_VTIMER_WAKEUP_MAX )
        return -EINVAL;

    write_atomic(&d->arch.hvm.pl_time->sync_wakeup_after,
                 tune->sync_wakeup_after);

    return 0;
}

int vtimer_domctl(struct domain *d, struct xen_domctl_vtimer_op *op)
{
    if ( op->version != XEN_VTIMER_INTERFACE_VERSION )
        return -EACCES;

    if ( op->pad )
        return -EINVAL;

    if ( op->op == XEN_VTIMER_OP_features )
    {
        op->features = FEATURES;
        return 0;
    }

    if ( !is_hvm_domain(d) )
        return -EOPNOTSUPP;

    switch ( op->op )
    {
    case XEN_VTIMER_OP_status:
        pt_status(d, &op->u.status);
        return 0;

    case XEN_VTIMER_OP_stats:
        return copy_stats(d, op);

    case XEN_VTIMER_OP_set_counting:
        return set_counting(d, op->u.counting);

    case XEN_VTIMER_OP_tune:
        return tune(d, &op->u.tune);

    case XEN_VTIMER_OP_resync:
        return pt_resync(d, &op->u.resync);

    default:
        return -EOPNOTSUPP;
    }
}
