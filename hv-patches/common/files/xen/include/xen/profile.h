/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Profiling in common code: who profiles, the primary and its ring, and the
 * sysctl (public/profile.h).  What it means for registers is the
 * architecture's: the arch_profile_*() below.
 *
 * profile_lock is around every claim and the primary.  It is not taken in
 * interrupts, and inside it only ring_lock and what the architecture's hooks
 * need; whether interrupts are on is the architecture's choice, always the
 * same.  ring_lock is around the ring, with interrupts off, because samples
 * are taken in interrupts.  Nothing sleeps.
 */
#ifndef XEN_PROFILE_H
#define XEN_PROFILE_H

#include <xen/errno.h>
#include <xen/profile-count.h>
#include <xen/profile-ring.h>
#include <public/xen.h>

struct domain;
struct vcpu;

extern struct profile_counts profile_counts;

/* Does anybody profile?  One load: this is all that a context switch costs as
 * long as nobody does.  Without the lock it may be one switch late. */
static inline bool profile_active(void)
{
    return profile_counts.claims;
}

/*
 * The sysctl, after the caller has been found to be allowed to.  Changes *op
 * only if it returns 0.  One at a time where the architecture has several
 * CPUs: x86 calls it with the sysctl lock held.
 */
int profile_sysctl(struct domain *caller, struct xen_sysctl_profile *op);

/* A guest turns the monitor of v, which is current, on or off for itself.
 * -EBUSY: its domain is passive; -EOVERFLOW. */
int profile_self_set(struct vcpu *v, bool on);

/* A domain ends (is_dying), none of its vCPUs runs again: its claims end with
 * it, and if it was the primary that does too. */
void profile_domain_destroy(struct domain *d);

/* A sample, from any context with interrupts off. */
void profile_sample(const struct xen_profile_sample *s);

/*
 * ---- what the architecture provides ----
 *
 * Called with the lock held, but for get_domain, put_domain, begin and end.
 */

uint64_t arch_profile_features(void);

/* The domain of that number, to be put again; NULL if there is none. */
struct domain *arch_profile_get_domain(domid_t domid);
void arch_profile_put_domain(struct domain *d);

/* Around a start or stop of d, which then does not run, unless it is the
 * domain that controls all: 0 or -errno. */
int arch_profile_begin(struct domain *d);
void arch_profile_end(struct domain *d);

/* For each domain that is not gone; with CONFIG_PROFILE_SAMPLES. */
void arch_profile_each_domain(void (*fn)(struct domain *d));

/* Nobody profiled until now; nobody does any more: the registers are to hold
 * the initial set. */
void arch_profile_first(void);
void arch_profile_last(void);

/* A claim on d came or went: see to each of its vCPUs.  -errno: it must not
 * come; it is taken back, with another call. */
int arch_profile_update(struct domain *d);

/* What only the architecture knows. */
void arch_profile_status(struct xen_profile_status *s);

#ifdef CONFIG_PROFILE_PRIMARY

/* d is to be counted without its knowing: 0 or -errno, nothing changed then. */
int arch_profile_passive(struct domain *d,
                         const struct xen_profile_events *events);
void arch_profile_not_passive(struct domain *d);

/* d becomes, or no longer is, the primary.  *ring: what Xen may write to;
 * left alone without CONFIG_PROFILE_SAMPLES. */
int arch_profile_primary(struct domain *d,
                         const struct xen_profile_primary *primary,
                         void **ring);
void arch_profile_not_primary(struct domain *d);

/* There is something in the primary's ring.  ring_lock held, interrupts off. */
void arch_profile_notify(struct domain *d);

#else

static inline int arch_profile_passive(struct domain *d,
                                       const struct xen_profile_events *events)
{
    return -EOPNOTSUPP;
}
static inline void arch_profile_not_passive(struct domain *d) {}
static inline int arch_profile_primary(struct domain *d,
                                       const struct xen_profile_primary *p,
                                       void **ring)
{
    return -EOPNOTSUPP;
}
static inline void arch_profile_not_primary(struct domain *d) {}

#endif /* CONFIG_PROFILE_PRIMARY */

#endif /* XEN_PROFILE_H */
