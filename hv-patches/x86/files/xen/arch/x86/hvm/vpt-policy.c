/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-policy.c: what the timer modes of an HVM domain do with its ticks.
 *
 * The contract of every function is in the header.
 */

#ifdef __XEN__
#include <asm/hvm/vpt-policy.h>
#include <public/xen.h>
#include <public/vtimer.h>
#include <public/hvm/params.h>
#else
#include "asm/hvm/vpt-policy.h"
#include <xen/hvm/params.h>
#include "vtimer.h"
#endif

enum missed_ticks {
    DELIVER,                    /* all of them, one after another */
    PACE,                       /* and each at a guest time of its own */
    DROP,
    COLLAPSE,                   /* deliver one for all of them */
};

/* Eight, lest even a speculated index leave the table; see get_mode(). */
static const struct vpt_mode {
    bool freezes_time;
    enum missed_ticks missed;
} modes[8] = {
    [HVMPTM_delay_for_missed_ticks]    = { true,  DELIVER },
    [HVMPTM_no_delay_for_missed_ticks] = { false, DELIVER },
    [HVMPTM_no_missed_ticks_pending]   = { false, DROP },
    [HVMPTM_one_missed_tick_pending]   = { false, COLLAPSE },
    [HVMPTM_paced_missed_ticks]        = { true,  PACE },
};

static const struct vpt_mode *get_mode(unsigned int mode)
{
    return &modes[mode & 7];
}

bool vpt_freezes_time(unsigned int mode)
{
    return get_mode(mode)->freezes_time;
}

bool vpt_freezes_wakeup(unsigned int mode)
{
    return get_mode(mode)->missed == PACE;
}

bool vpt_keeps_backlog(unsigned int mode)
{
    return get_mode(mode)->missed == DELIVER || vpt_freezes_wakeup(mode);
}

/* The difference is signed: after vpt_rebase() the tick may precede time 0. */
bool vpt_tick_leads(const struct vpt_ticks *t, uint64_t gtime)
{
    return (int64_t)(t->last_plt_gtime - gtime) > 0;
}

uint64_t vpt_ticks_unseen(const struct vpt_ticks *t, int64_t now)
{
    /* As long as none is overdue, one at this very moment is the timer's. */
    if ( now <= t->scheduled )
        return 0;

    if ( t->one_shot )
        return !t->pending_intr_nr;

    return (now - t->scheduled) / (int64_t)t->period + 1;
}

static void add_pending(struct vpt_ticks *t, uint64_t ticks,
                        struct vpt_tally *tally)
{
    uint32_t room = UINT32_MAX - t->pending_intr_nr;

    if ( ticks > room )
    {
        tally->dropped += ticks - room;
        ticks = room;
    }
    t->pending_intr_nr += ticks;
}

/* The rule for do_not_freeze; see wakeup_after in the header. */
static void drop_missed(struct vpt_ticks *t, uint64_t ticks,
                        unsigned int wakeup_after, struct vpt_tally *tally)
{
    tally->dropped += ticks;
    t->missed = ticks > UINT32_MAX - t->missed ? UINT32_MAX
                                               : t->missed + ticks;
    t->do_not_freeze = wakeup_after ? t->missed >= wakeup_after
                                    : !t->pending_intr_nr;
}

static void count_missed(unsigned int mode, struct vpt_ticks *t, int64_t now,
                         unsigned int wakeup_after, struct vpt_tally *tally)
{
    uint64_t ticks = t->one_shot ? 0 : vpt_ticks_unseen(t, now);

    if ( !ticks )
        return;

    tally->due += ticks;
    t->scheduled += ticks * t->period;
    if ( get_mode(mode)->missed == DROP )
        drop_missed(t, ticks, wakeup_after, tally);
    else
        add_pending(t, ticks, tally);
}

void vpt_timer_fired(struct vpt_ticks *t, struct vpt_tally *tally)
{
    tally->due++;
    add_pending(t, 1, tally);
    t->scheduled += t->period;
    t->do_not_freeze = false;
}

bool vpt_vcpu_resumed(unsigned int mode, struct vpt_ticks *t, int64_t now,
                      unsigned int wakeup_after, struct vpt_tally *tally)
{
    /* With a tick pending the timer is set when that is delivered. */
    if ( t->pending_intr_nr )
        return false;

    count_missed(mode, t, now, wakeup_after, tally);
    return true;
}

/*
 * Of the ticks that are pending, those whose guest time has come as well: as
 * on real hardware they are one with the tick that is being delivered.
 */
