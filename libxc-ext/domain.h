/* SPDX-License-Identifier: LGPL-2.1-only */
/* Tells what a domain is, and whether it is still there. */
#ifndef XENTIME_DOMAIN_H
#define XENTIME_DOMAIN_H

#include "internal.h"

/*
 * Lists all domains, without name, settings and sessions; freed by
 * xentime_free_domains().  Errors: as xt_fail_xen().
 */
enum xentime_error xt_list_domains(xentime *xt, struct xentime_domain **out,
                                   size_t *count);

/*
 * Reads the domain with this id, as xt_list_domains() does; *there is false if
 * there is none.  Errors: as xt_fail_xen().
 */
enum xentime_error xt_get_domain(xentime *xt, uint32_t domid,
                                 struct xentime_domain *dom, bool *there);

/*
 * Reads the domain again and checks that it is the same one (UUID) and not
 * dying.  Errors: NODOM, as xt_fail_xen().
 */
enum xentime_error xt_still_there(xentime *xt, const struct xentime_domain *dom,
                                  struct xentime_domain *now);

#endif /* XENTIME_DOMAIN_H */
