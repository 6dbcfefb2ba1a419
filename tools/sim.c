/* SPDX-License-Identifier: GPL-2.0-only */
/* See sim.h. */

#include <math.h>
#include <string.h>

#include "asm/hvm/vpt-policy.h"
#include "sim.h"

#define NEVER INT64_MAX
#define SECOND 1000000000LL

/* Of the latency: as measured in the lab, where all exits cost the same. */
#define LATCH_TO_TSC(latency) ((latency)*3 / 5)

/* Seconds at the beginning that say nothing of the rate yet. */
#define SKIP 2

/* A clock as its guest keeps it, against real time. */
struct keeper {
    int64_t shown;
    int64_t ahead; /* of real time, at the last tick */
    int64_t most;  /* in this second; a clock that moves by whole ticks is
                      right when it has just ticked */
    /* Of seconds: sums for least squares, of their ends (s) and most (ns). */
    double n, t, y, tt, ty;
};

struct sim {
    const struct sim_params *p;
    struct sim_load *load;
    int64_t now;
    int64_t plan;          /* when the load's turn was to begin */
    struct sim_turn ahead; /* the next one */
    bool freezes_time, freezes_wakeup; /* of the mode */

    /* vpt.c's */
    struct vpt_ticks t;
    struct vpt_tally tally;
    int64_t expires; /* of Xen's timer; NEVER: it is not set */
    int64_t offset;  /* guest time - real time, of a vCPU that runs */
    uint64_t wakeups;
    int64_t ready; /* the vCPU has its CPU, and can be interrupted */

    /* the guest's tick handler: CPU time to go; 0: not in it */
    int64_t to_reading, to_end;
    int64_t reload; /* guest time when the PIT's counter was reloaded */
    int64_t seen;   /* SIM_TICK_TSC: TSC of the last tick accounted for */
    struct keeper keeper[SIM_GUESTS];
    int64_t second_end;
    unsigned int seconds;
    int64_t step[SIM_GUESTS];
    int64_t cpu;
};

/* ---- the guest ---- */

/*
 * timer_interrupt() of Linux 2.6.9 to 2.6.18 for x86-64 with the TSC, in
 * nanoseconds: arch/x86_64/kernel/time.c.
 */
static unsigned int ticks_by_tsc(struct sim *s, int64_t tsc)
{
    int64_t period = s->p->period;
    /*
     * What the PIT's counter has said.  It was read before the TSC: latching
     * it is one exit to Xen, and reading it two more.
     */
    int64_t delay = (tsc - LATCH_TO_TSC(s->p->latency) - s->reload) % period;
    int64_t offset = tsc - s->seen - period;
    unsigned int lost = 0;

    if (offset < 0)
        offset = 0;
    if (offset > period) {
        lost = offset / period;
        offset %= period;
    }
    s->seen = tsc - (delay > offset ? delay : offset);
    return 1 + lost;
}

static void note_second(struct keeper *k, double t)
{
    double y = k->most;

    k->n++;
    k->t += t;
    k->y += y;
    k->tt += t * t;
    k->ty += t * y;
}

static void end_second(struct sim *s)
{
    unsigned int i;

    if (s->now < s->second_end)
        return;
    s->seconds++;
    for (i = 0; i < SIM_GUESTS; i++) {
        struct keeper *k = &s->keeper[i];

        if (s->seconds > SKIP)
            note_second(k, s->second_end / 1e9);
        k->most = INT64_MIN;
    }
    while (s->second_end <= s->now)
        s->second_end += SECOND;
}

static double rate(const struct keeper *k)
{
    double d = k->n * k->tt - k->t * k->t;

    return d > 0 ? (k->n * k->ty - k->t * k->y) / d / 1e9 : NAN;
}

