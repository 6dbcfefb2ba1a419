/* SPDX-License-Identifier: LGPL-2.1-only */
/* What this Xen can do. */
#ifndef XENTIME_CAPABILITY_H
#define XENTIME_CAPABILITY_H

#include "internal.h"

/* Fails unless this Xen has @cap. */
enum xentime_error xt_need(xentime *xt, const struct xentime_domain *dom,
                           unsigned int cap, const char *what);

#endif /* XENTIME_CAPABILITY_H */
