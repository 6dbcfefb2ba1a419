/* SPDX-License-Identifier: GPL-2.0-only */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/profile.h>
#include <xen/sched.h>
#include <xen/spinlock.h>
#include <xen/string.h>

struct profile_counts __read_mostly profile_counts;

static DEFINE_SPINLOCK(profile_lock);
static struct domain *primary;

/* ---- claims ---- */

/*
 * Tells the architecture that a claim on d has come or gone: of the first one
 * before vCPUs are covered, of the last one after they are not, so that both
 * find the initial set.  It can refuse a claim that has come, and no release.
 */
static int edge_reached(struct domain *d, enum profile_edge edge)
{
    int rc;

    if ( edge == PROFILE_FIRST )
        arch_profile_first();
    rc = arch_profile_update(d);
    if ( edge == PROFILE_LAST )
        arch_profile_last();

    return rc;
}

int profile_self_set(struct vcpu *v, bool on)
{
    struct domain *d = v->domain;
    enum profile_edge edge;
    int rc;

    spin_lock(&profile_lock);
    /* The registers are in use for what the control domain wants. */
    rc = on && d->profile_passive ? -EBUSY
         : profile_self(&profile_counts, &d->profile, &v->profile, on, &edge);
    if ( !rc )
        rc = edge_reached(d, edge);
    spin_unlock(&profile_lock);

    return rc;
}

static void passive_end(struct domain *d)
{
    d->profile_passive = false;
    arch_profile_not_passive(d);
}

/*
 * A domain profiles itself or is passive, not both.  Where Xen writes the
 * samples they are for the primary, and there is one set of events.
 */
static int passive_begin(struct domain *caller, struct domain *d,
                         const struct xen_profile_events *events)
{
    int rc;

    if ( IS_ENABLED(CONFIG_PROFILE_SAMPLES) &&
         (caller != primary || d == primary || d->profile_passive) )
        return -EBUSY;
    if ( d->profile_passive )
        return 0;
    if ( d->profile.sessions || d->profile.self )
        return -EBUSY;

    rc = arch_profile_passive(d, events);
    d->profile_passive = !rc;

    return rc;
}

static int session_stop(struct domain *d)
{
    enum profile_edge edge = PROFILE_SAME;
    int rc = profile_session_stop(&profile_counts, &d->profile, &edge);

    if ( rc )
        return rc;
    if ( !d->profile.sessions && d->profile_passive )
        passive_end(d);

    return edge_reached(d, edge);
}

static int session_start(struct domain *caller, struct domain *d,
                         const struct xen_sysctl_profile *op)
{
    enum profile_edge edge = PROFILE_SAME;
    int rc;

    /* All that d claimed was released as it began to die. */
    if ( d->is_dying )
        return -ESRCH;

    if ( op->flags & XEN_PROFILE_PASSIVE )
        rc = passive_begin(caller, d, &op->u.events);
    else
        rc = d->profile_passive ? -EBUSY : 0;
    if ( rc )
        return rc;

    rc = profile_session_start(&profile_counts, &d->profile, &edge);
    if ( !rc )
    {
        rc = edge_reached(d, edge);
        if ( rc )
            session_stop(d);
    }
    else if ( !d->profile.sessions && d->profile_passive )
        passive_end(d);

    return rc;
}

/* ---- the ring ---- */

#ifdef CONFIG_PROFILE_SAMPLES

/* ring_lock guards ring, samples, and changes of primary. */
static DEFINE_SPINLOCK(ring_lock);
static struct profile_ring ring;
static uint64_t samples;

static bool ring_begin(struct domain *d, void *shared, uint32_t size)
{
    unsigned long flags;
    bool fits;

    spin_lock_irqsave(&ring_lock, flags);
    fits = profile_ring_begin(&ring, shared, size);
    if ( fits )
        primary = d;
    spin_unlock_irqrestore(&ring_lock, flags);

    return fits;
}

static void ring_end(void)
{
    unsigned long flags;

    spin_lock_irqsave(&ring_lock, flags);
    primary = NULL;
    profile_ring_end(&ring);
    spin_unlock_irqrestore(&ring_lock, flags);
}

static void ring_status(struct xen_profile_status *s)
{
    unsigned long flags;

    spin_lock_irqsave(&ring_lock, flags);
    s->samples = samples;
    s->lost = ring.lost;
    spin_unlock_irqrestore(&ring_lock, flags);
}

void profile_sample(const struct xen_profile_sample *s)
{
    unsigned long flags;

    spin_lock_irqsave(&ring_lock, flags);
    if ( profile_ring_put(&ring, s) )
        samples++;
    if ( primary )
        arch_profile_notify(primary);
    spin_unlock_irqrestore(&ring_lock, flags);
}

#else /* The primary's own kernel takes the samples. */

static bool ring_begin(struct domain *d, void *shared, uint32_t size)
{
    primary = d;

    return true;
}

static void ring_end(void)
{
    primary = NULL;
}

static void ring_status(struct xen_profile_status *s) {}

#endif /* CONFIG_PROFILE_SAMPLES */

/* ---- the primary ---- */

