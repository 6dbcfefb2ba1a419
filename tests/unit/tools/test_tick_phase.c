/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * predict/tick-phase.c: where ticks are in a record, and whose clock is right.
 */

#include <math.h>
#include <stdlib.h>

#include "predict/tick-phase.h"
#include "predict/sim.h"
#include "unit.h"

#define US 1000LL
#define MS 1000000LL
#define PERIOD 999848LL /* a PIT's at 1000 Hz */
#define TURNS 60000
#define FEW 180

static struct sim_turn turns[TURNS];

/* The numbers are not random, but spread. */
static uint64_t spread(uint64_t i)
{
    return (i * 2654435761u) >> 8;
}

/*
 * Records a vCPU that runs for 50 us and sleeps up to the next tick, or every
 * @other turns until something else wakes it (0: never).  The record's clock
 * is @ppm faster than the timer's.
 */
static void record(int64_t phase, double ppm, unsigned int other)
{
    double factor = 1 + ppm / 1e6, now = 0;
    size_t i;

    for (i = 0; i < TURNS; i++) {
        double tick = (floor((now / factor - phase + 60 * US) / PERIOD) + 1) *
                          PERIOD +
                      phase;
        double wake = tick * factor;

        if (other && i % other == 0)
            wake = now + 60 * US + spread(i) % (2 * MS);
        turns[i].run = 50 * US;
        turns[i].block = llrint(wake - now) - turns[i].run;
        turns[i].wait = spread(i) % (300 * US);
        now = llrint(wake) + turns[i].wait;
    }
}

static int64_t length(void)
{
    int64_t sum = 0;
    size_t i;

    for (i = 0; i < TURNS; i++)
        sum += turns[i].run + turns[i].block + turns[i].wait;
    return sum;
}

/* Returns how far @a is from @b on a clock's face of one period. */
static int64_t apart(int64_t a, int64_t b)
{
    int64_t d = llabs(a - b) % PERIOD;

    return d < PERIOD - d ? d : PERIOD - d;
}

static void found(void **state)
{
    static const int64_t phases[] = { 2 * US, 300 * US, PERIOD - 2 * US };
    int64_t phase;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(phases); i++) {
        record(phases[i], 0, 2);
        assert_true(phase_find(turns, TURNS, PERIOD, &phase));
        assert_in_range(apart(phase, phases[i]), 0, 1 * US);
    }
}

static void not_found(void **state)
{
    int64_t phase;
    size_t i;

    (void)state;
    assert_false(phase_find(turns, 0, PERIOD, &phase));
    record(300 * US, 0, 1);
    assert_false(phase_find(turns, TURNS, PERIOD, &phase));
    /* The ticks are those of a timer of another rate. */
    record(300 * US, 0, 0);
    assert_false(phase_find(turns, TURNS, 1234567, &phase));
    for (i = 0; i < TURNS; i++)
        turns[i].block = 0;
    assert_false(phase_find(turns, TURNS, PERIOD, &phase));
}

/* Over a minute and a half, 5 ppm smear the ticks over half a period. */
static void aligned(void **state)
{
    static const double ppms[] = { 0.15, 1, -1, 5, -5 };
    static const int64_t phases[] = { 500 * US, 20 * US, PERIOD - 20 * US };
    int64_t phase, was;
    size_t i, k;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(ppms); i++)
        for (k = 0; k < ARRAY_COUNT(phases); k++) {
            record(phases[k], ppms[i], 3);
            was = length();
            phase_align(turns, TURNS, PERIOD);
            assert_true(phase_find(turns, TURNS, PERIOD, &phase));
            assert_in_range(apart(phase, phases[k]), 0, 4 * US);
            assert_true(fabs(((double)was / length() - 1) * 1e6 - ppms[i]) <
                        0.02);
        }
}

/* Records a busy vCPU, which sleeps three times a second. */
static void record_few(int64_t phase, double ppm)
{
    int64_t now = 0;
    size_t i;

    for (i = 0; i < FEW; i++) {
        int64_t wake = llrint((333.0 * PERIOD * (double)(i + 1) + phase) *
                              (1 + ppm / 1e6));

        turns[i].block = 50 * US;
        turns[i].run = wake - now - turns[i].block;
        turns[i].wait = spread(i) % (300 * US);
        now = wake + turns[i].wait;
    }
}

static void aligned_by_few(void **state)
{
    static const double ppms[] = { 0.3, 1, -1 };
    int64_t phase;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(ppms); i++) {
        record_few(500 * US, ppms[i]);
        phase_align(turns, FEW, PERIOD);
        assert_true(phase_find(turns, FEW, PERIOD, &phase));
        assert_in_range(apart(phase, 500 * US), 0, 1 * US);
    }
}

static void left_alone(void **state)
{
    int64_t was;

    (void)state;
    phase_align(turns, 0, PERIOD);
    record(300 * US, 0, 1);
    was = length();
    phase_align(turns, TURNS, PERIOD);
    assert_int_equal(length(), was);
    record(300 * US, 100, 3);
    was = length();
    phase_align(turns, TURNS, PERIOD);
    assert_int_equal(length(), was);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found),      cmocka_unit_test(not_found),
        cmocka_unit_test(aligned),    cmocka_unit_test(aligned_by_few),
        cmocka_unit_test(left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
