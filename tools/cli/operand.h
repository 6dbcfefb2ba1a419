/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operands that name domains.
 *
 * A comma separates domains wherever there can be several.  Where nothing but
 * domains can follow, a blank does as well: "list a,b c".  Before a value a blank
 * does not, as in "set-mode web 1 2" it could be domain 1 that is meant, or a
 * mode too many.
 */
#ifndef XENTIMECTL_CLI_OPERAND_H
#define XENTIMECTL_CLI_OPERAND_H

#include "tool.h"

/*
 * Finds the domains that the operands from number @first to before @end name;
 * @want is as for xentime_find().  Returns and frees as open_domains().
 */
int find_domains(const struct tool *t, int first, int end, unsigned int want,
                 struct xentime_domain **doms, size_t *count);

/*
 * Opens Xen (tool_open()) and finds the domains that the operands name from
 * number @first on, or all if there are none; @want is as for xentime_find().
 * Returns EXIT_DONE, and the caller frees them with xentime_free_domains(); or
 * another exit status with the error reported.
 */
int open_domains(struct tool *t, int first, unsigned int want,
                 struct xentime_domain **doms, size_t *count);

/* Does so with the domain that the first operand names as a whole. */
int open_one_domain(struct tool *t, unsigned int want,
                    struct xentime_domain **dom);

/*
 * Removes domains that are dying from an array.  Whoever says "all" does not mean
 * them; one of which a page is still mapped dies for days.
 */
void leave_out_dying(struct xentime_domain *doms, size_t *count);

#endif /* XENTIMECTL_CLI_OPERAND_H */
