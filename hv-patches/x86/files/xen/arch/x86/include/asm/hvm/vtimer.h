/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __ASM_X86_HVM_VTIMER_H__
#define __ASM_X86_HVM_VTIMER_H__

struct domain;
struct xen_domctl_vtimer_op;

/*
 * Serves XEN_DOMCTL_vtimer_op.  op, a copy of the caller's, is to be copied
 * back if this returns 0.
 */
int vtimer_domctl(struct domain *d, struct xen_domctl_vtimer_op *op);

#endif /* __ASM_X86_HVM_VTIMER_H__ */
