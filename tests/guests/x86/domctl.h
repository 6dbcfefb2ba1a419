/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The domctl of vtimer.h, for the commands that send it. */
#ifndef GUESTS_X86_DOMCTL_H
#define GUESTS_X86_DOMCTL_H

#include <stddef.h>

#include <xenctrl.h>

#include "vtimer.h"

/* Zeroed memory that may be passed to Xen; it is never freed. */
void *xen_buffer(size_t size);

/* These make a hypercall with such memory.  They return 0 or errno. */
int xen_call1(unsigned int op, void *buffer);
int xen_call2(unsigned int op, unsigned int cmd, void *buffer);

/* Sends *domctl, whatever is in it.  0 or errno; answer may be NULL. */
int domctl_raw(const struct xen_domctl *domctl, struct xen_domctl *answer);

/* Sends the operation with the right version.  Returns 0 or errno. */
int vtimer_op(uint32_t domid, struct xen_domctl_vtimer_op *op);

#endif
