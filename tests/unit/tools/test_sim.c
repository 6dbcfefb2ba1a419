/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulation behind simulate and recommend: schedules that can be
 * followed by hand, what must be so of any, and the lab's facts: which mode
 * is right for which guest.
 */

#include <math.h>

#include <stdio.h>

#include "asm/hvm/vpt-policy.h"
#include "predict/sim-load.h"
#include "unit.h"

#define US 1000LL
#define MS 1000000LL
#define MODES XENTIME_TIMER_MODES

static struct sim_params params;
static struct sim_result result;

static const struct sim_load_model *model(const char *name)
{
    const struct sim_load_model *m = sim_load_models;

    while (strcmp(m->name, name) != 0)
        m++;
    return m;
}

static void start(unsigned int mode, int hz)
{
    params = (struct sim_params){
        .mode = mode,
        .period = 1000 * MS / hz,
        .phase = 1000 * MS / hz,
        .length = 60000 * MS,
    };
    sim_cost(2, &params.cost);
}

static void run_turns(const struct sim_turn *turns, size_t n)
{
    struct sim_trace_load load;

    sim_trace_load(&load, turns, n);
    sim_run(&params, &load.load, &result);
}

static void run_model(const char *name, uint64_t seed)
{
    struct sim_random_load load;

    sim_random_load(&load, model(name), seed);
    sim_run(&params, &load.load, &result);
}

/*
 * Checks the error of clock @guest in percent.  The simulation notes clocks
 * once a second, and the tolerance is for where a second ends.
 */
#define assert_error_pct(guest, least, most) \
    do { \
        double got_ = 100 * result.error[guest]; \
        if (!(got_ >= (least) && got_ <= (most))) \
            fail_because("mode %u: error %f", params.mode, got_); \
    } while (0)

/* Every mode is right for a vCPU that has a CPU of its own. */
static void alone(void **state)
{
    static const struct sim_turn turns[] = { { 1000 * MS, 0, 0 } };
    unsigned int mode, guest;

    (void)state;
    for (mode = 0; mode < MODES; mode++) {
        start(mode, 1000);
        run_turns(turns, 1);
        for (guest = 0; guest < SIM_GUESTS; guest++)
            assert_error_pct(guest, -0.00001, 0.00001);
        assert_true(fabs(result.ticks - 1000) < 0.1);
        assert_true(result.wakeups == 0 && result.merged == 0);
        assert_true(fabs(result.cpu - 1) < 0.001);
    }
}

/* The first tick does not come before it is due. */
static void first_tick(void **state)
{
    static const struct sim_turn turns[] = { { 1000 * MS, 0, 0 } };

    (void)state;
    start(1, 100);
    params.length = 9 * MS;
    run_turns(turns, 1);
    assert_true(result.ticks == 0);
    params.length = 11 * MS;
    run_turns(turns, 1);
    assert_true(result.ticks > 0);
}

/*
 * The vCPU has a CPU for 10 ms of each 20, and ticks come at 3.5, 7.5... ms:
 * five per turn, of which three come while it has no CPU.
 */
static void half_a_cpu(void **state)
{
    static const struct sim_turn turns[] = { { 10 * MS, 0, 10 * MS } };
    static const struct {
        double ticks, merged;
    } want[] = { { 250, 0 },   { 250, 0 }, { 100, 150 },
                 { 150, 100 }, { 250, 0 }, { 100, 150 } };
    unsigned int mode;

    (void)state;
    assert_int_equal(ARRAY_COUNT(want), MODES);
    for (mode = 0; mode < MODES; mode++) {
        start(mode, 250);
        params.phase = 3500 * US;
        run_turns(turns, 1);
        if (fabs(result.ticks - want[mode].ticks) > 0.2 ||
            fabs(result.merged - want[mode].merged) > 0.2)
            fail_because("mode %u: %f ticks, %f merged", mode, result.ticks,
                         result.merged);
        assert_true(fabs(result.cpu - 0.5) < 0.001);
        /* Only mode 4 looks at a tick when it is due: the first of a wait. */
        assert_true(fabs(result.wakeups - (mode == 4 ? 50 : 0)) < 0.1);
    }
    start(4, 250);
    params.phase = 3500 * US;
    run_turns(turns, 1);
    assert_error_pct(SIM_TICK, -0.02, 0.02);
    assert_error_pct(SIM_TICK_TSC, -0.02, 0.02);
    assert_error_pct(SIM_CLOCK, -0.02, 0.02);
    /* Time stands still from the tick on, 8.5 ms, and not before. */
    assert_true(result.step[SIM_CLOCK] > 7 * MS &&
                result.step[SIM_CLOCK] <= 9 * MS);
    start(0, 250);
    params.phase = 3500 * US;
    run_turns(turns, 1);
    assert_error_pct(SIM_CLOCK, -0.02, 0.02);
    assert_true(result.step[SIM_CLOCK] > 3 * MS &&
                result.step[SIM_CLOCK] <= 11 * MS);
    start(1, 250);
    params.phase = 3500 * US;
    run_turns(turns, 1);
    assert_int_equal(result.step[SIM_CLOCK], 0);
    assert_error_pct(SIM_TICK_TSC, 20, 60);
}

