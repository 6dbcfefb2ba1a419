/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-policy.c, as it is compiled into the hypervisor, in cases that can be
 * followed by hand: a timer with a period of 10, expectations as numbers.
 * Here are also the limits that random schedules do not get to.
 */

#include "asm/hvm/vpt-policy.h"
#include "unit.h"

#define PERIOD 10
#define FIRST 1000 /* the first tick is due, at guest time FIRST_GTIME */
#define FIRST_GTIME 50

static struct vpt_ticks t;
static struct vpt_tally tally;

static void start(uint32_t pending)
{
    t = (struct vpt_ticks){
        .period = PERIOD,
        .scheduled = FIRST,
        .pending_intr_nr = pending,
        .last_plt_gtime = FIRST_GTIME - PERIOD,
    };
    tally = (struct vpt_tally){ .due = pending };
}

static void start_one_shot(void)
{
    t = (struct vpt_ticks){
        .one_shot = true,
        .scheduled = FIRST,
        .last_plt_gtime = FIRST_GTIME,
    };
    tally = (struct vpt_tally){ 0 };
}

#define assert_ticks(scheduled, pending) \
    assert_ticks_at(scheduled, pending, __LINE__)
static void assert_ticks_at(int64_t scheduled, uint32_t pending, int line)
{
    if (t.scheduled != scheduled || t.pending_intr_nr != pending)
        unit_fail(__FILE__, line, "scheduled %lld, pending %u",
                  (long long)t.scheduled, t.pending_intr_nr);
}

#define assert_tally(due, delivered, collapsed, dropped) \
    assert_tally_at(due, delivered, collapsed, dropped, __LINE__)
static void assert_tally_at(uint64_t due, uint64_t delivered,
                            uint64_t collapsed, uint64_t dropped, int line)
{
    if (tally.due != due || tally.delivered != delivered ||
        tally.collapsed != collapsed || tally.dropped != dropped)
        unit_fail(__FILE__, line,
                  "due %llu, delivered %llu, collapsed %llu, dropped %llu",
                  (long long)tally.due, (long long)tally.delivered,
                  (long long)tally.collapsed, (long long)tally.dropped);
    if (due != delivered + collapsed + dropped + t.pending_intr_nr)
        unit_fail(__FILE__, line, "pending %u", t.pending_intr_nr);
}

/* ---- modes ---- */

static void what_modes_are(void **state)
{
    static const bool freezes[] = { true, false, false, false, true };
    static const bool keeps[] = { true, true, false, false, true };
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < 5; mode++) {
        assert_int_equal(vpt_freezes_time(mode), freezes[mode]);
        assert_int_equal(vpt_freezes_wakeup(mode), mode == 4);
        assert_int_equal(vpt_keeps_backlog(mode), keeps[mode]);
    }
    /* No read outside the table, that is: for AddressSanitizer. */
    for (mode = 5; mode < 70; mode++)
        (void)(vpt_freezes_time(mode) + vpt_keeps_backlog(UINT32_MAX - mode));
}

static void a_tick_in_time(void **state)
{
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < 4; mode++) {
        start(0);
        t.do_not_freeze = true;
        vpt_timer_fired(&t, &tally);
        assert_ticks(FIRST + PERIOD, 1);
        assert_tally(1, 0, 0, 0);
        assert_false(t.do_not_freeze);

        assert_false(vpt_vcpu_resumed(mode, &t, FIRST + 100, 0, &tally));
        assert_ticks(FIRST + PERIOD, 1);

        assert_true(vpt_tick_delivered(mode, &t, FIRST + 1, 77, 0, &tally));
        assert_ticks(FIRST + PERIOD, 0);
        assert_tally(1, 1, 0, 0);
        assert_int_equal(t.last_plt_gtime, mode < 2 ? FIRST_GTIME : 77);
    }
}

