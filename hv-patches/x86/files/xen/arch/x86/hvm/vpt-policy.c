/* SPDX-License-Identifier: GPL-2.0-or-later */
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

/* The table has eight rows, so that not even a speculated index leaves it. */
static const struct vpt_mode {
    enum missed_ticks missed;
    bool freezes_time;
    bool withholds;             /* a tick that comes soon after another */
} modes[8] = {
    [HVMPTM_delay_for_missed_ticks]    = { DELIVER, true },
    [HVMPTM_no_delay_for_missed_ticks] = { DELIVER, false },
    [HVMPTM_no_missed_ticks_pending]   = { DROP, false },
    [HVMPTM_one_missed_tick_pending]   = { COLLAPSE, false },
    [HVMPTM_paced_missed_ticks]        = { PACE, true },
    [HVMPTM_no_doubled_ticks_pending]  = { DROP, false, true },
};

static const struct vpt_mode *get_mode(unsigned int mode)
{
    return &modes[mode & 7];
}

bool vpt_paces_ticks(unsigned int mode)
{
    return get_mode(mode)->missed == PACE;
}

bool vpt_withholds_ticks(unsigned int mode)
{
    return get_mode(mode)->withholds;
}

static bool keeps_backlog(unsigned int mode)
{
    return get_mode(mode)->missed == DELIVER || vpt_paces_ticks(mode);
}

bool vpt_freezes_time(unsigned int mode)
{
    return get_mode(mode)->freezes_time;
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

/* The oldest ticks are dropped, so that the rest were due one after another. */
static void cap_backlog(struct vpt_ticks *t, struct vpt_tally *tally)
{
    uint64_t most = VPT_BACKLOG_MAX / t->period ?: 1;

    if ( t->pending_intr_nr <= most )
        return;

    tally->dropped += t->pending_intr_nr - most;
    t->pending_intr_nr = most;
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

/* This is the rule for do_not_freeze; see wakeup_after in the header. */
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
    if ( vpt_paces_ticks(mode) )
        cap_backlog(t, tally);
}

void vpt_timer_fired(struct vpt_ticks *t, struct vpt_tally *tally)
{
    /* The timer was set again while its function waited: it has one tick. */
    if ( t->one_shot && t->pending_intr_nr )
        return;

    tally->due++;
    add_pending(t, 1, tally);
    t->scheduled += t->period;
    t->do_not_freeze = false;
}

/*
 * The guest is interrupted now, and reads its TSC some time later.  A tick that
 * is due in between is one that the guest has counted when it comes.  Nobody
 * sees when the guest reads a native TSC, and its EOI may come before or after
 * that.  But a tick that is withheld without need is made up by the guest at
 * the next one, half a period later at least, while a tick that is delivered
 * without need is never taken back: hence half a period is the limit, the same
 * for both mistakes.
 */
static void withhold_close(struct vpt_ticks *t, int64_t now,
                           struct vpt_tally *tally)
{
    if ( t->scheduled - now >= (int64_t)(t->period / 2) )
        return;

    tally->due++;
    tally->dropped++;
    t->scheduled += t->period;
}

/*
 * It may have lost its CPU before it came to that.  Then it reads its TSC when
 * it goes on, and has counted all that was due until then.
 */
void vpt_vcpu_waits(struct vpt_ticks *t, int64_t now)
{
    t->unread = !t->one_shot && !t->pending_intr_nr &&
                now - t->given < (int64_t)(t->period / 2);
}

/*
 * It may lose its CPU once more, but that is rare, and a vCPU that has it for
 * less than half a period at a time must get ticks.
 */
static void withhold_unread(struct vpt_ticks *t, struct vpt_tally *tally)
{
    t->unread = false;
    tally->dropped += t->pending_intr_nr;
    t->pending_intr_nr = 0;
}

bool vpt_vcpu_resumed(unsigned int mode, struct vpt_ticks *t, int64_t now,
                      unsigned int wakeup_after, struct vpt_tally *tally)
{
    const bool unread = t->unread;

    if ( unread )
        withhold_unread(t, tally);

    /* With a tick pending the timer is set when that is delivered. */
    if ( t->pending_intr_nr )
        return false;

    count_missed(mode, t, now, wakeup_after, tally);
    if ( unread )
        withhold_close(t, now, tally);
    return true;
}

static void merge_reached(struct vpt_ticks *t, int64_t reached,
                          struct vpt_tally *tally)
{
    const int64_t due = vpt_tick_due(t);
    uint64_t ticks;

    if ( !t->pending_intr_nr || reached < due )
        return;

    ticks = (reached - due) / (int64_t)t->period + 1;
    if ( ticks > t->pending_intr_nr )
        ticks = t->pending_intr_nr;
    t->pending_intr_nr -= ticks;
    tally->collapsed += ticks;
}

bool vpt_tick_delivered(unsigned int mode, struct vpt_ticks *t, int64_t now,
                        int64_t reached, unsigned int wakeup_after,
                        struct vpt_tally *tally)
{
    tally->delivered++;
    t->missed = 0;

    if ( t->one_shot )
    {
        t->pending_intr_nr = 0;
        return false;
    }

    if ( keeps_backlog(mode) )
    {
        if ( !--t->pending_intr_nr )
            count_missed(mode, t, now, wakeup_after, tally);
        if ( vpt_paces_ticks(mode) )
            merge_reached(t, reached, tally);
        return !t->pending_intr_nr;
    }

    count_missed(mode, t, now, wakeup_after, tally);
    if ( vpt_withholds_ticks(mode) )
    {
        withhold_close(t, now, tally);
        t->given = now;
    }
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
 *                            0         1         2, 5      3         4
 *   0 delay_for              -         all       one       one       all
 *   1 no_delay_for           all       -         one       one       all
 *   2 no_missed_pending,
 *   5 no_doubled_pending     one       one       one       one       one
 *   3 one_missed_pending     one       one       one       -         one
 *   4 paced                  all       all       one       one       -
 *
 * all: every tick that has come due stays pending; none is lost or made up,
 *      but those that mode 4 does not owe any more.
 * one: of the ticks pending one stays, which may be in service already.  The
 *      others would have been collapsed by mode 3, and count as collapsed in
 *      a change from or to it, else as dropped.  (Modes 2 and 5 never have
 *      more than one; what came due while the vCPU was waiting is dropped.)
 */
void vpt_mode_switched(unsigned int from, unsigned int to,
                       struct vpt_ticks *t, int64_t now,
                       struct vpt_tally *tally)
{
    uint32_t rest;

    if ( t->one_shot )
        return;

    count_missed(from, t, now, 0, tally);
    t->do_not_freeze = t->unread = false;
    t->missed = 0;

    if ( t->pending_intr_nr > 1 && !(keeps_backlog(from) && keeps_backlog(to)) )
    {
        rest = t->pending_intr_nr - 1;
        if ( get_mode(from)->missed == COLLAPSE ||
             get_mode(to)->missed == COLLAPSE )
            tally->collapsed += rest;
        else
            tally->dropped += rest;
        t->pending_intr_nr = 1;
    }
    if ( vpt_paces_ticks(to) )
        cap_backlog(t, tally);
}
