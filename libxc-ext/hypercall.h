/* SPDX-License-Identifier: LGPL-2.1-only */
/* Hypercalls that libxenctrl lacks, and the errors of all hypercalls. */
#ifndef XENTIME_HYPERCALL_H
#define XENTIME_HYPERCALL_H

#include "internal.h"

/*
 * Makes hypercall @op with a copy of @buf, which Xen may read and write, after
 * the argument *cmd unless @cmd is NULL.  Returns -1 with errno if Xen says no.
 */
int xt_hypercall(xentime *xt, unsigned int op, const unsigned int *cmd,
                 void *buf, size_t size);

struct xen_pmu_params;

/*
 * Does XENPMU_mode_get or _set (Xen's public/pmu.h).  Returns -1 with errno,
 * which is EOPNOTSUPP where there is no PMU that Xen knows.
 */
int xt_pmu_op(xentime *xt, unsigned int op, struct xen_pmu_params *params);

/* Returns the vPMU mode: XENPMU_MODE_*, or XENTIME_VPMU_UNKNOWN. */
int xt_vpmu_mode(xentime *xt);

/*
 * Makes a domctl and a sysctl that do nothing.  Returns 0, or an errno, which is
 * EACCES where the running Xen has another version of an interface.
 */
int xt_try_interfaces(xentime *xt);

/*
 * Fills in the error of a hypercall that failed with @errnum: its code and hint
 * follow from EPERM, EACCES (Xen's answer to a wrong interface version) and
 * ESRCH.
 */
enum xentime_error xt_fail_xen(xentime *xt, int errnum,
                               const struct xentime_domain *dom,
                               const char *what);

#endif /* XENTIME_HYPERCALL_H */
