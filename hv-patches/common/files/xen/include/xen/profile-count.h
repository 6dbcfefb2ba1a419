/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts the claims that domains and their vCPUs have on the performance-
 * monitor hardware.
 *
 * A domain is claimed by sessions, which control operations start and stop,
 * and which add up; a vCPU claims itself when its guest says so, which is a
 * state and does not add up (PAPR's H_PERFMON).  A vCPU is covered while it or
 * its domain is claimed.  The first claim anywhere and the last release
 * anywhere are told to the caller, who sees to the hardware's initial state.
 *
 * Nothing here knows of Xen or of an architecture beyond types, so that unit
 * tests run this very file.  No function locks, sleeps or allocates: callers
 * hold the one lock that all claims are under.  Readers of
 * profile_counts.claims on a context switch take no lock: they read one word.
 */
#ifndef XEN_PROFILE_COUNT_H
#define XEN_PROFILE_COUNT_H

#ifdef __XEN__
#include <xen/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#endif

/* The claims of all domains: a hypervisor has one of these. */
struct profile_counts {
    uint32_t claims;            /* sessions + self, summed over all domains */
};

/* The claims of a domain and of its vCPUs. */
struct profile_domain {
    uint32_t sessions;          /* claims by control operations */
    uint32_t self;              /* vCPUs that have claimed themselves */
};

/* The claim of a vCPU. */
struct profile_vcpu {
    bool self;                  /* the guest has asked for it itself */
};

/* Does anybody profile, before and after a claim or a release? */
enum profile_edge {
    PROFILE_SAME,               /* somebody profiled before and does now, or
                                   nothing was changed */
    PROFILE_FIRST,              /* nobody did before */
    PROFILE_LAST,               /* nobody does any more */
};

/*
 * A control operation starts or stops a session of a domain.
 * Returns 0 and sets *edge, or, with nothing changed:
 *   -EOVERFLOW  no more can be counted
 *   -EINVAL     one stop too many: the domain has no session
 */
int profile_session_start(struct profile_counts *c, struct profile_domain *d,
                          enum profile_edge *edge);
int profile_session_stop(struct profile_counts *c, struct profile_domain *d,
                         enum profile_edge *edge);

/*
 * The guest turns the monitor of one of its vCPUs on or off.  Saying so again
 * changes nothing.  Returns 0 and sets *edge, or -EOVERFLOW.
 */
int profile_self(struct profile_counts *c, struct profile_domain *d,
                 struct profile_vcpu *v, bool on, enum profile_edge *edge);

/*
 * Releases all claims of a domain that goes away; the caller clears its vCPUs.
 * Called again it changes nothing.
 */
enum profile_edge profile_domain_gone(struct profile_counts *c,
                                      struct profile_domain *d);

/* Is the vCPU's context to be kept for it? */
static inline bool profile_covers(const struct profile_domain *d,
                                  const struct profile_vcpu *v)
{
    return d->sessions || v->self;
}

#endif /* XEN_PROFILE_COUNT_H */
