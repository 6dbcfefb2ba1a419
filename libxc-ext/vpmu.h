/* SPDX-License-Identifier: LGPL-2.1-only */
/* Xen's vPMU: its mode, and sessions that Xen counts. */
#ifndef XENTIME_VPMU_H
#define XENTIME_VPMU_H

#include "internal.h"

struct xen_profile_status;

/*
 * Reads the vPMU mode, XENPMU_MODE_*.  Errors: UNSUPPORTED (no vPMU: the text
 * says why), PERM, FAIL.
 */
enum xentime_error xt_vpmu_get_mode(xentime *xt, int *mode);

/* Sets the mode and reads it back.  Errors: BUSY, UNSUPPORTED, PERM, FAIL. */
enum xentime_error xt_vpmu_set_mode(xentime *xt, int mode);

/*
 * Does XEN_PROFILE_start or _stop for @dom, or, if that is NULL,
 * XEN_PROFILE_primary_start or _stop for Xen itself.  Errors: BUSY,
 * UNSUPPORTED, NODOM, NOSESSION, PERM, FAIL.
 */
enum xentime_error xt_hv_session(xentime *xt, bool start,
                                 const struct xentime_domain *dom,
                                 bool passive);

/*
 * Reads what Xen counts for @dom and in all; @dom NULL: only in all.  Errors:
 * NODOM, PERM, FAIL.
 */
enum xentime_error xt_hv_status(xentime *xt, const struct xentime_domain *dom,
                                struct xen_profile_status *status);

#endif /* XENTIME_VPMU_H */