/* A tick wakes the vCPU, which waits for 2.5 ms: two more come meanwhile. */
static void woken_late(void **state)
{
    static const struct sim_turn turns[] = { { 100 * US, 900 * MS,
                                               2500 * US } };

    (void)state;
    start(0, 1000);
    run_turns(turns, 1);
    /* Ticks are made up for and also delivered: three become four or five. */
    assert_error_pct(SIM_TICK, -0.01, 0.01);
    assert_error_pct(SIM_TICK_TSC, 30, 70);
    start(4, 1000);
    run_turns(turns, 1);
    assert_error_pct(SIM_TICK, -0.01, 0.01);
    assert_error_pct(SIM_TICK_TSC, -0.01, 0.01);
    assert_error_pct(SIM_CLOCK, -0.01, 0.01);
    assert_true(fabs(result.ticks - 1000) < 0.2);
    start(3, 1000);
    run_turns(turns, 1);
    assert_error_pct(SIM_TICK, -70, -60);
    assert_error_pct(SIM_TICK_TSC, -0.01, 0.1);
    /* The tick that woke it is pending when the next ones come due. */
    assert_true(result.wakeups < 2);
}

/*
 * A tick that falls due when the vCPU gets its CPU back is one that Xen finds
 * missed before its timer has come to it; modes 2 and 5 drop those.
 */
static void due_at_a_resume(void **state)
{
    static const struct sim_turn turns[] = { { 4 * MS, 5 * MS, 1 * MS } };
    static const struct {
        int64_t due; /* us after the resume */
        double ticks[MODES];
    } want[] = { { -30, { 100, 100, 100, 100, 100, 100 } },
                 { -10, { 100, 100, 0, 100, 100, 0 } },
                 { 10, { 100, 100, 0, 100, 100, 0 } },
                 { 30, { 100, 100, 100, 100, 100, 100 } } };
    unsigned int mode;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(want); i++)
        for (mode = 0; mode < ARRAY_COUNT(want[i].ticks); mode++) {
            start(mode, 100);
            sim_cost(100, &params.cost);
            params.phase = 10 * MS + want[i].due * US;
            run_turns(turns, 1);
            if (fabs(result.ticks - want[i].ticks[mode]) > 0.1)
                fail_because("mode %u, due %lld us after a resume: %f ticks",
                             mode, (long long)want[i].due, result.ticks);
        }
}

static void which_mode_for_which_guest(void **state)
{
    static const int hz[] = { 100, 250, 1000 };
    const struct sim_load_model *m;
    size_t i;

    (void)state;
    for (m = sim_load_models; m->name; m++)
        for (i = 0; i < ARRAY_COUNT(hz); i++) {
            start(1, hz[i]);
            run_model(m->name, 7);
            assert_error_pct(SIM_TICK, -0.005, 0.005);
            assert_error_pct(SIM_CLOCK, -0.005, 0.005);
            start(4, hz[i]);
            params.length = 600000 * MS;
            run_model(m->name, 7);
            assert_error_pct(SIM_TICK, -0.005, 0.005);
            assert_error_pct(SIM_TICK_TSC, -0.005, 0.005);
            assert_error_pct(SIM_CLOCK, -0.005, 0.005);
            start(5, hz[i]);
            params.length = 600000 * MS;
            run_model(m->name, 7);
            assert_error_pct(SIM_TICK_TSC, -0.005, 0.005);
            assert_error_pct(SIM_CLOCK, -0.005, 0.005);
        }
}