static void read_clocks(struct sim *s)
{
    int64_t tsc = s->now + s->offset, period = s->p->period;
    unsigned int i;

    end_second(s);
    s->keeper[SIM_TICK].shown += period;
    s->keeper[SIM_TICK_TSC].shown += period * ticks_by_tsc(s, tsc);
    s->keeper[SIM_CLOCK].shown = tsc;
    for (i = 0; i < SIM_GUESTS; i++) {
        struct keeper *k = &s->keeper[i];
        int64_t ahead = k->shown - s->now;
        int64_t step = ahead > k->ahead ? ahead - k->ahead : k->ahead - ahead;

        if (s->seconds && step > s->step[i])
            s->step[i] = step;
        k->ahead = ahead;
        if (ahead > k->most)
            k->most = ahead;
    }
}

/* ---- vpt.c ---- */

static void set_timer(struct sim *s, bool wanted)
{
    if (wanted)
        s->expires = s->t.scheduled;
}

static void timer_fired(struct sim *s)
{
    s->expires = NEVER;
    vpt_timer_fired(&s->t, &s->tally);
}

static void deliver(struct sim *s)
{
    uint64_t gtime = s->now + s->offset;

    set_timer(s, vpt_tick_delivered(s->p->mode, &s->t, s->now, gtime,
                                    s->p->wakeup_after, &s->tally));
    if (s->freezes_time && vpt_tick_leads(&s->t, gtime))
        s->offset = (int64_t)s->t.last_plt_gtime - s->now;
    s->reload = s->now + s->offset;
    s->to_reading = s->p->latency;
    s->to_end = s->p->latency + s->p->handler;
}

/* ---- the vCPU ---- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What happens next to a vCPU that runs, at @until at the latest. */
static int64_t next_event(const struct sim *s, int64_t until)
{
    int64_t next = until;

    if (s->to_end)
        next = earlier(next,
                       s->now + (s->to_reading ? s->to_reading : s->to_end));
    if (s->expires != NEVER)
        next = earlier(next, s->expires + s->p->fire);
    if (s->t.pending_intr_nr && s->ready > s->now)
        next = earlier(next, s->ready);
    return next > s->now ? next : s->now;
}

/* Lets the vCPU run until something happens, or @until. */
static void advance(struct sim *s, int64_t until)
{
    int64_t ran;

    if (s->t.pending_intr_nr && !s->to_end && s->now >= s->ready)
        deliver(s);
    ran = next_event(s, until) - s->now;
    s->now += ran;
    s->cpu += ran;
    if (s->to_end) {
        s->to_end -= ran;
        if (s->to_reading && !(s->to_reading -= ran))
            read_clocks(s);
    }
    if (s->expires != NEVER && s->now >= s->expires + s->p->fire)
        timer_fired(s);
}

static void run(struct sim *s, int64_t until)
{
    while (s->now < until)
        advance(s, until);
}

/* No CPU until @until; what fires meanwhile finds the vCPU waiting. */
static void wait_for_cpu(struct sim *s, int64_t until)
{
    while (s->expires <= until) {
        s->now = s->expires;
        timer_fired(s);
        s->wakeups++;
    }
    if (s->now < until)
        s->now = until;
}

static void resume(struct sim *s, int64_t frozen)
{
    set_timer(s, vpt_vcpu_resumed(s->p->mode, &s->t, s->now, s->p->wakeup_after,
                                  &s->tally));
    s->offset -= frozen;
    s->ready = s->now + s->p->inject;
}

static void preempted(struct sim *s, int64_t until)
{
    int64_t start = s->now;

    if (!s->t.do_not_freeze)
        s->expires = NEVER;
    wait_for_cpu(s, until);
    resume(s, s->freezes_time ? s->now - start : 0);
}

/*
 * What else woke it, or has come since, is handled before the tick, if it then
 * runs for long enough to have handled both.
 */
static bool has_other_to_do(const struct sim *s, int64_t waited, bool by_tick)
{
    return (!by_tick || waited > s->p->period) &&
           s->ahead.run >=
               s->p->inject + s->p->latency + s->p->handler + s->p->other / 2;
}

static void woken(struct sim *s, int64_t until, bool by_tick)
{
    int64_t start = s->now;

    wait_for_cpu(s, until);
    resume(s, s->freezes_wakeup ? s->now - start : 0);
    if (has_other_to_do(s, s->now - start, by_tick))
        s->ready += s->p->other;
}