/* Three ticks are missed: due at FIRST, FIRST + 10 and FIRST + 20. */
static void missed_while_descheduled(void **state)
{
    static const struct {
        uint32_t pending;
        uint64_t dropped;
    } want[] = { { 3, 0 }, { 3, 0 }, { 0, 3 }, { 3, 0 } };
    unsigned int mode, i;

    (void)state;
    for (mode = 0; mode < 4; mode++) {
        start(0);
        assert_true(vpt_vcpu_resumed(mode, &t, FIRST + 25, 0, &tally));
        assert_ticks(FIRST + 30, want[mode].pending);
        assert_tally(3, 0, 0, want[mode].dropped);
        assert_int_equal(t.do_not_freeze, mode == 2);

        if (mode < 2) {
            for (i = 1; i <= 3; i++)
                assert_int_equal(vpt_tick_delivered(mode, &t, FIRST + 25, 0, 0,
                                                    &tally),
                                 i == 3);
            assert_ticks(FIRST + 30, 0);
            assert_tally(3, 3, 0, 0);
            assert_int_equal(t.last_plt_gtime, FIRST_GTIME + 20);
        } else if (mode == 3) {
            assert_true(
                vpt_tick_delivered(mode, &t, FIRST + 25, 66, 0, &tally));
            assert_ticks(FIRST + 30, 0);
            assert_tally(3, 1, 2, 0);
            assert_int_equal(t.last_plt_gtime, 66);
        }
    }
}

/*
 * Mode 4, and three ticks missed: guest time is where the tick takes it, so
 * that none of them finds it ahead.
 */
static void paced(void **state)
{
    unsigned int i;

    (void)state;
    start(0);
    assert_true(vpt_vcpu_resumed(4, &t, FIRST + 25, 0, &tally));
    assert_ticks(FIRST + 30, 3);
    for (i = 0; i < 3; i++) {
        assert_int_equal(vpt_tick_delivered(4, &t, FIRST + 25,
                                            FIRST_GTIME - 1 + 10 * i, 0,
                                            &tally),
                         i == 2);
        assert_int_equal(t.last_plt_gtime, FIRST_GTIME + 10 * i);
    }
    assert_tally(3, 3, 0, 0);
}

/* The guest itself has kept ticks waiting, and its time has gone on. */
static void paced_and_late(void **state)
{
    (void)state;
    /* One tick's guest time is reached exactly, the next one's is not. */
    start(3);
    assert_false(
        vpt_tick_delivered(4, &t, FIRST - 1, FIRST_GTIME + 10, 0, &tally));
    assert_ticks(FIRST, 1);
    assert_tally(3, 1, 1, 0);
    assert_int_equal(t.last_plt_gtime, FIRST_GTIME + 10);

    start(3);
    assert_false(
        vpt_tick_delivered(4, &t, FIRST - 1, FIRST_GTIME + 9, 0, &tally));
    assert_tally(3, 1, 0, 0);

    /* Far ahead: there are no more to merge than are pending. */
    start(2);
    assert_true(
        vpt_tick_delivered(4, &t, FIRST - 1, FIRST_GTIME + 1000, 0, &tally));
    assert_ticks(FIRST, 0);
    assert_tally(2, 1, 1, 0);
    assert_int_equal(t.last_plt_gtime, FIRST_GTIME + 10);

    /* Ticks that nobody has counted yet are merged as well. */
    start(1);
    assert_true(
        vpt_tick_delivered(4, &t, FIRST + 15, FIRST_GTIME + 25, 0, &tally));
    assert_ticks(FIRST + 20, 0);
    assert_tally(3, 1, 2, 0);
}

/* The tick at FIRST is pending, those at FIRST + 10 and FIRST + 20 missed. */
static void missed_while_pending(void **state)
{
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < 4; mode++) {
        start(0);
        vpt_timer_fired(&t, &tally);
        assert_int_equal(vpt_tick_delivered(mode, &t, FIRST + 21, 71, 0,
                                            &tally),
                         mode >= 2);
        assert_ticks(FIRST + 30, mode < 2 ? 2 : 0);
        assert_tally(3, 1, mode == 3 ? 2 : 0, mode == 2 ? 2 : 0);
        assert_false(t.do_not_freeze);
    }
}

static void ticks_unseen(void **state)
{
    static const struct {
        int64_t after;
        uint64_t unseen;
    } want[] = { { -1000, 0 }, { -1, 0 }, { 0, 0 },  { 1, 1 },  { 9, 1 },
                 { 10, 2 },    { 11, 2 }, { 19, 2 }, { 20, 3 }, { 1000, 101 } };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(want); i++) {
        int64_t now = FIRST + want[i].after;

        start(0);
        assert_int_equal(vpt_ticks_unseen(&t, now), want[i].unseen);
        /* They are those that a resumed vCPU finds missing. */
        assert_true(vpt_vcpu_resumed(1, &t, now, 0, &tally));
        assert_int_equal(t.pending_intr_nr, want[i].unseen);
        assert_true(t.scheduled > now || !want[i].unseen);
        assert_int_equal(vpt_ticks_unseen(&t, now), 0);

        start_one_shot();
        assert_int_equal(vpt_ticks_unseen(&t, now), want[i].after > 0);
        vpt_timer_fired(&t, &tally);
        assert_int_equal(vpt_ticks_unseen(&t, now), 0);
    }
}

