/* SPDX-License-Identifier: LGPL-2.1-only */
/* Xen's vPMU: its mode, and sessions that Xen counts. */
#ifndef XENTIME_VPMU_H
#define XENTIME_VPMU_H

#include "internal.h"

struct xen_profile_status;

/* XENPMU_MODE_*.  Errors: UNSUPPORTED (no vPMU: says why), PERM, FAIL. */
enum xentime_error xt_vpmu_get_mode(xentime *xt, int *mode);

/* Sets it and reads it back.  Errors: BUSY, UNSUPPORTED, PERM, FAIL. */
enum xentime_error xt_vpmu_set_mode(xentime *xt, int mode);

/*
 * XEN_PROFILE_start or _stop of @dom, or, where that is NULL, the same of Xen
 * itself (the primary).  Errors: BUSY, UNSUPPORTED, NODOM, NOSESSION, PERM,
 * FAIL.
 */
enum xentime_error xt_hv_session(xentime *xt, bool start,
                                 const struct xentime_domain *dom,
                                 bool passive);

/* Errors: NODOM, PERM, FAIL. */
enum xentime_error xt_hv_status(xentime *xt, const struct xentime_domain *dom,
                                struct xen_profile_status *status);

#endif /* XENTIME_VPMU_H */
