/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the length of a run tells the order of the interrupts in it.
 *
 * A record says when a vCPU had a CPU, but not what it did then.  However, a
 * vCPU that blocks at the end of a run has done all there was to do, and the
 * time that a tick or another interrupt takes is known (sim-cost.h).  So the
 * length of the run is compared with what each possible course of events takes.
 * That decides when the guest has read its clocks: in the lab, 167 us later if
 * another interrupt came first.
 *
 * Each row of outcomes[] is such a course, in which another interrupt came
 * first and the pending tick second.  It says what became of the next tick, if
 * that was due between two times after the first one's injection, and how long
 * the run then goes on from that injection:
 *
 *   MERGED    it was due before the injection, and is one with the first
 *   NOT_YET   it was due after the run
 *   AT_ONCE   it was due by the time that Xen had set its timer for it
 *   SECOND    it was due later in the run, and was handled there as well
 *
 * The rest of the run, before the injection, is the time that the other
 * interrupt took.  The course whose rest is nearest to what such an interrupt
 * should take (c->other) is chosen, if it is off by less than a third of that.
 * It is then compared with the course in which the tick came first, and nothing
 * or another interrupt after it.
 *
 * An example, from the unit test: a run of 300.3 us in the lab, where the
 * latency is 55 us, a tick takes 108.9 us from its injection, and another
 * interrupt takes 166.7 us before a tick or 143.0 us after one.  The next tick
 * is due 784.7 us after the beginning of the run.
 *  - If the tick came first, it was done after 126.3 us.  That leaves 174.0 us,
 *    which is 31.0 us more than an interrupt after it takes.
 *  - If it came second (NOT_YET), it was injected 300.3 - 108.9 - 2.4 = 189.0
 *    us after the beginning, where 2.4 us are `head`.  Less the 17.4 us of
 *    `inject`, that leaves 171.5 us, which is 4.9 us more than an interrupt
 *    before it takes.  The second course is chosen, in which the guest has read
 *    its clocks at 189.0 + 55 = 244.0 us.  Its own log says 246.4 us.
 *
 * Limits: the times of sim-cost.h are accurate to some microseconds, and a
 * guest may do other things in a run.  A run that ends in a preemption, or that
 * is longer than six ticks and two other interrupts, tells nothing.
 */

#include <stddef.h>

#include "predict/sim-order.h"
#include "predict/sim-cost.h"

#define ANY (INT64_MAX / 4)

/*
 * A course of events: the run goes on for @takes from the tick's injection, if
 * the next tick was due from @from to @to after that.
 */
struct outcome {
    int64_t takes, from, to;
    enum { MERGED, NOT_YET, AT_ONCE, SECOND } next;
};

static int64_t off(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

static int64_t one_tick(const struct sim_cost *c)
{
    return c->latency + c->handler;
}

/* Returns how long a run is that handles the tick first. */
static int64_t length_with_tick_first(const struct sim_order_run *r)
{
    const struct sim_cost *c = r->cost;
    int64_t at = c->inject, end = at + one_tick(c), next = r->next;

    if (next < at && !r->backlog)
        next += r->period;
    if (at - r->last < r->period / 2)
        end += c->suspect;
    if (next >= at && next - at < c->soon)
        end += c->detour;
    while (next <= end && end - at < r->period) {
        if (next + c->fire > end - c->tail)
            end += c->late;
        next += r->period;
        end += one_tick(c) + c->again + c->fired_later;
    }
    return end;
}

/*
 * Tells whether the outcome is possible, and how long another interrupt then
 * took before the tick.  The limits of an outcome have some microseconds of
 * slack, as the lab's figures have; but the simulation is to have the ticks in
 * the outcome's order, so *before is moved to where they are.
 */
static bool fits(const struct sim_order_run *r, const struct outcome *outcome,
                 int64_t *before)
{
    const struct sim_cost *c = r->cost;
    int64_t start = r->length - outcome->takes, after;

    if (start - r->last < r->period / 2)
        start -= c->suspect;
    after = r->next - start;
    if (after + (outcome->next == MERGED ? r->period : 0) < SIM_NEAR) {
        start -= c->head;
        after += c->head;
    }
    if (after < outcome->from || after > outcome->to)
        return false;
    if (outcome->next == MERGED && after > 0)
        start += after + 1;
    else if (outcome->next >= AT_ONCE && after <= 0 && !r->backlog)
        start += after - 1;
    else if (outcome->next == AT_ONCE && after >= c->soon)
        start += after - c->soon + 1;
    *before = start - c->inject;
    return true;
}

int64_t sim_longest_run(const struct sim_cost *c)
{
    return 6 * one_tick(c) + 2 * c->other;
}

/*
 * Returns how long another interrupt took before the tick, by the outcome that
 * comes nearest to what one should take; 0: none comes near.
 */
static int64_t before_tick(const struct sim_order_run *r)
{
    const struct sim_cost *c = r->cost;
    int64_t one = one_tick(c), two = one + c->again + one;
    int64_t slack = c->inject / 4, soon = c->soon;
    int64_t read = c->latency - c->fire, end = one - c->inject - c->fire;
    int64_t exit = read - c->last_exit, last = one - c->fire - c->tail;
    /* No timer fires sooner than TIMER_SLOP after it was set. */
    bool fires = read >= TIMER_SLOP;
    const struct outcome outcomes[] = {
        { one, -ANY, r->backlog ? -ANY : slack, MERGED },
        { one, last - slack, ANY, NOT_YET },
        { two + c->detour + c->fired_linger, -slack, soon + slack, AT_ONCE },
        { two + c->fired + c->fired_linger, soon - slack,
          fires ? exit + slack : -ANY, SECOND },
        { two + c->fired_late, exit - slack, fires ? read + slack : -ANY,
          SECOND },
        { two + c->fired_later,
          r->backlog ? -ANY : (fires ? read : soon) - slack, end + slack,
          SECOND },
        { two, end - slack, last + slack, SECOND },
        { two + c->late, last - slack, one + slack, SECOND },
    };
    int64_t nearest = c->other / 3, found = 0, before;
    size_t i;

    for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
        if (fits(r, &outcomes[i], &before) && off(before, c->other) < nearest) {
            nearest = off(before, c->other);
            found = before;
        }
    return found;
}

/*
 * Compares the run's length with that of a run in which the tick comes first,
 * and of one in which it does not.
 */
int64_t sim_other_than_tick(const struct sim_order_run *r)
{
    const struct sim_cost *c = r->cost;
    int64_t alone, before;

    if (!r->blocks)
        return 0;
    alone = r->length - length_with_tick_first(r);
    before = before_tick(r);
    /* The tick came first if in doubt: it has waited for longer. */
    if (off(before, c->other) < off(alone, 0) &&
        off(before, c->other) < off(alone, c->other_later) + c->inject / 4)
        return before;
    return 0;
}

/* The other came first if the run is long enough to have handled both. */
int64_t sim_other_with_tick(const struct sim_order_run *r)
{
    const struct sim_cost *c = r->cost;
    int64_t before;

    if (r->length < c->inject + one_tick(c) + c->other / 2)
        return 0;
    before = r->blocks ? before_tick(r) : 0;
    return off(before, c->other) < c->other / 4 ? before : c->other;
}