static int primary_start(struct domain *caller,
                         const struct xen_profile_primary *p)
{
    void *shared = NULL;
    int rc;

    if ( p->pad )
        return -EINVAL;
    if ( primary )
        return -EBUSY;

    rc = arch_profile_primary(caller, p, &shared);
    if ( rc )
        return rc;
    if ( !ring_begin(caller, shared, p->size) )
    {
        arch_profile_not_primary(caller);
        return -EINVAL;
    }

    return 0;
}

static void passive_end_any(struct domain *d)
{
    if ( d->profile_passive )
        passive_end(d);
}

/*
 * Where the primary gets the samples of passive domains, none stays passive
 * without it.  Their sessions stay, to be stopped by whoever started them.
 */
static void primary_end(void)
{
    struct domain *d = primary;

    if ( IS_ENABLED(CONFIG_PROFILE_SAMPLES) )
        arch_profile_each_domain(passive_end_any);
    ring_end();
    arch_profile_not_primary(d);
}

void profile_domain_destroy(struct domain *d)
{
    enum profile_edge edge;
    struct vcpu *v;

    spin_lock(&profile_lock);
    if ( d == primary )
        primary_end();
    if ( d->profile_passive )
        passive_end(d);
    edge = profile_domain_gone(&profile_counts, &d->profile);
    for_each_vcpu ( d, v )
        v->profile.self = false;
    edge_reached(d, edge);
    spin_unlock(&profile_lock);
}

/* ---- the sysctl ---- */

static void status(const struct domain *d, struct xen_profile_status *s)
{
    *s = (struct xen_profile_status){
        .sessions = d->profile.sessions,
        .self = d->profile.self,
        .passive = d->profile_passive,
        .claims = profile_counts.claims,
        .primary = primary ? primary->domain_id : DOMID_INVALID,
    };
    ring_status(s);
    arch_profile_status(s);
}

static int locked_domain_op(struct domain *caller, struct domain *d,
                            struct xen_sysctl_profile *op)
{
    switch ( op->op )
    {
    case XEN_PROFILE_start:
        return session_start(caller, d, op);

    case XEN_PROFILE_stop:
        return session_stop(d);

    default: /* XEN_PROFILE_status */
        status(d, &op->u.status);
        return 0;
    }
}

/* The architecture may pause d, and cannot do that under profile_lock. */
static int domain_op(struct domain *caller, struct xen_sysctl_profile *op)
{
    bool change = op->op != XEN_PROFILE_status;
    struct domain *d = arch_profile_get_domain(op->domid);
    int rc = 0;

    if ( !d )
        return -ESRCH;

    if ( change )
        rc = arch_profile_begin(d);
    if ( !rc )
    {
        spin_lock(&profile_lock);
        rc = locked_domain_op(caller, d, op);
        spin_unlock(&profile_lock);
        if ( change )
            arch_profile_end(d);
    }
    arch_profile_put_domain(d);

    return rc;
}

static int primary_op(struct domain *caller, struct xen_sysctl_profile *op)
{
    int rc = -EINVAL;

    spin_lock(&profile_lock);
    if ( op->op == XEN_PROFILE_primary_start )
        rc = primary_start(caller, &op->u.primary);
    else if ( primary && primary == caller )
    {
        primary_end();
        rc = 0;
    }
    spin_unlock(&profile_lock);

    return rc;
}

/* What the operations name of struct xen_sysctl_profile. */
static const struct {
    bool domid;
    uint32_t flags;         /* those that it knows */
    unsigned int size;      /* of its member of u */
} operations[] = {
    [XEN_PROFILE_features] =
        { .size = sizeof(((struct xen_sysctl_profile *)0)->u.features) },
    [XEN_PROFILE_start] = { .domid = true, .flags = XEN_PROFILE_PASSIVE },
    [XEN_PROFILE_stop] = { .domid = true },
    [XEN_PROFILE_status] =
        { .domid = true, .size = sizeof(struct xen_profile_status) },
    [XEN_PROFILE_primary_start] =
        { .size = sizeof(struct xen_profile_primary) },
    [XEN_PROFILE_primary_stop] = {},
};

/*
 * Fields that the operation does not name are 0.  Were anything let through in
 * them, they could never be given a meaning.
 */
static bool others_are_0(const struct xen_sysctl_profile *op)
{
    unsigned int n = array_index_nospec(op->op, ARRAY_SIZE(operations));
    unsigned int size = op->flags & XEN_PROFILE_PASSIVE ? sizeof(op->u.events)
                                                        : operations[n].size;

    return !op->pad && !(op->flags & ~operations[n].flags) &&
           (!op->domid || operations[n].domid) &&
           !memchr_inv((const char *)&op->u + size, 0, sizeof(op->u) - size);
}

int profile_sysctl(struct domain *caller, struct xen_sysctl_profile *op)
{
    if ( op->version != XEN_SYSCTL_PROFILE_VERSION ||
         op->op >= ARRAY_SIZE(operations) )
        return -EOPNOTSUPP;
    if ( !others_are_0(op) )
        return -EINVAL;

    switch ( op->op )
    {
    case XEN_PROFILE_features:
        op->u.features = arch_profile_features();
        return 0;

    case XEN_PROFILE_start:
    case XEN_PROFILE_stop:
    case XEN_PROFILE_status:
        return domain_op(caller, op);

    default: /* XEN_PROFILE_primary_start, XEN_PROFILE_primary_stop */
        return primary_op(caller, op);
    }
}
