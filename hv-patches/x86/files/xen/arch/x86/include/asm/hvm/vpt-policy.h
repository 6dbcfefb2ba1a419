/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-policy.h: what the timer modes of an HVM domain do with its ticks.
 *
 * A vCPU that has lost its CPU misses ticks of its virtual timers.  What
 * becomes of them is the domain's timer_mode (HVM_PARAM_TIMER_MODE), and all
 * that a mode decides is decided here.  Nothing in these two files depends on
 * Xen but for types: the hypervisor, unit tests and simulators share them.
 *
 * Times are in nanoseconds: "now" and scheduled are system time (NOW()),
 * "gtime" and last_plt_gtime are guest time (hvm_get_guest_time()).  Modes
 * are HVMPTM_* of public/hvm/params.h and public/vtimer.h.
 *
 * The caller serialises calls on one timer; vpt.c has the tm_lock of the
 * timer's vCPU held.  Nothing here sleeps, allocates or loops.
 */
#ifndef __ASM_X86_HVM_VPT_POLICY_H__
#define __ASM_X86_HVM_VPT_POLICY_H__

#ifdef __XEN__
#include <xen/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#endif

/*
 * One virtual timer's ticks.  They fall on scheduled, scheduled + period and
 * so on.  Those before scheduled have been counted, and pending_intr_nr of
 * them wait to be delivered.
 */
struct vpt_ticks {
    bool one_shot;
    bool do_not_freeze;         /* goes on running if the vCPU is descheduled */
    uint32_t pending_intr_nr;   /* ticks to deliver */
    uint32_t missed;            /* no_missed_ticks_pending: dropped in a row */
    uint64_t period;            /* 0: one-shot */
    int64_t scheduled;          /* the first tick not yet counted */
    uint64_t last_plt_gtime;    /* guest time of the last delivered tick */
};

/* What became of ticks.  The functions below add to it. */
struct vpt_tally {
    uint64_t due;
    uint64_t delivered;
    uint64_t collapsed;         /* delivered as one with another tick */
    uint64_t dropped;
};

/*
 * Does a vCPU's guest time stand still while the vCPU waits for a CPU that it
 * has lost?  What was lost the ticks then bring back, each as a part.
 */
bool vpt_freezes_time(unsigned int mode);

/* ... and while it waits for one after it was woken? */
bool vpt_freezes_wakeup(unsigned int mode);

/* Is every missed tick delivered in the end? */
bool vpt_keeps_backlog(unsigned int mode);

/*
 * Is the last delivered tick ahead of guest time?  Where that freezes, it is
 * then moved forward to last_plt_gtime.
 */
bool vpt_tick_leads(const struct vpt_ticks *t, uint64_t gtime);

/* The timer has fired. */
void vpt_timer_fired(struct vpt_ticks *t, struct vpt_tally *tally);

/*
 * The vCPU is about to run again.  True: the timer is to be set for
 * scheduled.
 *
 * wakeup_after: in no_missed_ticks_pending, after how many missed ticks in a
 * row the timer goes on running when the vCPU is descheduled.  0 stands for
 * Xen's own rule: after any number unless a tick was pending.
 */
bool vpt_vcpu_resumed(unsigned int mode, struct vpt_ticks *t, int64_t now,
                      unsigned int wakeup_after, struct vpt_tally *tally);

/*
 * The guest has been interrupted, with a tick pending.  True: the timer is to
 * be set for scheduled.  gtime is looked at unless vpt_keeps_backlog(mode)
 * without vpt_freezes_wakeup(mode).
 */
bool vpt_tick_delivered(unsigned int mode, struct vpt_ticks *t, int64_t now,
                        uint64_t gtime, unsigned int wakeup_after,
                        struct vpt_tally *tally);

/* The timer is stopped: what is pending will not be delivered. */
void vpt_timer_stopped(struct vpt_ticks *t, struct vpt_tally *tally);

/*
 * The domain goes from one mode to another while the timer's vCPU is not
 * running.  Ticks that have come due are counted as the old mode counts them;
 * vpt-policy.c has the rule for what is pending then.  A timer that is not
 * one-shot is to be stopped by the caller, and set for scheduled again when
 * nothing is pending.
 */
void vpt_mode_switched(unsigned int from, unsigned int to,
                       struct vpt_ticks *t, int64_t now, uint64_t gtime,
                       struct vpt_tally *tally);

/*
 * Guest time has been moved to gtime by other means than ticks: from here on
 * ticks are in step with it, so that none of them moves it.
 */
void vpt_rebase(struct vpt_ticks *t, int64_t now, uint64_t gtime);

/*
 * Guest time has been moved by step, and so are ticks.  They may bring it to
 * where it would be, at aim for now, if it had not fallen behind, and not
 * further: what those that are due bring back is not to be moved twice.
 */
void vpt_advance(struct vpt_ticks *t, int64_t step, int64_t now, uint64_t aim);

/*
 * Of a timer that has not been stopped: ticks that have come due but were not
 * counted yet, as for a vCPU that is waiting for a CPU.  One-shot, it has one
 * tick in all.
 */
uint64_t vpt_ticks_unseen(const struct vpt_ticks *t, int64_t now);

/*
 * By how much guest time that is offset from real time moves towards target
 * from *last to now, at ppm parts per million.  Never backwards, and never
 * past it.  *last moves on by the time that this accounts for.
 */
int64_t vpt_slew_step(int64_t offset, int64_t target, int64_t *last,
                      int64_t now, unsigned int ppm);

#endif /* __ASM_X86_HVM_VPT_POLICY_H__ */
