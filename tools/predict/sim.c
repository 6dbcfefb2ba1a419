/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See sim.h. */

#include <string.h>

#include "asm/hvm/vpt-clock.h"
#include "asm/hvm/vpt-policy.h"
#include "predict/sim.h"
#include "predict/sim-cost.h"
#include "predict/sim-order.h"

#define NEVER INT64_MAX

struct sim {
    const struct sim_params *p;
    const struct sim_cost *cost;
    struct sim_load *load;
    int64_t now;
    int64_t plan;          /* when the load's turn was to begin */
    struct sim_turn ahead; /* the next turn */
    bool freezes_time, paces_ticks, keeps_backlog; /* what the mode does */
    int64_t longest_run;

    /* what vpt.c keeps */
    struct vpt_ticks t;
    struct vpt_tally tally;
    int64_t expires; /* when Xen's timer is due; NEVER: it is not set */
    int64_t fires;   /* when Xen handles it, if the vCPU runs */
    int64_t fired;   /* when Xen last handled it */
    struct vpt_clock clock;
    uint64_t wakeups;

    /* the vCPU */
    bool away;          /* it has no CPU */
    int64_t ready;      /* when it has its CPU, and can be interrupted */
    int64_t other_done; /* the same as ready if another interrupt came first */
    int64_t woken;      /* how long it has waited since an interrupt other than
                           a tick woke it, until look_at_run(); else NEVER */

    /* the guest's tick handler: CPU time to go; 0: not in it */
    int64_t to_reading, to_end;
    int64_t latch;   /* from the injection to its latching the PIT's counter */
    int64_t began;   /* real time when it last began */
    int64_t handled; /* real time when it last ended */
    struct sim_clocks clocks;
    int64_t cpu;
};

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void read_clocks(struct sim *s)
{
    sim_clocks_tick(&s->clocks, s->now, vpt_clock_at(&s->clock, s->now),
                    s->latch);
}

/* ---- vpt.c ---- */

static void set_timer(struct sim *s, bool wanted)
{
    int64_t soonest = s->now + TIMER_SLOP;

    if (!wanted)
        return;
    s->expires = s->t.scheduled;
    s->fires = s->cost->fire + (s->expires > soonest ? s->expires : soonest);
}

/*
 * The tick that the timer was set for may have been counted already, as one
 * that was missed.  In a mode that paces ticks guest time does not go beyond a
 * tick that comes while the vCPU has no CPU.
 */
static void timer_fired(struct sim *s)
{
    bool counted = s->expires < s->t.scheduled && s->now < s->t.scheduled;

    s->fired = s->now;
    s->expires = NEVER;
    if (counted)
        return;
    vpt_timer_fired(&s->t, &s->tally);
    if (s->away && s->paces_ticks)
        vpt_clock_stop_at(&s->clock, s->now, vpt_tick_due(&s->t));
}

static int64_t latch(const struct sim *s)
{
    if (s->now == s->other_done)
        return s->cost->latch_other;
    return s->now > s->ready ? s->cost->latch_running : s->cost->latch_resumed;
}

static void take_longer(struct sim *s, int64_t to_reading, int64_t to_latch)
{
    s->to_reading += to_reading;
    s->latch += to_latch;
}

/*
 * Adds what Xen does about its timers before the guest reads its clocks.  The
 * next tick fires here if it is due at once.  Returns how much longer the
 * handler then takes after the reading.
 */
static int64_t see_to_timers(struct sim *s)
{
    const struct sim_cost *c = s->cost;

    if (s->now == s->other_done && s->expires - s->now < SIM_NEAR)
        take_longer(s, c->head, c->head);
    if (s->expires - s->now >= c->soon)
        return 0;
    take_longer(s, c->detour, c->latch_detour);
    timer_fired(s);
    return c->fired_linger;
}