static void collapse_reached(struct vpt_ticks *t, uint64_t gtime,
                             struct vpt_tally *tally)
{
    int64_t ahead = gtime - t->last_plt_gtime;
    uint64_t reached;

    if ( ahead < (int64_t)t->period || !t->pending_intr_nr )
        return;

    reached = ahead / (int64_t)t->period;
    if ( reached > t->pending_intr_nr )
        reached = t->pending_intr_nr;
    t->last_plt_gtime += reached * t->period;
    t->pending_intr_nr -= reached;
    tally->collapsed += reached;
}

bool vpt_tick_delivered(unsigned int mode, struct vpt_ticks *t, int64_t now,
                        uint64_t gtime, unsigned int wakeup_after,
                        struct vpt_tally *tally)
{
    tally->delivered++;
    t->missed = 0;

    if ( t->one_shot )
    {
        t->pending_intr_nr = 0;
        return false;
    }

    if ( vpt_keeps_backlog(mode) )
    {
        t->last_plt_gtime += t->period;
        if ( !--t->pending_intr_nr )
            count_missed(mode, t, now, wakeup_after, tally);
        if ( vpt_freezes_wakeup(mode) )
            collapse_reached(t, gtime, tally);
        return !t->pending_intr_nr;
    }

    t->last_plt_gtime = gtime;
    count_missed(mode, t, now, wakeup_after, tally);
    tally->collapsed += t->pending_intr_nr - 1;
    t->pending_intr_nr = 0;
    return true;
}

void vpt_timer_stopped(struct vpt_ticks *t, struct vpt_tally *tally)
{
    tally->dropped += t->pending_intr_nr;
    t->pending_intr_nr = 0;
}

/*
 * What is pending when the mode changes, between "from" (down) and "to":
 *
 *                            0         1         2         3         4
 *   0 delay_for              -         all       one       one       all
 *   1 no_delay_for           all       -         one       one       all
 *   2 no_missed_pending      one       one       -         one       one
 *   3 one_missed_pending     one       one       one       -         one
 *   4 paced                  all       all       one       one       -
 *
 * all: every tick that has come due stays pending; none is lost or made up.
 * one: of the ticks pending one stays, which may be in service already.  The
 *      others would have been collapsed by mode 3, and count as collapsed in
 *      a change from or to it, else as dropped.  (Mode 2 never has more than
 *      one; what came due while its vCPU was waiting it has dropped.)
 */
void vpt_mode_switched(unsigned int from, unsigned int to,
                       struct vpt_ticks *t, int64_t now, uint64_t gtime,
                       struct vpt_tally *tally)
{
    uint32_t rest;

    if ( t->one_shot )
        return;

    count_missed(from, t, now, 0, tally);
    t->do_not_freeze = false;
    t->missed = 0;

    if ( t->pending_intr_nr > 1 &&
         !(vpt_keeps_backlog(from) && vpt_keeps_backlog(to)) )
    {
        rest = t->pending_intr_nr - 1;
        if ( get_mode(from)->missed == COLLAPSE ||
             get_mode(to)->missed == COLLAPSE )
            tally->collapsed += rest;
        else
            tally->dropped += rest;
        t->pending_intr_nr = 1;
    }

    vpt_rebase(t, now, gtime);
}

/*
 * Modes 0, 1 and 4 add a period for every tick delivered.  When all that is
 * pending and the tick at scheduled have been, that must be the guest time of
 * scheduled, counted from now.
 */
void vpt_rebase(struct vpt_ticks *t, int64_t now, uint64_t gtime)
{
    if ( !t->one_shot )
        t->last_plt_gtime = gtime + (t->scheduled - now) -
                            (t->pending_intr_nr + 1ULL) * t->period;
}

void vpt_advance(struct vpt_ticks *t, int64_t step, int64_t now, uint64_t aim)
{
    struct vpt_ticks limit = *t;

    if ( t->one_shot )
        return;

    vpt_rebase(&limit, now, aim);
    t->last_plt_gtime += step;
    if ( vpt_tick_leads(t, limit.last_plt_gtime) )
        t->last_plt_gtime = limit.last_plt_gtime;
}

int64_t vpt_slew_step(int64_t offset, int64_t target, int64_t *last,
                      int64_t now, unsigned int ppm)
{
    int64_t elapsed = now - *last, part, step;

    if ( offset >= target || elapsed <= 0 || !ppm )
        return 0;

    /* In two parts, lest the product overflow. */
    part = elapsed % 1000000 * ppm;
    step = elapsed / 1000000 * ppm + part / 1000000;

    /* What is left of the division is for the next time. */
    *last = now - part % 1000000 / ppm;

    return step < target - offset ? step : target - offset;
}
