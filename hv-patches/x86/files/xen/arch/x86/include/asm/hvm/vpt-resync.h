/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-resync.h: tells how far guest time is behind real time, and ends that.
 *
 * Real time is Xen's system time; see vpt-clock.h.
 */
#ifndef __ASM_X86_HVM_VPT_RESYNC_H__
#define __ASM_X86_HVM_VPT_RESYNC_H__

#include <xen/sched.h>

struct xen_vtimer_resync;
struct xen_vtimer_status;

/*
 * Serves XEN_VTIMER_OP_resync.  Pauses d for as long as it takes to look at
 * each vCPU once.  The caller holds the domctl lock, and no other.  -EINVAL: d
 * is the caller's own domain.
 */
int pt_resync(struct domain *d, struct xen_vtimer_resync *resync);

/* Serves XEN_VTIMER_OP_status. */
void pt_status(struct domain *d, struct xen_vtimer_status *status);

#endif /* __ASM_X86_HVM_VPT_RESYNC_H__ */