static void begin_handler(struct sim *s)
{
    const struct sim_cost *c = s->cost;
    int64_t linger;

    s->to_reading = c->latency;
    s->latch = latch(s);
    if (s->t.pending_intr_nr)
        take_longer(s, c->pending, c->latch_pending);
    linger = see_to_timers(s);
    if (s->now - s->began < s->p->period / 2)
        take_longer(s, c->suspect, c->latch_suspect);
    if (s->now - s->handled < c->inject) {
        take_longer(s, c->again - c->suspect, 0);
        if (s->fired > s->handled - c->tail)
            take_longer(s, c->late - (s->now - s->handled), c->head);
    }
    s->began = s->now;
    s->to_end = s->to_reading + c->handler + linger;
}

static void deliver(struct sim *s)
{
    int64_t reached = VPT_NEVER;

    if (s->freezes_time) {
        vpt_clock_reach(&s->clock, s->now, vpt_tick_due(&s->t));
        reached = s->now - s->clock.lag;
    }
    set_timer(s, vpt_tick_delivered(s->p->mode, &s->t, s->now, reached,
                                    s->p->wakeup_after, &s->tally));
    begin_handler(s);
}

/* ---- the vCPU ---- */

/* Returns when a vCPU that runs has its next event: @until at the latest. */
static int64_t next_event(const struct sim *s, int64_t until)
{
    int64_t next = until;

    if (s->to_end)
        next = earlier(next,
                       s->now + (s->to_reading ? s->to_reading : s->to_end));
    if (s->expires != NEVER)
        next = earlier(next, s->fires);
    if (s->t.pending_intr_nr && s->ready > s->now)
        next = earlier(next, s->ready);
    return next > s->now ? next : s->now;
}

/*
 * A tick is not delivered to a vCPU that is about to lose its CPU.  Xen never
 * sets its timer for less than TIMER_SLOP ahead, so the end of a time slice
 * that is due just after a tick either comes with the tick, and the vCPU is
 * gone before it takes that, or comes TIMER_SLOP later.
 */
static bool can_deliver(const struct sim *s, int64_t until)
{
    return s->t.pending_intr_nr && !s->to_end && s->now >= s->ready &&
           until - s->now >= TIMER_SLOP + s->cost->fire / 2;
}

/*
 * Xen's timer fires while the vCPU runs.  A tick handler is delayed by what Xen
 * needs for that, which depends on how far the handler has come.
 */
static void interrupted(struct sim *s)
{
    const struct sim_cost *c = s->cost;

    timer_fired(s);
    if (s->to_reading > c->last_exit) {
        take_longer(s, c->fired,
                    s->to_reading > c->latency - c->latch_running ? c->fired
                                                                  : 0);
        s->to_end += c->fired + c->fired_linger;
    } else if (s->to_reading) {
        s->to_end += c->fired_late;
    } else if (s->to_end > c->inject) {
        s->to_end += c->fired_later;
    }
}

/* Tells whether nothing happens before @time. */
static bool is_undisturbed(const struct sim *s, int64_t time, int64_t until)
{
    return time < until && (s->expires == NEVER || time < s->fires);
}

static void wait_for_tick(struct sim *s, int64_t until)
{
    if (!s->t.pending_intr_nr || s->to_end || s->now >= s->ready ||
        !is_undisturbed(s, s->ready, until))
        return;
    s->cpu += s->ready - s->now;
    s->now = s->ready;
}

static void handle_at_once(struct sim *s)
{
    int64_t rest = s->to_end - s->to_reading;

    s->cpu += s->to_end;
    s->now += s->to_reading;
    read_clocks(s);
    s->now += rest;
    s->handled = s->now;
    s->to_reading = s->to_end = 0;
}

