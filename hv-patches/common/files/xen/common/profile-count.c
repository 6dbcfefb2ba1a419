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

/* Releases n claims; n may be 0. */
static enum profile_edge release(struct profile_counts *c, uint32_t n)
{
    c->claims -= n;

    return n && !c->claims ? PROFILE_LAST : PROFILE_SAME;
}

int profile_session_start(struct profile_counts *c, struct profile_domain *d,
                          enum profile_edge *edge)
{
    /* No other count can overflow first: all are part of this one. */
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
    /* Each is released by itself; the last claim may be in either. */
    uint32_t sessions = d->sessions, self = d->self;
    enum profile_edge edge;

    d->sessions = d->self = 0;
    edge = release(c, sessions);

    return self ? release(c, self) : edge;
}
