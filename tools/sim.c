/* SPDX-License-Identifier: GPL-2.0-only */
/* See sim.h. */

#include <math.h>
#include <string.h>

#include "asm/hvm/vpt-policy.h"
#include "sim.h"

#define NEVER INT64_MAX
#define SECOND 1000000000LL

/* xen/common/timer.c, its default */
#define TIMER_SLOP 50000LL

/*
 * From an injection to the latching of the PIT's counter, and how much later
 * the guest comes to that and to reading its clocks where Xen looks after its
 * own timers in between: as measured in the lab, tick by tick.
 */
#define LATCH(p) ((p)->latency / 3)
#define DETOUR(p) ((p)->inject)
#define DETOUR_LATCH(p) ((p)->inject * 4 / 9)
#define AGAIN(p) ((p)->inject * 6 / 5)
#define AGAIN_LATCH(p) ((p)->inject * 4 / 3)

/* What comes only after the tick is handled in a little less time. */
#define OTHER_LATER(p) ((p)->other * 7 / 8)

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
    int64_t plan;                      /* when the load's turn was to begin */
    struct sim_turn ahead;             /* the next one */
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
    int64_t latch;   /* when it latches the PIT's counter */
    int64_t handled; /* real time when it last ended */
    int64_t reload;  /* guest time when the PIT's counter was reloaded */
    int64_t seen;    /* SIM_TICK_TSC: TSC of the last tick accounted for */
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
    int64_t delay = s->latch; /* which is what the PIT's counter has said */
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

/*
 * Xen's timer that was set for the next tick may be due by the time that the
 * guest is to run; and it has just been set again where one tick follows
 * another.
 */
static void begin_handler(struct sim *s)
{
    s->to_reading = s->p->latency;
    s->latch = LATCH(s->p);
    if (s->expires - s->now < DETOUR(s->p) / 5) {
        s->to_reading += DETOUR(s->p);
        s->latch += DETOUR_LATCH(s->p);
    }
    if (s->now == s->handled) {
        s->to_reading += AGAIN(s->p);
        s->latch += AGAIN_LATCH(s->p);
    }
    s->to_end = s->to_reading + s->p->handler;
}

static void deliver(struct sim *s)
{
    uint64_t gtime = s->now + s->offset;

    set_timer(s, vpt_tick_delivered(s->p->mode, &s->t, s->now, gtime,
                                    s->p->wakeup_after, &s->tally));
    if (s->freezes_time && vpt_tick_leads(&s->t, gtime))
        s->offset = (int64_t)s->t.last_plt_gtime - s->now;
    s->reload = s->now + s->offset;
    begin_handler(s);
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

/*
 * Not to one that is just about to lose its CPU: Xen does not set its timer
 * for less than TIMER_SLOP from when it has looked.  What is due soon after a
 * tick, as the end of a time slice, comes with it, and then the vCPU goes
 * before it has the tick, or that much later.
 */
static bool can_deliver(const struct sim *s, int64_t until)
{
    return s->t.pending_intr_nr && !s->to_end && s->now >= s->ready &&
           until - s->now >= TIMER_SLOP + s->p->fire / 2;
}

/* Lets the vCPU run until something happens, or @until. */
static void advance(struct sim *s, int64_t until)
{
    int64_t ran;

    if (can_deliver(s, until))
        deliver(s);
    ran = next_event(s, until) - s->now;
    s->now += ran;
    s->cpu += ran;
    if (s->to_end) {
        s->to_end -= ran;
        s->handled = s->now;
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

/* How long a run is that handles a tick at @at, and those that come meanwhile. */
static int64_t length_of_ticks(const struct sim *s, int64_t at)
{
    int64_t period = s->p->period, handling = s->p->latency + s->p->handler;
    int64_t due = s->t.scheduled, end = at + handling;

    if (due < at)
        due += (at - due + period - 1) / period * period;
    while (due <= end && end - at < period) {
        due += period;
        end += handling + AGAIN(s->p);
    }
    return end - s->now;
}

/*
 * A tick has woken it, and something else may have come while it waited, and
 * be first: Xen reckons a one-shot's time from when it was armed.  The length
 * of the run tells what it was: the tick alone, the other after it, or before.
 */
static int64_t other_first(const struct sim *s)
{
    const struct {
        int64_t before, after;
    } ways[] = { { 0, 0 }, { 0, OTHER_LATER(s->p) }, { s->p->other, 0 } };
    int64_t nearest = INT64_MAX, before = 0;
    size_t i;

    for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        int64_t at = s->now + s->p->inject + ways[i].before;
        int64_t off = s->ahead.run - length_of_ticks(s, at) - ways[i].after;

        if (off < 0)
            off = -off;
        if (off < nearest) {
            nearest = off;
            before = ways[i].before;
        }
    }
    return before;
}

/*
 * How long what else woke it, or has come since, keeps it from the tick.  In a
 * backlog: if it then runs for long enough to have handled both.
 */
static int64_t other_to_do(const struct sim *s, int64_t waited, bool by_tick)
{
    int64_t both = s->p->inject + s->p->latency + s->p->handler +
                   s->p->other / 2;

    if (by_tick && (waited <= s->p->period || !vpt_keeps_backlog(s->p->mode)))
        return other_first(s);
    return s->ahead.run >= both ? s->p->other : 0;
}

static void woken(struct sim *s, int64_t until, bool by_tick)
{
    int64_t start = s->now;

    wait_for_cpu(s, until);
    resume(s, s->freezes_wakeup ? s->now - start : 0);
    s->ready += other_to_do(s, s->now - start, by_tick);
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
    if (turn->wait && (turn->block ? s->freezes_wakeup : s->freezes_time))
        s->offset -= turn->wait;
    s->ready = s->now + s->p->inject;
    if (turn->block)
        s->ready += other_to_do(s, turn->wait, false);
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