/*
 * On a slow machine more ticks are due between another's injection and the
 * reading: mode 2 lets those count twice.  What is left in mode 5 is the
 * guest's own; see test_policy_undoubled.c.
 */
static void counted_twice(void **state)
{
    static const char *const loads[] = { "io-8", "io-32", "io-4/32" };
    double doubled;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(loads); i++) {
        start(2, 1000);
        sim_cost(55, &params.cost);
        run_model(loads[i], 7);
        assert_error_pct(SIM_TICK_TSC, 0.1, 0.5);
        doubled = result.error[SIM_TICK_TSC];
        params.mode = 5;
        run_model(loads[i], 7);
        assert_error_pct(SIM_TICK_TSC, -0.001, 0.01);
        assert_true(result.error[SIM_TICK_TSC] < doubled / 20);
    }
}

/*
 * A guest in mode 0 that is busy never sees more time than the ticks that it
 * was given: none is counted by a timer that comes late, and by Xen's look at
 * what was missed as well.
 */
static void busy_and_frozen(void **state)
{
    static const int hz[] = { 100, 250, 1000 };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(hz); i++) {
        start(0, hz[i]);
        run_model("cpu", 7);
        assert_error_pct(SIM_TICK, -0.0005, 0.0005);
        assert_error_pct(SIM_TICK_TSC, -0.0005, 0.0005);
        assert_error_pct(SIM_CLOCK, -0.0005, 0.0005);
    }
}

static void which_mode_fits(void **state)
{
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < MODES; mode++) {
        assert_true(sim_mode_fits(mode, 1, true));
        assert_true(sim_mode_fits(mode, 8, false));
        assert_int_equal(sim_mode_fits(mode, 2, true), mode != 4);
    }
}

/* The table of modes says what the hypervisor's own file does. */
static void what_the_table_says(void **state)
{
    int mode;

    (void)state;
    for (mode = 0; mode < MODES; mode++) {
        const struct xentime_mode_name *m = xentime_mode_name(mode);
        struct vpt_ticks t = { .period = MS, .scheduled = MS };
        struct vpt_tally tally = { 0 };

        assert_int_equal(!strncmp(m->guest_time, "stands still", 12),
                         vpt_freezes_time(mode));
        assert_int_equal(!m->not_for, sim_mode_fits(mode, 2, true));
        /* It wants its CPU back five ticks later. */
        vpt_vcpu_resumed(mode, &t, 5 * MS + 1, 0, &tally);
        assert_int_equal(m->drops_ticks, !t.pending_intr_nr);
    }
}

static void same_seed_same_result(void **state)
{
    struct sim_result first;

    (void)state;
    start(3, 1000);
    run_model("io-8", 1);
    first = result;
    run_model("io-8", 1);
    assert_memory_equal(&first, &result, sizeof(first));
    run_model("io-8", 2);
    assert_memory_not_equal(&first, &result, sizeof(first));
}

/* Every tick that came due is accounted for, whatever the load. */
static void no_tick_vanishes(void **state)
{
    const struct sim_load_model *m;
    unsigned int mode;

    (void)state;
    for (m = sim_load_models; m->name; m++)
        for (mode = 0; mode < MODES; mode++) {
            start(mode, 1000);
            params.wakeup_after = xentime_mode_name(mode)->drops_ticks;
            run_model(m->name, 3);
            if (fabs(result.ticks + result.merged - 1000) > 1)
                fail_because("%s mode %u: %f and %f", m->name, mode,
                             result.ticks, result.merged);
        }
}

/* ---- a record that is played in parts ---- */

#define RECORD 203

/* Fills in turns that tell their place by how long they run. */
static int64_t record(struct sim_turn *turns, int64_t *start)
{
    int64_t now = 0;
    int i;

    for (i = 0; i < RECORD; i++) {
        turns[i] = (struct sim_turn){ (i + 1) * US, i % 3 ? 5 * MS + i : 0,
                                      700 * US + i % 11 };
        start[i] = now;
        now += turns[i].run + turns[i].block + turns[i].wait;
    }
    return now;
}

