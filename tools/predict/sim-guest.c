/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See sim-guest.h. */

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "predict/sim-guest.h"
#include "tool.h"

#define NEVER INT64_MAX

/*
 * ns; a guest takes LATCH - 1 - count of the PIT's counter for the time since
 * the tick, which is too little by two counts of 838 ns: one by that formula,
 * and one that Xen and the guest cut off.
 */
#define PIT_LESS 1676LL

/* Seconds at the beginning that say nothing of the rate yet. */
#define SKIP 2

void sim_clocks_start(struct sim_clocks *c, int64_t period)
{
    unsigned int i;

    memset(c, 0, sizeof(*c));
    c->period = period;
    c->seen = NEVER;
    c->second_end = NS_PER_SEC;
    for (i = 0; i < SIM_GUESTS; i++)
        c->guest[i].most = INT64_MIN;
}

/*
 * timer_interrupt() of Linux 2.6.9 to 2.6.18 for x86-64 with the TSC, in
 * nanoseconds: arch/x86_64/kernel/time.c.
 */
static unsigned int ticks_by_tsc(struct sim_clocks *c, int64_t tsc,
                                 int64_t latch)
{
    int64_t period = c->period;
    int64_t delay = latch - PIT_LESS;
    int64_t offset = c->seen == NEVER ? 0 : tsc - c->seen - period;
    unsigned int lost = 0;

    if (offset < 0)
        offset = 0;
    if (offset > period) {
        lost = offset / period;
        offset %= period;
    }
    c->seen = tsc - (delay > offset ? delay : offset);
    return 1 + lost;
}

static void note_second(struct sim_clock *k, double t)
{
    double y = k->most;

    k->n++;
    k->t += t;
    k->y += y;
    k->tt += t * t;
    k->ty += t * y;
}

static void end_second(struct sim_clocks *c, int64_t now)
{
    unsigned int i;

    if (now < c->second_end)
        return;
    c->seconds++;
    for (i = 0; i < SIM_GUESTS; i++) {
        if (c->seconds > SKIP)
            note_second(&c->guest[i], c->second_end / 1e9);
        c->guest[i].most = INT64_MIN;
    }
    while (c->second_end <= now)
        c->second_end += NS_PER_SEC;
}

static void compare(struct sim_clock *k, int64_t now, bool note_step)
{
    int64_t ahead = k->shown - now;
    int64_t step = ahead > k->ahead ? ahead - k->ahead : k->ahead - ahead;

    if (note_step && step > k->step)
        k->step = step;
    k->ahead = ahead;
    if (ahead > k->most)
        k->most = ahead;
}

void sim_clocks_tick(struct sim_clocks *c, int64_t now, int64_t tsc,
                     int64_t latch)
{
    unsigned int i;

    end_second(c, now);
    c->guest[SIM_TICK].shown += c->period;
    c->guest[SIM_TICK_TSC].shown += c->period * ticks_by_tsc(c, tsc, latch);
    c->guest[SIM_CLOCK].shown = tsc;
    for (i = 0; i < SIM_GUESTS; i++)
        compare(&c->guest[i], now, c->seconds);
}

double sim_clock_error(const struct sim_clock *k)
{
    double d = k->n * k->tt - k->t * k->t;

    return d > 0 ? (k->n * k->ty - k->t * k->y) / d / 1e9 : NAN;
}
