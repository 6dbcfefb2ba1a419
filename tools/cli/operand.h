/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operands that name domains. */
#ifndef XENTIMECTL_CLI_OPERAND_H
#define XENTIMECTL_CLI_OPERAND_H

#include "tool.h"

/*
 * Opens Xen (tool_open()) and finds the domains that the operands name from
 * number @first on, or all if there are none; @want is as for xentime_find().
 * Returns EXIT_DONE, and the caller frees them with xentime_free_domains(); or
 * another exit status with the error reported.
 */
int open_domains(struct tool *t, int first, unsigned int want,
                 struct xentime_domain **doms, size_t *count);

/* Does so with the domain that the only operand names. */
int open_one_domain(struct tool *t, unsigned int want,
                    struct xentime_domain **dom);

/*
 * Removes domains that are dying from an array.  Whoever says "all" does not mean
 * them; one of which a page is still mapped dies for days.
 */
void leave_out_dying(struct xentime_domain *doms, size_t *count);

/*
 * Finds the domains that "a,b,c" names, with their names; @list is cut up. The
 * caller frees them with xentime_free_domains().
 */
enum xentime_error find_domain_list(struct tool *t, char *list,
                                    struct xentime_domain **doms,
                                    size_t *count);

#endif /* XENTIMECTL_CLI_OPERAND_H */
