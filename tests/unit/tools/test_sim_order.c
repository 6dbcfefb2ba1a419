/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tools/predict/sim-order.c: what a run's length tells, with runs of the lab's
 * guest, of which it is known when they read their clocks (icount shifts 2 and
 * 3).
 */

#include <math.h>

#include "predict/sim-cost.h"
#include "predict/sim-order.h"
#include "unit.h"

#define US 1000LL
#define TICK_FIRST (-1)

/* A run that had a disk's interrupt and a tick that was pending. */
struct seen {
    int64_t latency, period; /* us */
    double length, next;     /* us; the next tick, from the run's beginning */
    double last;             /* us; since the last tick */
    double read;             /* us; the first tick's reading */
    double more;             /* us of that, for Xen's timer and a second look;
                                TICK_FIRST */
};

static const struct seen runs[] = {
    /* a tick alone; after the disk's interrupt, twice; before it */
    { 55, 1000, 126.3, 824.1, 1748, 72.1, TICK_FIRST },
    { 55, 1000, 300.3, 784.7, 9999, 246.4, 0 },
    { 55, 1000, 292.3, 589.5, 9999, 238.1, 0 },
    { 55, 1000, 274.0, 846.9, 1772, 72.9, TICK_FIRST },
    /* the next tick is merged, or due just when the first is injected */
    { 55, 1000, 297.7, 187.4, 9999, 243.8, 0 },
    { 55, 1000, 444.4, 192.0, 9999, 263.2, 17 },
    /* the next tick is due while the first is handled */
    { 55, 1000, 429.1, 194.3, 9999, 246.4, 0 },
    { 55, 1000, 429.1, 216.8, 9999, 246.4, 0 },
    { 55, 1000, 255.1, 38.4, 1750, 71.9, TICK_FIRST },
    /* the next tick is due when the first has just been handled */
    { 55, 1000, 425.6, 275.8, 9999, 246.4, 0 },
    { 55, 1000, 446.2, 283.5, 9999, 246.4, 0 },
    { 55, 1000, 272.1, 111.4, 1748, 72.0, TICK_FIRST },
    /* the tick comes too soon after the last one */
    { 55, 1000, 149.8, 760.3, 269, 93.5, TICK_FIRST },
    /* a CPU of half the speed: Xen's timer slop fires it before the reading */
    { 110, 10000, 252.5, 9955.8, 9999, 147.0, TICK_FIRST },
    { 110, 4000, 595.4, 2988.0, 9999, 487.8, 0 },
    { 110, 4000, 579.5, 311.8, 9999, 475.4, 0 },
    { 110, 4000, 876.6, 410.8, 9999, 514.4, 26 },
    { 110, 4000, 888.8, 386.7, 9999, 526.6, 39 },
    { 110, 4000, 851.2, 547.8, 9999, 493.0, 5 },
    { 110, 10000, 621.7, 9172.7, 2251, 518.8, 46 },
};

static struct sim_order_run run_of(const struct seen *seen,
                                   const struct sim_cost *cost)
{
    return (struct sim_order_run){
        .cost = cost,
        .length = (int64_t)(seen->length * US),
        .blocks = true,
        .period = seen->period * US,
        .last = -(int64_t)(seen->last * US),
        .next = (int64_t)(seen->next * US),
    };
}

static void as_it_was(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(runs); i++) {
        const struct seen *seen = &runs[i];
        struct sim_cost cost;
        struct sim_order_run r;
        int64_t before;
        double want;

        sim_cost(seen->latency, &cost);
        r = run_of(seen, &cost);
        before = sim_other_than_tick(&r);
        if (seen->more == TICK_FIRST) {
            if (before)
                fail_because("run %zu: %lld ns before the tick", i,
                             (long long)before);
            continue;
        }
        want = seen->read - seen->more - (cost.inject + cost.latency) / 1e3;
        if (fabs(before / 1e3 - want) > 0.1 * seen->latency)
            fail_because("run %zu: %lld ns before a tick, not %f us", i,
                         (long long)before, want);
    }
}

/* A preempted vCPU may have had more to do, and a long run tells nothing. */
static void nothing_to_tell(void **state)
{
    struct sim_cost cost;
    struct sim_order_run r;

    (void)state;
    sim_cost(55, &cost);
    r = run_of(&runs[1], &cost);
    assert_true(sim_other_than_tick(&r) > 0);
    r.blocks = false;
    assert_int_equal(sim_other_than_tick(&r), 0);
    r.blocks = true;
    r.length = 5000 * US;
    assert_int_equal(sim_other_than_tick(&r), 0);
    /* A vCPU woken by something else has that to do, if there is time. */
    assert_int_equal(sim_other_with_tick(&r), cost.other);
    r.length = cost.inject + cost.latency;
    assert_int_equal(sim_other_with_tick(&r), 0);
}

/* A merged tick is due before the injection, and a second tick after it. */
static void order(void **state)
{
    struct seen seen = { 55, 1000, 0, 0, 9999, 0, 0 };
    struct sim_cost cost;
    int64_t before;

    (void)state;
    sim_cost(55, &cost);
    for (seen.length = 280; seen.length < 450; seen.length += 0.3)
        for (seen.next = 150; seen.next < 300; seen.next += 0.7) {
            struct sim_order_run r = run_of(&seen, &cost);
            int64_t injected;

            before = sim_other_than_tick(&r);
            injected = before + cost.inject;
            assert_true(before >= 0 && before < r.length);
            if (!before)
                continue;
            /* Two ticks, or something else that takes far too long. */
            if (r.length >
                cost.inject + cost.latency + cost.handler + cost.other * 4 / 3)
                assert_true(r.next > injected);
            else if (r.length < cost.inject + 2 * cost.latency +
                                    2 * cost.handler + cost.other * 2 / 3)
                assert_true(r.next < injected ||
                            r.next - injected > cost.latency);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_it_was),
        cmocka_unit_test(nothing_to_tell),
        cmocka_unit_test(order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
