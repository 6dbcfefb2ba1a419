/* SPDX-License-Identifier: LGPL-2.1-only */
/* The capabilities of this Xen. */
#ifndef XENTIME_CAPABILITY_H
#define XENTIME_CAPABILITY_H

#include "internal.h"

/* Fails unless this Xen has one of @cap; the error's text begins with @what. */
enum xentime_error xt_need(xentime *xt, const struct xentime_domain *dom,
                           unsigned int cap, const char *what);

#endif /* XENTIME_CAPABILITY_H */
