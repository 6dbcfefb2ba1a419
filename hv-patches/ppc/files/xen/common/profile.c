/* SPDX-License-Identifier: GPL-2.0-only */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/profile.h>
#include <xen/sched.h>
#include <xen/spinlock.h>

struct profile_counts __read_mostly profile_counts;

static DEFINE_SPINLOCK(profile_lock);
static struct domain *primary;
static struct profile_ring ring;
static uint64_t samples;

/* ---- claims ---- */

/* After a claim on d came or went.  The first claim is told before its vCPUs
 * are covered, the last after they are not: both find the initial set. */
static void edge_reached(struct domain *d, enum profile_edge edge)
{
    if ( edge == PROFILE_FIRST )
        arch_profile_first();
    arch_profile_update(d);
    if ( edge == PROFILE_LAST )
        arch_profile_last();
}

int profile_self_set(struct vcpu *v, bool on)
{
    struct domain *d = v->domain;
    enum profile_edge edge;
    unsigned long flags;
    int rc;

    spin_lock_irqsave(&profile_lock, flags);
    /* The registers are in use for what the control domain wants. */
    rc = on && d->profile_passive ? -EBUSY
         : profile_self(&profile_counts, &d->profile, &v->profile, on, &edge);
    if ( !rc )
        edge_reached(d, edge);
    spin_unlock_irqrestore(&profile_lock, flags);

    return rc;
}

static void passive_end(struct domain *d)
{
    d->profile_passive = false;
    arch_profile_not_passive(d);
}

static int session_start(struct domain *caller, struct domain *d,
                         const struct xen_sysctl_profile *op)
{
    enum profile_edge edge = PROFILE_SAME;
    int rc = 0;

    if ( op->flags & ~XEN_PROFILE_PASSIVE )
        return -EINVAL;
    if ( op->flags & XEN_PROFILE_PASSIVE )
    {
        if ( caller != primary || d == primary || d->profile_passive ||
             d->profile.self )
            return -EBUSY;
        rc = arch_profile_passive(d, &op->u.events);
        if ( rc )
            return rc;
        d->profile_passive = true;
    }

    rc = profile_session_start(&profile_counts, &d->profile, &edge);
    if ( rc )
    {
        if ( op->flags & XEN_PROFILE_PASSIVE )
            passive_end(d);
        return rc;
    }
    edge_reached(d, edge);

    return 0;
}

static int session_stop(struct domain *d)
{
    enum profile_edge edge = PROFILE_SAME;
    int rc = profile_session_stop(&profile_counts, &d->profile, &edge);

    if ( rc )
        return rc;
    if ( !d->profile.sessions && d->profile_passive )
        passive_end(d);
    edge_reached(d, edge);

    return 0;
}

/* ---- the primary ---- */

static int primary_start(struct domain *caller,
                         const struct xen_profile_primary *p)
{
    void *shared;
    int rc;

    if ( p->pad )
        return -EINVAL;
    if ( primary )
        return -EBUSY;

    rc = arch_profile_primary(caller, p, &shared);
    if ( rc )
        return rc;
    if ( !profile_ring_begin(&ring, shared, p->size) )
    {
        arch_profile_not_primary(caller);
        return -EINVAL;
    }
    primary = caller;

    return 0;
}

static void passive_end_any(struct domain *d)
{
    if ( d->profile_passive )
        passive_end(d);
}

/* Passive domains are the primary's: none is left without one.  What they
 * count as sessions stays, to be stopped by who started them. */
static void primary_end(void)
{
    struct domain *d = primary;

    arch_profile_each_domain(passive_end_any);
    primary = NULL;
    profile_ring_end(&ring);
    arch_profile_not_primary(d);
}

void profile_domain_destroy(struct domain *d)
{
    enum profile_edge edge;
    unsigned long flags;
    struct vcpu *v;

    spin_lock_irqsave(&profile_lock, flags);
    if ( d == primary )
        primary_end();
    if ( d->profile_passive )
        passive_end(d);
    edge = profile_domain_gone(&profile_counts, &d->profile);
    for_each_vcpu ( d, v )
        v->profile.self = false;
    edge_reached(d, edge);
    spin_unlock_irqrestore(&profile_lock, flags);
}

void profile_sample(const struct xen_profile_sample *s)
{
    unsigned long flags;

    spin_lock_irqsave(&profile_lock, flags);
    if ( profile_ring_put(&ring, s) )
        samples++;
    if ( primary )
        arch_profile_notify(primary);
    spin_unlock_irqrestore(&profile_lock, flags);
}

/* ---- the sysctl ---- */

static void status(const struct domain *d, struct xen_profile_status *s)
{
    *s = (struct xen_profile_status){
        .sessions = d->profile.sessions,
        .self = d->profile.self,
        .passive = d->profile_passive,
        .claims = profile_counts.claims,
        .samples = samples,
        .lost = ring.lost,
        .primary = primary ? primary->domain_id : DOMID_INVALID,
    };
}

/* Operations on a domain. */
static int domain_op(struct domain *caller, struct xen_sysctl_profile *op)
{
    struct domain *d = arch_profile_get_domain(op->domid);
    int rc;

    if ( !d )
        return -ESRCH;

    switch ( op->op )
    {
    case XEN_PROFILE_start:
        rc = session_start(caller, d, op);
        break;

    case XEN_PROFILE_stop:
        rc = op->flags ? -EINVAL : session_stop(d);
        break;

    default: /* XEN_PROFILE_status */
        rc = op->flags ? -EINVAL : 0;
        if ( !rc )
            status(d, &op->u.status);
        break;
    }

    arch_profile_put_domain(d);

    return rc;
}

static int locked_op(struct domain *caller, struct xen_sysctl_profile *op)
{
    switch ( op->op )
    {
    case XEN_PROFILE_features:
        op->u.features = arch_profile_features();
        return 0;

    case XEN_PROFILE_primary_start:
        return primary_start(caller, &op->u.primary);

    case XEN_PROFILE_primary_stop:
        if ( primary != caller )
            return -EINVAL;
        primary_end();
        return 0;

    case XEN_PROFILE_start:
    case XEN_PROFILE_stop:
    case XEN_PROFILE_status:
        return domain_op(caller, op);

    default:
        return -EOPNOTSUPP;
    }
}

int profile_sysctl(struct domain *caller, struct xen_sysctl_profile *op)
{
    unsigned long flags;
    int rc;

    if ( op->version != XEN_SYSCTL_PROFILE_VERSION )
        return -EOPNOTSUPP;
    if ( op->pad )
        return -EINVAL;

    spin_lock_irqsave(&profile_lock, flags);
    rc = locked_op(caller, op);
    spin_unlock_irqrestore(&profile_lock, flags);

    return rc;
}