static void what_is_stopped_is_dropped(void **state)
{
    (void)state;
    start(4);
    vpt_timer_stopped(&t, &tally);
    assert_ticks(FIRST, 0);
    assert_tally(4, 0, 0, 4);
    vpt_timer_stopped(&t, &tally);
    assert_tally(4, 0, 0, 4);
}

static void one_shot(void **state)
{
    unsigned int mode, to;

    (void)state;
    for (mode = 0; mode < 4; mode++) {
        start_one_shot();
        /* Late or not, it is the timer that makes it due. */
        assert_true(vpt_vcpu_resumed(mode, &t, FIRST + 500, 1, &tally));
        assert_ticks(FIRST, 0);
        assert_tally(0, 0, 0, 0);
        assert_false(t.do_not_freeze);

        vpt_timer_fired(&t, &tally);
        assert_ticks(FIRST, 1);
        for (to = 0; to < 4; to++) {
            t.do_not_freeze = true;
            vpt_mode_switched(mode, to, &t, FIRST + 99, 5, &tally);
            vpt_rebase(&t, FIRST + 99, 5);
            assert_ticks(FIRST, 1);
            assert_true(t.do_not_freeze);
        }
        assert_false(vpt_vcpu_resumed(mode, &t, FIRST + 500, 1, &tally));
        assert_false(vpt_tick_delivered(mode, &t, FIRST + 500, 5, 1, &tally));
        assert_ticks(FIRST, 0);
        assert_tally(1, 1, 0, 0);
        assert_int_equal(t.last_plt_gtime, FIRST_GTIME);
    }
}

/* ---- no_missed_ticks_pending ---- */

/* The vCPU misses one tick, and that without having been given one before. */
static bool miss_one(unsigned int wakeup_after)
{
    assert_true(vpt_vcpu_resumed(2, &t, t.scheduled + 1, wakeup_after, &tally));
    return t.do_not_freeze;
}

/* A tick comes in time; then "missed" others, before it is delivered. */
static bool deliver_and_miss(unsigned int missed, unsigned int wakeup_after)
{
    int64_t now = t.scheduled + (int64_t)missed * PERIOD + 1;

    vpt_timer_fired(&t, &tally);
    assert_false(t.do_not_freeze);
    assert_true(vpt_tick_delivered(2, &t, now, 0, wakeup_after, &tally));
    return t.do_not_freeze;
}

static void xens_own_rule(void **state)
{
    (void)state;
    start(0);
    assert_true(vpt_vcpu_resumed(2, &t, FIRST, 0, &tally));
    assert_false(t.do_not_freeze);
    assert_true(miss_one(0));
    assert_false(deliver_and_miss(0, 0));
    assert_false(deliver_and_miss(100, 0));
    assert_true(miss_one(0));
}

static void a_number_of_ticks_in_a_row(void **state)
{
    unsigned int after, i;

    (void)state;
    for (after = 1; after < 10; after++) {
        start(0);
        for (i = 1; i < 20; i++)
            assert_int_equal(miss_one(after), i >= after);
        for (i = 0; i < 20; i++)
            assert_int_equal(deliver_and_miss(i, after), i >= after);

        /* One that is delivered begins a new row, missed or not. */
        assert_false(deliver_and_miss(0, after));
        for (i = 1; i < after; i++)
            assert_false(miss_one(after));
        assert_false(deliver_and_miss(0, after));
        if (after > 1)
            assert_false(deliver_and_miss(after - 1, after));
        assert_true(miss_one(after));

        /* So does a change of the mode. */
        vpt_mode_switched(2, 1, &t, t.scheduled - 1, 0, &tally);
        vpt_mode_switched(1, 2, &t, t.scheduled - 1, 0, &tally);
        assert_false(t.do_not_freeze);
        for (i = 1; i <= after; i++)
            assert_int_equal(miss_one(after), i == after);
    }

    /* No other mode asks. */
    for (i = 0; i < 4; i++) {
        start(0);
        assert_true(vpt_vcpu_resumed(i, &t, FIRST + 1, 1, &tally));
        assert_int_equal(t.do_not_freeze, i == 2);
    }
}

/* ---- changes of the mode ---- */

enum { ALL, COLLAPSE, DROP };

