/* SPDX-License-Identifier: GPL-2.0-only */
#ifdef __XEN__
#include <xen/errno.h>
#else
#include <errno.h>
#endif

#include <xen/profile-count.h>

static enum profile_edge claim(struct profile_counts *c)
{
    return c->claims++ ? PROFILE_SAME : PROFILE_FIRST;
}

/* n may be none. */
static enum profile_edge release(struct profile_counts *c, uint32_t n)
{
    c->claims -= n;

    return n && !c->claims ? PROFILE_LAST : PROFILE_SAME;
}

int profile_session_start(struct profile_counts *c, struct profile_domain *d,
                          enum profile_edge *edge)
{
    /* All claims: those of a domain are part of it. */
    if ( c->claims == UINT32_MAX )
        return -EOVERFLOW;

    d->sessions++;
    *edge = claim(c);

    return 0;
}

int profile_session_stop(struct profile_counts *c, struct profile_domain *d,
                         enum profile_edge *edge)
{
    if ( !d->sessions )
        return -EINVAL;

    d->sessions--;
    *edge = release(c, 1);

    return 0;
}

int profile_self(struct profile_counts *c, struct profile_domain *d,
                 struct profile_vcpu *v, bool on, enum profile_edge *edge)
{
    *edge = PROFILE_SAME;
    if ( v->self == on )
        return 0;
    if ( on && c->claims == UINT32_MAX )
        return -EOVERFLOW;

    v->self = on;
    d->self += on ? 1 : -1;
    *edge = on ? claim(c) : release(c, 1);

    return 0;
}

enum profile_edge profile_domain_gone(struct profile_counts *c,
                                      struct profile_domain *d)
{
    /* No sum of the two: it might wrap where claims itself does not. */
    uint32_t sessions = d->sessions, self = d->self;
    enum profile_edge edge;

    d->sessions = d->self = 0;
    edge = release(c, sessions);

    return self ? release(c, self) : edge;
}
