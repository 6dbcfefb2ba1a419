/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The two operations that the patches in hv-patches give Xen:
 * XEN_DOMCTL_vtimer_op (vtimer.h there) and XEN_SYSCTL_profile (profile.h
 * there).
 */
#ifndef XENTIME_PATCHED_H
#define XENTIME_PATCHED_H

#include "internal.h"

struct xen_domctl_vtimer_op;
struct xen_sysctl_profile;

/* Both return -1 with errno if Xen says no. */
int xt_vtimer_op(xentime *xt, uint32_t domid, struct xen_domctl_vtimer_op *op);
int xt_profile_op(xentime *xt, struct xen_sysctl_profile *op);

/* Does xt_vtimer_op() on @dom; the text of an error begins with @what. */
enum xentime_error xt_vtimer_run(xentime *xt, const struct xentime_domain *dom,
                                 struct xen_domctl_vtimer_op *op,
                                 const char *what);

/* Fills in the error of an xt_vtimer_op() that failed with errno @errnum. */
enum xentime_error xt_fail_vtimer(xentime *xt, int errnum,
                                  const struct xentime_domain *dom,
                                  const char *what);

/*
 * Fills in the error of an xt_vtimer_op() that failed with EACCES: Xen has
 * another version of the interface, or a FLASK policy that forbids it.
 */
enum xentime_error xt_fail_vtimer_access(xentime *xt,
                                         const struct xentime_domain *dom,
                                         const char *what);

/*
 * The capability of a Xen that has a feature (one bit, XEN_VTIMER_FEAT_*).  Both
 * have the same order; XENTIME_CAP_SESSIONS, which is no feature of virtual
 * timers, stands between the fifth and the sixth.
 */
#define XT_FEATURE_CAP(feature) \
    ((feature) < 1u << 5 ? (feature) << 8 : (feature) << 9)

/*
 * Returns the features that Xen's patches give, XEN_VTIMER_FEAT_*.  On a stock
 * Xen there are none, and xt->vtimer_errno says why.
 */
uint32_t xt_vtimer_features(xentime *xt);

/*
 * Sets *features to XEN_PROFILE_FEATURE_*, of which a stock Xen has none.  Xen
 * is asked once.  Errors: VERSION, PERM, FAIL.
 */
enum xentime_error xt_ask_profile_features(xentime *xt, uint64_t *features);

/*
 * Tells whether this Xen counts sessions itself and has a vPMU for the domains
 * that they cover (XEN_SYSCTL_profile, FEATURE_DOMAIN).  Otherwise there is one
 * mode for all domains.
 */
bool xt_counted_by_xen(xentime *xt);

/* Answers like xt_counted_by_xen(), and fails where Xen cannot be asked.
 * Errors: VERSION, PERM, FAIL. */
enum xentime_error xt_ask_counted_by_xen(xentime *xt, bool *counted);

#endif /* XENTIME_PATCHED_H */