static void played_in_order(void **state)
{
    struct sim_turn turns[RECORD], turn;
    struct sim_resampled_load l;
    int64_t start[RECORD], length = record(turns, start), now = 0;
    int round, i;

    (void)state;
    sim_resampled_load(&l, turns, RECORD, MS, NULL);
    for (round = 0; round < 3; round++)
        for (i = 0; i < RECORD; i++) {
            assert_int_equal((now - start[i]) % MS, 0);
            l.load.next(&l.load, &turn);
            assert_int_equal(turn.run, turns[i].run);
            /* Only where a round meets the next there is a gap. */
            if (i < RECORD - 1)
                assert_memory_equal(&turn, &turns[i], sizeof(turn));
            now += turn.run + turn.block + turn.wait;
        }
    assert_true(now >= 3 * length && now < 3 * (length + MS));
}

/*
 * Each turn is one of the record's, and has its place between two ticks.  Parts
 * are missing, others come twice, and a round is like the one before it.
 */
static void played_as_drawn(void **state)
{
    struct sim_turn turns[RECORD], turn;
    struct sim_resampled_load l;
    int64_t start[RECORD], now = 0;
    int seen[RECORD] = { 0 }, first[2 * RECORD], jumps = 0, missing = 0, i, at;
    uint64_t seed;

    (void)state;
    record(turns, start);
    for (seed = 1, now = 0; seed < 20; seed++, now = 0) {
        sim_resampled_load(&l, turns, RECORD, MS, &seed);
        for (i = 0; i < 2 * RECORD; i++) {
            l.load.next(&l.load, &turn);
            at = turn.run / US - 1;
            if (at >= 0) {
                assert_true(at < RECORD);
                assert_int_equal((now - start[at]) % MS, 0);
                assert_int_equal(!turn.block, !turns[at].block);
                seen[at] += seed == 1 && i < RECORD;
            }
            first[i] = at;
            jumps += i && at != first[i - 1] + 1;
            now += turn.run + turn.block + turn.wait;
        }
    }
    assert_true(jumps > 19 * SIM_PARTS);
    for (i = 0; i < RECORD; i++)
        missing += !seen[i];
    assert_true(missing > RECORD / 10 && missing < RECORD * 2 / 3);
}

/* A record of fewer turns than there are parts, and of one alone. */
static void played_though_short(void **state)
{
    static const struct sim_turn turns[] = { { 10 * MS, 0, 3 * MS + 1 },
                                             { 2 * MS, 5 * MS, 0 } };
    struct sim_resampled_load l;
    uint64_t seed = 3;
    size_t n;

    (void)state;
    for (n = 1; n <= ARRAY_COUNT(turns); n++) {
        start(1, 1000);
        sim_resampled_load(&l, turns, n, params.period, &seed);
        sim_run(&params, &l.load, &result);
        assert_error_pct(SIM_TICK, -0.05, 0.05);
    }
}

/* Turns of no length at all, and ones that a tick's handler does not fit. */
static void strange_turns(void **state)
{
    static const struct sim_turn turns[] = {
        { 0, 0, 0 },      { 1, 1, 1 },      { 0, 5 * MS, 0 },
        { 3 * US, 0, 0 }, { 0, 0, 7 * MS }, { 1 * MS, 1, 0 },
    };
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < MODES; mode++) {
        start(mode, 10000);
        run_turns(turns, ARRAY_COUNT(turns));
        assert_true(isfinite(result.error[SIM_TICK]));
        assert_true(result.ticks > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone),
        cmocka_unit_test(first_tick),
        cmocka_unit_test(half_a_cpu),
        cmocka_unit_test(woken_late),
        cmocka_unit_test(due_at_a_resume),
        cmocka_unit_test(which_mode_for_which_guest),
        cmocka_unit_test(counted_twice),
        cmocka_unit_test(busy_and_frozen),
        cmocka_unit_test(which_mode_fits),
        cmocka_unit_test(what_the_table_says),
        cmocka_unit_test(same_seed_same_result),
        cmocka_unit_test(no_tick_vanishes),
        cmocka_unit_test(played_in_order),
        cmocka_unit_test(played_as_drawn),
        cmocka_unit_test(played_though_short),
        cmocka_unit_test(strange_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
