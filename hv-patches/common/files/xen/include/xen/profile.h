/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Profiling in common code: who profiles, the primary and its ring, and the
 * sysctl (public/profile.h).  The architecture sees to the registers, in the
 * arch_profile_*() below.
 *
 * profile_lock guards every claim and the primary.  It is not taken in
 * interrupts, and inside it only ring_lock is, and what the architecture's
 * hooks need.  An architecture takes it with interrupts on or with interrupts
 * off, but always the same.  ring_lock guards the ring; interrupts are off
 * inside, because samples are taken in interrupts.  Nothing sleeps.
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
 * Serves the sysctl of a caller that has been found to be allowed to use it.
 * Changes *op only if it returns 0.  Where the architecture has several CPUs
 * there is one call at a time: x86 makes it with the sysctl lock held.
 */
int profile_sysctl(struct domain *caller, struct xen_sysctl_profile *op);

/*
 * A guest turns the monitor of v, which is current, on or off for itself.
 * -EBUSY: its domain is passive.  -EOVERFLOW: no more claims can be counted.
 */
int profile_self_set(struct vcpu *v, bool on);

/*
 * Ends the claims of d, and its being the primary, if it is.  d is dying
 * (is_dying), and none of its vCPUs runs again.
 */
void profile_domain_destroy(struct domain *d);

/* Puts a sample into the ring, from any context with interrupts off. */
void profile_sample(const struct xen_profile_sample *s);

/*
 * ---- what the architecture provides ----
 *
 * All but features, get_domain, put_domain, begin, end and notify are called
 * with profile_lock held.
 */

uint64_t arch_profile_features(void);

/* Returns the domain of that number, to be put again; NULL: there is none. */
struct domain *arch_profile_get_domain(domid_t domid);
void arch_profile_put_domain(struct domain *d);

/*
 * These enclose a start or stop of d, which does not run in between, unless it
 * is the control domain.  begin returns 0 or -errno.
 */
int arch_profile_begin(struct domain *d);
void arch_profile_end(struct domain *d);

/* Calls fn for each domain that is not gone; with CONFIG_PROFILE_SAMPLES. */
void arch_profile_each_domain(void (*fn)(struct domain *d));

/*
 * Nobody has profiled until now, or nobody does any more: the registers are to
 * hold the initial set.
 */
void arch_profile_first(void);
void arch_profile_last(void);

/*
 * A claim on d has come or gone: sees to each of its vCPUs.  -errno refuses a
 * session that has come, which is taken back with another call.
 */
int arch_profile_update(struct domain *d);

/* Fills in what only the architecture knows. */
void arch_profile_status(struct xen_profile_status *s);

#ifdef CONFIG_PROFILE_PRIMARY

/*
 * d becomes passive, or is so no longer: it is counted without its knowing.
 * arch_profile_passive() returns 0, or -errno with nothing changed.
 */
int arch_profile_passive(struct domain *d,
                         const struct xen_profile_events *events);
void arch_profile_not_passive(struct domain *d);

/*
 * d becomes the primary, or is so no longer.  *ring is set to the memory that
 * Xen may write to; without CONFIG_PROFILE_SAMPLES it is left alone.
 */
int arch_profile_primary(struct domain *d,
                         const struct xen_profile_primary *primary,
                         void **ring);
void arch_profile_not_primary(struct domain *d);

/* Tells d, the primary, to look at its ring.  The caller holds ring_lock. */
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