/* The table in vpt-policy.c, and what its text has to say of the rest. */
static const int table[4][4] = {
    { ALL, ALL, DROP, COLLAPSE },
    { ALL, ALL, DROP, COLLAPSE },
    { DROP, DROP, ALL, COLLAPSE },
    { COLLAPSE, COLLAPSE, COLLAPSE, ALL },
};

/* @pending at first, and @unseen have come due since. */
static void try_switch(unsigned int from, unsigned int to, uint32_t pending,
                       unsigned int unseen)
{
    int64_t scheduled = FIRST + unseen * PERIOD;
    uint32_t had = pending + (from == 2 ? 0 : unseen), left = had;
    uint64_t dropped = from == 2 ? unseen : 0, collapsed = 0;

    if (had > 1 && table[from][to] != ALL) {
        left = 1;
        if (table[from][to] == DROP)
            dropped += had - 1;
        else
            collapsed += had - 1;
    }

    start(pending);
    t.do_not_freeze = true;
    t.missed = 5;
    vpt_mode_switched(from, to, &t, scheduled - 3, 5000, &tally);
    assert_ticks(scheduled, left);
    assert_tally(pending + unseen, 0, collapsed, dropped);
    assert_false(t.do_not_freeze);
    assert_int_equal(t.missed, 0);
    assert_int_equal(t.last_plt_gtime, 5003 - ((int)left + 1) * PERIOD);
}

static void all_pairs(void **state)
{
    static const uint32_t pending[] = { 0, 1, 2, 100 };
    static const unsigned int unseen[] = { 0, 1, 2, 100 };
    unsigned int from, to, i, k;

    (void)state;
    for (from = 0; from < 4; from++)
        for (to = 0; to < 4; to++)
            for (i = 0; i < ARRAY_COUNT(pending); i++)
                for (k = 0; from != to && k < ARRAY_COUNT(unseen); k++)
                    try_switch(from, to, pending[i], unseen[k]);
}

/* ---- guest time ---- */

static void leading(void **state)
{
    (void)state;
    t = (struct vpt_ticks){ .last_plt_gtime = 100 };
    assert_true(vpt_tick_leads(&t, 99));
    assert_false(vpt_tick_leads(&t, 100));
    assert_false(vpt_tick_leads(&t, 101));
    /* A tick before time 0. */
    t.last_plt_gtime = -1;
    assert_false(vpt_tick_leads(&t, 0));
    assert_false(vpt_tick_leads(&t, 1));
    t.last_plt_gtime = 1;
    assert_true(vpt_tick_leads(&t, -1));
}

/*
 * Back to mode 0 with a backlog: whatever its size and the guest time, no
 * tick of it is ahead of guest time, not even if all are delivered at this
 * moment; the next one is exactly in step.
 */
static void no_tick_leads_after_rebase(void **state)
{
    static const uint32_t backlogs[] = { 0, 1, 2, 1000, 100000 };
    static const uint64_t gtimes[] = { 0, 1, 5, 1000, INT64_MAX };
    size_t i, k;
    int before;
    uint32_t n;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(backlogs); i++)
        for (k = 0; k < ARRAY_COUNT(gtimes); k++)
            for (before = 0; before <= PERIOD; before++) {
                uint64_t gtime = gtimes[k];
                int64_t now = FIRST - before;

                start(backlogs[i]);
                vpt_rebase(&t, now, gtime);
                assert_false(vpt_tick_leads(&t, gtime));
                for (n = backlogs[i]; n > 0; n--) {
                    assert_int_equal(vpt_tick_delivered(0, &t, now, 0, 0,
                                                        &tally),
                                     n == 1);
                    if (vpt_tick_leads(&t, gtime))
                        fail_because("%u of %u, %d before", n, backlogs[i],
                                     before);
                }
                vpt_timer_fired(&t, &tally);
                vpt_tick_delivered(0, &t, FIRST, 0, 0, &tally);
                assert_true(t.last_plt_gtime == gtime + before);
                assert_int_equal(vpt_tick_leads(&t, gtime), before > 0);
                assert_false(vpt_tick_leads(&t, gtime + before));
            }
}

/*
 * Guest time that lags by "lag" is moved by "step" of it, again and again,
 * while a backlog is still to bring back what it was made of: no tick ever
 * takes it past real time, and where there is no backlog the ticks go along.
 */