/* Lets the vCPU run until something happens, or @until. */
static void advance(struct sim *s, int64_t until)
{
    int64_t ran;

    wait_for_tick(s, until);
    if (can_deliver(s, until)) {
        deliver(s);
        if (is_undisturbed(s, s->now + s->to_end, until)) {
            handle_at_once(s);
            return;
        }
    }
    ran = next_event(s, until) - s->now;
    s->now += ran;
    s->cpu += ran;
    if (s->to_end) {
        s->to_end -= ran;
        s->handled = s->now;
        if (s->to_reading && !(s->to_reading -= ran))
            read_clocks(s);
    }
    if (s->expires != NEVER && s->now >= s->fires)
        interrupted(s);
}

static void run(struct sim *s, int64_t until)
{
    while (s->now < until)
        advance(s, until);
}

/*
 * Lets the vCPU wait for a CPU until @until.  Xen has looked at its timers when
 * the wait begins, so that none fires in a wait shorter than TIMER_SLOP.
 */
static void wait_for_cpu(struct sim *s, int64_t until)
{
    bool fires = until - s->now >= TIMER_SLOP - s->cost->wake;

    while (s->expires <= until - s->cost->fire && fires) {
        s->now = s->expires;
        timer_fired(s);
        s->wakeups++;
    }
    if (s->now < until)
        s->now = until;
}

static void resume(struct sim *s)
{
    set_timer(s, vpt_vcpu_resumed(s->p->mode, &s->t, s->now + s->cost->restore,
                                  s->p->wakeup_after, &s->tally));
    vpt_clock_start(&s->clock, s->now);
    s->away = false;
    s->ready = s->now + s->cost->inject;
    s->woken = NEVER;
}

static void preempted(struct sim *s, int64_t until)
{
    s->away = true;
    if (vpt_withholds_ticks(s->p->mode))
        vpt_vcpu_waits(&s->t, s->now);
    if (!s->t.do_not_freeze && !s->paces_ticks)
        s->expires = NEVER;
    if (s->paces_ticks ? s->t.pending_intr_nr : s->freezes_time)
        vpt_clock_stop(&s->clock, s->now);
    wait_for_cpu(s, until);
    resume(s);
}

/*
 * Returns how long another interrupt takes before a tick in the @run that
 * begins now; @alone: a tick has woken the vCPU, and no other is pending.
 */
static int64_t other_before_tick(const struct sim *s,
                                 const struct sim_turn *run, bool alone)
{
    int64_t next = s->t.scheduled - s->now, period = s->p->period;
    struct sim_order_run r = {
        .cost = s->cost,
        .length = run->run,
        .blocks = run->block,
        .period = period,
        .last = s->began - s->now,
        .next = next < 0 ? next + (-next + period - 1) / period * period : next,
        .backlog = s->keeps_backlog,
    };

    return alone ? sim_other_than_tick(&r) : sim_other_with_tick(&r);
}

static void look_at_run(struct sim *s, const struct sim_turn *run,
                        int64_t waited, bool by_tick)
{
    bool alone = by_tick && (waited <= s->p->period || !s->keeps_backlog);
    int64_t before = alone ? 0 : s->cost->other;

    /* A longer run tells nothing; on a fast machine most are longer. */
    if (run->run <= s->longest_run)
        before = other_before_tick(s, run, alone);
    if (!before)
        return;
    s->ready += before;
    s->other_done = s->ready;
}

static void woken(struct sim *s, int64_t until, bool by_tick)
{
    int64_t start = s->now;

    wait_for_cpu(s, until);
    resume(s);
    if (by_tick)
        look_at_run(s, &s->ahead, s->now - start, true);
    else
        s->woken = s->now - start;
}

static void finish_ticks(struct sim *s)
{
    while ((s->t.pending_intr_nr || s->to_end) && s->now < s->p->length)
        advance(s, s->p->length);
}

/*
 * Lets the vCPU sleep until something wakes it at @until.  A tick that comes
 * before is handled; what comes while that is being done finds the vCPU awake.
 * A tick that comes at about @until is taken for what woke it then.
 */
