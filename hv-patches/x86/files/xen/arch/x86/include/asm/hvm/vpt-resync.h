/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-resync.h: how far a domain's guest time is behind, and an end to that.
 *
 * Real time is Xen's system time; see vpt-clock.h.
 */
#ifndef __ASM_X86_HVM_VPT_RESYNC_H__
#define __ASM_X86_HVM_VPT_RESYNC_H__

#include <xen/sched.h>

struct xen_vtimer_resync;
struct xen_vtimer_status;

/*
 * XEN_VTIMER_OP_resync.  Pauses d for as long as it takes to look at each vCPU
 * once.  The domctl lock is held, and no other.  -EINVAL: d is the caller's own
 * domain.
 */
int pt_resync(struct domain *d, struct xen_vtimer_resync *resync);

/* XEN_VTIMER_OP_status. */
void pt_status(struct domain *d, struct xen_vtimer_status *status);

#endif /* __ASM_X86_HVM_VPT_RESYNC_H__ */