static void no_tick_leads_past_the_aim(void **state)
{
    static const uint32_t backlogs[] = { 0, 1, 2, 1000 };
    static const int64_t steps[] = { 1, 3, PERIOD, 10 * PERIOD };
    const uint64_t aim = 1000000;
    size_t i, k;
    uint32_t n;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(backlogs); i++)
        for (k = 0; k < ARRAY_COUNT(steps); k++) {
            start(backlogs[i]);
            vpt_rebase(&t, FIRST, aim - 7);
            for (n = backlogs[i]; n > 0; n--) {
                vpt_advance(&t, steps[k], FIRST, aim);
                vpt_tick_delivered(0, &t, FIRST, 0, 0, &tally);
                if (vpt_tick_leads(&t, aim))
                    fail_because("%u of %u, by %d", n, backlogs[i],
                                 (int)steps[k]);
            }
            vpt_advance(&t, 2, FIRST, aim);
            vpt_timer_fired(&t, &tally);
            vpt_tick_delivered(0, &t, FIRST, 0, 0, &tally);
            assert_false(vpt_tick_leads(&t, aim));
            if (!backlogs[i])
                assert_true(t.last_plt_gtime == aim - 5);
        }

    start(3);
    t.one_shot = true;
    vpt_advance(&t, 5, FIRST, aim);
    assert_int_equal(t.last_plt_gtime, FIRST_GTIME - PERIOD);
}

/* ---- saturation ---- */

static void pending_saturates(void **state)
{
    (void)state;
    start(UINT32_MAX - 2);
    vpt_timer_fired(&t, &tally);
    vpt_timer_fired(&t, &tally);
    assert_ticks(FIRST + 20, UINT32_MAX);
    assert_tally(UINT32_MAX, 0, 0, 0);
    vpt_timer_fired(&t, &tally);
    assert_ticks(FIRST + 30, UINT32_MAX);
    assert_tally(UINT32_MAX + 1ULL, 0, 0, 1);

    /* Before the change all can be pending; 100 do not fit. */
    start(UINT32_MAX);
    vpt_mode_switched(0, 1, &t, FIRST + 99 * PERIOD, 0, &tally);
    assert_ticks(FIRST + 100 * PERIOD, UINT32_MAX);
    assert_tally(UINT32_MAX + 100ULL, 0, 0, 100);
    assert_true(t.last_plt_gtime == PERIOD - (UINT32_MAX + 1ULL) * PERIOD);
    assert_false(vpt_tick_leads(&t, 0));
    vpt_mode_switched(1, 3, &t, FIRST, 0, &tally);
    assert_tally(UINT32_MAX + 100ULL, 0, UINT32_MAX - 1, 100);
}

static void missed_by_the_million(void **state)
{
    const uint64_t many = 5ULL << 32;
    int64_t now = FIRST + (many - 1) * PERIOD;
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < 4; mode++) {
        uint64_t dropped = mode == 2 ? many : many - UINT32_MAX;

        start(0);
        assert_int_equal(vpt_ticks_unseen(&t, now), many);
        assert_true(vpt_vcpu_resumed(mode, &t, now, UINT32_MAX, &tally));
        assert_ticks(now + PERIOD, mode == 2 ? 0 : UINT32_MAX);
        assert_tally(many, 0, 0, dropped);
        assert_int_equal(t.do_not_freeze, mode == 2);
        if (mode == 3) {
            assert_true(vpt_tick_delivered(3, &t, now, 0, 0, &tally));
            assert_tally(many, 1, UINT32_MAX - 1, dropped);
        }
    }

    start(0);
    t.missed = UINT32_MAX - 1;
    assert_true(miss_one(UINT32_MAX));
    assert_true(miss_one(UINT32_MAX));
    assert_int_equal(t.missed, UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_modes_are),
        cmocka_unit_test(a_tick_in_time),
        cmocka_unit_test(missed_while_descheduled),
        cmocka_unit_test(paced),
        cmocka_unit_test(paced_and_late),
        cmocka_unit_test(missed_while_pending),
        cmocka_unit_test(ticks_unseen),
        cmocka_unit_test(what_is_stopped_is_dropped),
        cmocka_unit_test(one_shot),
        cmocka_unit_test(xens_own_rule),
        cmocka_unit_test(a_number_of_ticks_in_a_row),
        cmocka_unit_test(all_pairs),
        cmocka_unit_test(leading),
        cmocka_unit_test(no_tick_leads_after_rebase),
        cmocka_unit_test(no_tick_leads_past_the_aim),
        cmocka_unit_test(pending_saturates),
        cmocka_unit_test(missed_by_the_million),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