static void blocked(struct sim *s, int64_t until, int64_t wait)
{
    while (s->expires < until) {
        bool this_is_it = s->expires + 4 * s->cost->inject >= until;

        if (s->now < s->expires)
            s->now = s->expires;
        s->away = true;
        timer_fired(s);
        woken(s, (this_is_it ? until : s->now) + wait, true);
        if (this_is_it)
            return;
        finish_ticks(s);
        if (s->now >= until || s->now >= s->p->length)
            return;
    }
    s->now = until;
    s->away = true;
    woken(s, until + wait, false);
}

/* Tells whether no tick is due or being handled until the turn is over. */
static bool is_quiet(const struct sim *s, const struct sim_turn *turn)
{
    int64_t end = s->plan + turn->run + turn->block + turn->wait;

    return !s->t.pending_intr_nr && !s->to_end &&
           s->now <= s->plan + turn->run &&
           s->expires > end + s->cost->restore && end < s->p->length;
}

/*
 * Does in one step what long_turn() comes to if there is no tick.  At 100 Hz
 * most turns are such.
 */
static void quiet_turn(struct sim *s, const struct sim_turn *turn)
{
    s->plan += turn->run;
    s->cpu += s->plan - s->now;
    if (!turn->block && s->freezes_time && !s->paces_ticks)
        vpt_clock_stop(&s->clock, s->plan);
    s->plan += turn->block + turn->wait;
    s->now = s->plan;
    vpt_clock_start(&s->clock, s->now);
    s->ready = s->now + s->cost->inject;
    s->woken = turn->block ? turn->wait : NEVER;
}

/*
 * Does a turn event by event.  The turn has its place in time, for which a vCPU
 * that has had ticks to handle in between can be late.
 */
static void long_turn(struct sim *s, const struct sim_turn *turn)
{
    if (s->woken != NEVER)
        look_at_run(s, turn, s->woken, false);
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
    struct sim_turn turn;

    if (is_quiet(s, &s->ahead)) {
        quiet_turn(s, &s->ahead);
        s->load->next(s->load, &s->ahead);
        return;
    }
    turn = s->ahead;
    s->load->next(s->load, &s->ahead);
    long_turn(s, &turn);
}

/* Asks the policy: of two pending ticks, is one left after a delivery? */
static bool keeps_backlog(unsigned int mode)
{
    struct vpt_ticks t = { .period = 10, .pending_intr_nr = 2 };
    struct vpt_tally tally = { 0 };

    vpt_tick_delivered(mode, &t, 0, VPT_NEVER, 0, &tally);
    return t.pending_intr_nr;
}

bool sim_mode_fits(unsigned int mode, unsigned int vcpus, bool native_tsc)
{
    return !vpt_paces_ticks(mode) || !native_tsc || vcpus <= 1;
}

void sim_run(const struct sim_params *params, struct sim_load *load,
             struct sim_result *result)
{
    struct sim s = {
        .p = params,
        .cost = &params->cost,
        .load = load,
        .t = { .period = params->period, .scheduled = params->phase },
        .expires = params->phase,
        .fires = params->phase + params->cost.fire,
        .woken = NEVER,
        .began = -params->period,
        .freezes_time = vpt_freezes_time(params->mode),
        .paces_ticks = vpt_paces_ticks(params->mode),
        .keeps_backlog = keeps_backlog(params->mode),
        .longest_run = sim_longest_run(&params->cost),
    };
    double seconds = params->length / 1e9;
    unsigned int i;

    sim_clocks_start(&s.clocks, params->period);
    load->next(load, &s.ahead);
    while (s.now < params->length)
        turn(&s);

    memset(result, 0, sizeof(*result));
    for (i = 0; i < SIM_GUESTS; i++) {
        result->error[i] = sim_clock_error(&s.clocks.guest[i]);
        result->step[i] = s.clocks.guest[i].step;
    }
    result->ticks = s.tally.delivered / seconds;
    result->merged = (s.tally.collapsed + s.tally.dropped) / seconds;
    result->wakeups = s.wakeups / seconds;
    result->cpu = s.cpu / 1e9 / seconds;
}
