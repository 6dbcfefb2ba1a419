/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-resync.h: bringing a domain's guest time back to real time.
 *
 * Real time is Xen's system time; a vCPU's guest time is that of the domain
 * plus v->arch.hvm.stime_offset, which timer_mode 0 makes fall behind.
 */
#ifndef __ASM_X86_HVM_VPT_RESYNC_H__
#define __ASM_X86_HVM_VPT_RESYNC_H__

#include <xen/sched.h>

struct xen_vtimer_resync;
struct xen_vtimer_status;

/* The part of pt_slew() for a vCPU that is being resynced. */
void vpt_slew(struct vcpu *v);

/*
 * Lets the current vCPU's time catch up by what has accrued since the last
 * call.  tm_lock is held.
 */
static always_inline void pt_slew(struct vcpu *v)
{
    if ( unlikely(v->arch.hvm.slew.ppm) )
        vpt_slew(v);
}

/*
 * XEN_VTIMER_OP_resync.  Pauses d, for a step as long as it takes to look at
 * each timer of each vCPU once.  The domctl lock is held, and no other.  -EINVAL: no such
 * method or rate, or d is the caller's own domain.
 */
int pt_resync(struct domain *d, struct xen_vtimer_resync *resync);

/* XEN_VTIMER_OP_status. */
void pt_status(struct domain *d, struct xen_vtimer_status *status);

#endif /* __ASM_X86_HVM_VPT_RESYNC_H__ */
