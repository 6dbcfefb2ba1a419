/* SPDX-License-Identifier: GPL-2.0-only */
/* See sim-order.h. */

#include <stddef.h>

#include "predict/sim-order.h"
#include "predict/sim-cost.h"

#define ANY (INT64_MAX / 4)

/*
 * What was done about the tick, and the next one, if that was due between two
 * times after the tick's injection.
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

/* How long a run is that handles the tick first. */
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
 * How long something else took, if ticks were handled in that way.  The lab's
 * figures are good for some microseconds, and so are the limits; but what is
 * simulated then is to have the ticks in that order.
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

/* How long something else took before the tick: nearest to what it should. */
static int64_t before_tick(const struct sim_order_run *r)
{
    const struct sim_cost *c = r->cost;
    int64_t one = one_tick(c), two = one + c->again + one;
    int64_t slack = c->inject / 4, soon = c->soon;
    int64_t read = c->latency - c->fire, end = one - c->inject - c->fire;
    int64_t exit = read - c->last_exit, last = one - c->fire - c->tail;
    /* No timer fires sooner than that. */
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

/* By the way whose length is nearest: the tick alone, or with the other. */
int64_t sim_other_than_tick(const struct sim_order_run *r)
{
    const struct sim_cost *c = r->cost;
    int64_t alone, before;

    if (!r->blocks)
        return 0;
    alone = r->length - length_with_tick_first(r);
    before = before_tick(r);
    /* In doubt it came first, as what has waited for longer does. */
    if (off(before, c->other) < off(alone, 0) &&
        off(before, c->other) < off(alone, c->other_later) + c->inject / 4)
        return before;
    return 0;
}

/* If it then runs for long enough to have handled both. */
int64_t sim_other_with_tick(const struct sim_order_run *r)
{
    const struct sim_cost *c = r->cost;
    int64_t before;

    if (r->length < c->inject + one_tick(c) + c->other / 2)
        return 0;
    before = r->blocks ? before_tick(r) : 0;
    return off(before, c->other) < c->other / 4 ? before : c->other;
}
