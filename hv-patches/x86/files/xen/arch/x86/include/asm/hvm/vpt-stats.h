/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-stats.h: counts what becomes of the ticks of a vCPU's virtual timers.
 *
 * Counting is off until asked for.  The counters of a vCPU are
 * v->arch.hvm.vpt_stats, in the form in which they are read, NULL while it
 * does not count.  They are guarded by the vCPU's tm_lock, which is held
 * wherever ticks are handled: the hooks below take no lock, and cost a test
 * of the pointer while counting is off.
 */
#ifndef __ASM_X86_HVM_VPT_STATS_H__
#define __ASM_X86_HVM_VPT_STATS_H__

#include <xen/sched.h>
#include <asm/hvm/vpt.h>

struct xen_vtimer_stats;

/* These count.  They may only be called if vpt_counting() is true. */
void vpt_stats_tally(struct periodic_time *pt, const struct vpt_tally *tally);
void vpt_stats_fired(struct periodic_time *pt);
void vpt_stats_delivering(struct periodic_time *pt, s_time_t now);
void vpt_stats_descheduled(struct vcpu *v);
void vpt_stats_switched(struct vcpu *v);
void vpt_stats_moved(struct vcpu *v, struct periodic_time *pt, bool here);

static always_inline bool vpt_counting(const struct vcpu *v)
{
    return unlikely(v->arch.hvm.vpt_stats != NULL);
}

/* Counts what the policy made of ticks of pt. */
static always_inline void pt_count(struct periodic_time *pt,
                                   const struct vpt_tally *tally)
{
    if ( vpt_counting(pt->vcpu) )
        vpt_stats_tally(pt, tally);
}

/*
 * Starts counting from 0 for all vCPUs that d has, or starts over.  May be
 * called with d running.  -ENOMEM: no vCPU counts.
 */
int vpt_stats_start(struct domain *d);

/* Stops counting and frees the counters. */
void vpt_stats_stop(struct domain *d);

/* Fills in *stats.  -ENODATA: v does not count. */
int vpt_stats_read(struct vcpu *v, struct xen_vtimer_stats *stats);

#endif /* __ASM_X86_HVM_VPT_STATS_H__ */
