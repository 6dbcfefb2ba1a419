/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpt-policy.h: what the timer modes of an HVM domain do with its ticks.
 *
 * A vCPU that has lost its CPU misses ticks of its virtual timers.  What
 * becomes of them is the domain's timer_mode (HVM_PARAM_TIMER_MODE), and all
 * that a mode decides is decided here.  Nothing in these two files depends on
 * Xen but for types: the hypervisor, unit tests and simulators share them.
 *
 * Times are nanoseconds of Xen's system time (NOW()).  Modes are HVMPTM_* of
 * public/hvm/params.h and public/vtimer.h.
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
 * The ticks of one virtual timer fall on scheduled, scheduled + period and so
 * on.  Those before scheduled have been counted, and pending_intr_nr of them
 * wait to be delivered: the last ones before scheduled.
 */
struct vpt_ticks {
    bool one_shot;
    bool do_not_freeze;         /* goes on running if the vCPU is descheduled */
    bool unread;                /* mode 5: see vpt_vcpu_waits() */
    uint32_t pending_intr_nr;   /* ticks to deliver */
    uint32_t missed;            /* dropped in a row, in the modes 2 and 5 */
    uint64_t period;            /* 0: one-shot */
    int64_t scheduled;          /* the first tick not yet counted */
    int64_t given;              /* mode 5: when the last one was delivered */
};

/* The fate of ticks, in numbers.  The functions below add to it. */
struct vpt_tally {
    uint64_t due;
    uint64_t delivered;
    uint64_t collapsed;         /* delivered as one with another tick */
    uint64_t dropped;
};

/*
 * Does guest time stand still while a vCPU waits for a CPU that it has lost?
 * The time that was lost comes back with the ticks.
 */
bool vpt_freezes_time(unsigned int mode);

/*
 * ... and also while it waits for one after a tick has woken it, from when that
 * tick was due?
 */
bool vpt_paces_ticks(unsigned int mode);

/*
 * Is a tick dropped that the guest may have made up already, by its TSC, when
 * it comes?
 */
bool vpt_withholds_ticks(unsigned int mode);

/* A paced timer owes its guest no more than the ticks of so many ns, or one. */
#define VPT_BACKLOG_MAX 10000000000LL

/* The time at which the oldest pending tick was due, or the next one is. */
static inline int64_t vpt_tick_due(const struct vpt_ticks *t)
{
    return t->scheduled - (int64_t)(t->pending_intr_nr * t->period);
}

/*
 * Ticks that have come due but were not counted yet, as while the vCPU waits
 * for a CPU.  The timer has not been stopped; one-shot, it has one tick in all.
 */
uint64_t vpt_ticks_unseen(const struct vpt_ticks *t, int64_t now);

/* The timer has fired. */
void vpt_timer_fired(struct vpt_ticks *t, struct vpt_tally *tally);

/*
 * In a mode that withholds ticks: the vCPU has lost its CPU.  If it has only
 * just been given a tick, its handler may not have read the TSC yet, and what
 * falls due until the vCPU runs again is made up there.
 */
void vpt_vcpu_waits(struct vpt_ticks *t, int64_t now);

/*
 * The vCPU is about to run again.  True: the timer is to be set for
 * scheduled.
 *
 * wakeup_after: in the modes that drop missed ticks, after how many of them in
 * a row the timer goes on running when the vCPU is descheduled.  0 stands for
 * Xen's own rule: after any number unless a tick was pending.
 */
bool vpt_vcpu_resumed(unsigned int mode, struct vpt_ticks *t, int64_t now,
                      unsigned int wakeup_after, struct vpt_tally *tally);

/*
 * The guest has been interrupted, with a tick pending.  True: the timer is to
 * be set for scheduled.
 *
 * reached: in a mode that paces ticks, guest time, as system time: a pending
 * tick that was due by then is one with the tick that is being delivered, as
 * the guest had its chance to take it.  VPT_NEVER on a vCPU that is not the
 * domain's timekeeper, for which guest time does not wait.
 */
#define VPT_NEVER (-0x7fffffffffffffffLL)
bool vpt_tick_delivered(unsigned int mode, struct vpt_ticks *t, int64_t now,
                        int64_t reached, unsigned int wakeup_after,
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
void vpt_mode_switched(unsigned int from, unsigned int to, struct vpt_ticks *t,
                       int64_t now, struct vpt_tally *tally);

#endif /* __ASM_X86_HVM_VPT_POLICY_H__ */
