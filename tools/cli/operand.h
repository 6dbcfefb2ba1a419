/* SPDX-License-Identifier: GPL-2.0-only */
/* Operands that name domains. */
#ifndef XENTIMECTL_CLI_OPERAND_H
#define XENTIMECTL_CLI_OPERAND_H

#include "tool.h"

/*
 * Finds the domain that the first operand names; @want is as for
 * xentime_find(). Returns EXIT_DONE, and the caller frees *dom with
 * xentime_free_domains(*dom, 1); or another exit status with the error
 * reported.
 */
int find_one_domain(const struct tool *t, unsigned int want,
                    struct xentime_domain **dom);

/*
 * Finds the domains that "a,b,c" names, with their names; @list is cut up. The
 * caller frees them with xentime_free_domains().
 */
enum xentime_error find_domain_list(struct tool *t, char *list,
                                    struct xentime_domain **doms,
                                    size_t *count);

#endif /* XENTIMECTL_CLI_OPERAND_H */