static void finish_ticks(struct sim *s)
{
    while ((s->t.pending_intr_nr || s->to_end) && s->now < s->p->length)
        advance(s, s->p->length);
}

/*
 * Until something wakes it at @until.  A tick that comes before is handled;
 * what comes while that is being done finds the vCPU awake.  A tick that comes
 * at about that time is what woke it.
 */
static void blocked(struct sim *s, int64_t until, int64_t wait)
{
    while (s->expires < until) {
        bool this_is_it = s->expires + 4 * s->p->inject >= until;

        if (s->now < s->expires)
            s->now = s->expires;
        timer_fired(s);
        woken(s, (this_is_it ? until : s->now) + wait, true);
        if (this_is_it)
            return;
        finish_ticks(s);
        if (s->now >= until || s->now >= s->p->length)
            return;
    }
    s->now = until;
    woken(s, until + wait, false);
}

/* Without a tick that is due or in work, until the turn is over. */
static bool is_quiet(const struct sim *s, const struct sim_turn *turn)
{
    int64_t end = s->plan + turn->run + turn->block + turn->wait;

    return !s->t.pending_intr_nr && !s->to_end &&
           s->now <= s->plan + turn->run && s->expires > end &&
           end < s->p->length;
}

/*
 * Most turns are, at 100 Hz: no more than what the others come to without a
 * tick.
 */
static void quiet_turn(struct sim *s, const struct sim_turn *turn)
{
    s->plan += turn->run;
    s->cpu += s->plan - s->now;
    s->plan += turn->block + turn->wait;
    s->now = s->plan;
    if (turn->wait &&
        (turn->block ? s->freezes_wakeup : s->freezes_time))
        s->offset -= turn->wait;
    s->ready = s->now + s->p->inject;
    if (turn->block && has_other_to_do(s, turn->wait, false))
        s->ready += s->p->other;
}

/*
 * The turn has its place in time, which a vCPU that has had ticks to handle
 * in between can be late for.
 */
static void long_turn(struct sim *s, const struct sim_turn *turn)
{
    run(s, earlier(s->plan + turn->run, s->p->length));
    s->plan += turn->run;
    if (turn->block)
        finish_ticks(s);
    s->plan += turn->block;
    if (s->now < s->plan)
        blocked(s, s->plan, turn->wait);
    else if (s->now < s->plan + turn->wait)
        preempted(s, s->plan + turn->wait);
    s->plan += turn->wait;
}

static void turn(struct sim *s)
{
    struct sim_turn turn = s->ahead;

    s->load->next(s->load, &s->ahead);
    if (is_quiet(s, &turn))
        quiet_turn(s, &turn);
    else
        long_turn(s, &turn);
}

void sim_run(const struct sim_params *params, struct sim_load *load,
             struct sim_result *result)
{
    struct sim s = {
        .p = params,
        .load = load,
        .t = { .period = params->period, .scheduled = params->phase },
        .expires = params->phase,
        .second_end = SECOND,
        .freezes_time = vpt_freezes_time(params->mode),
        .freezes_wakeup = vpt_freezes_wakeup(params->mode),
    };
    double seconds = params->length / 1e9;
    unsigned int i;

    /* Guest time 0 is real time 0, and the tick before the first one. */
    s.t.last_plt_gtime = params->phase - params->period;
    s.seen = params->phase - params->period;
    for (i = 0; i < SIM_GUESTS; i++)
        s.keeper[i].most = INT64_MIN;

    load->next(load, &s.ahead);
    while (s.now < params->length)
        turn(&s);

    memset(result, 0, sizeof(*result));
    for (i = 0; i < SIM_GUESTS; i++) {
        result->error[i] = rate(&s.keeper[i]);
        result->step[i] = s.step[i];
    }
    result->ticks = s.tally.delivered / seconds;
    result->merged = (s.tally.collapsed + s.tally.dropped) / seconds;
    result->wakeups = s.wakeups / seconds;
    result->cpu = s.cpu / 1e9 / seconds;
}
