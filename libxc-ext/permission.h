/* SPDX-License-Identifier: LGPL-2.1-only */
/* Whether the policy allows a domain to be profiled. */
#ifndef XENTIME_PERMISSION_H
#define XENTIME_PERMISSION_H

#include "internal.h"

/* Notes in xenstore whether a domain may be profiled. */
bool xt_write_permission(xentime *xt, xs_transaction_t t,
                         const uint8_t uuid[16], bool allowed);

/*
 * Fails with REFUSED if the policy does not allow one of @doms to be profiled.
 * Errors: also PERM, FAIL.
 */
enum xentime_error xt_check_permission(xentime *xt,
                                       const struct xentime_domain *doms,
                                       size_t n);

#endif /* XENTIME_PERMISSION_H */
