/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpt-policy.c, as it is compiled into the hypervisor, in cases that can be
 * followed by hand: a timer with a period of 10, expectations as numbers.
 * Here are also the limits that random schedules do not get to.
 */

#include "asm/hvm/vpt-policy.h"
#include "unit.h"

#define PERIOD 10
#define FIRST 1000 /* when the first tick is due */
#define MODES 6
#define NEVER VPT_NEVER

static struct vpt_ticks t;
static struct vpt_tally tally;

static void start(uint32_t pending)
{
    t = (struct vpt_ticks){
        .period = PERIOD,
        .scheduled = FIRST,
        .pending_intr_nr = pending,
    };
    tally = (struct vpt_tally){ .due = pending };
}

static void start_one_shot(void)
{
    t = (struct vpt_ticks){
        .one_shot = true,
        .scheduled = FIRST,
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

static bool drops(unsigned int mode)
{
    return mode == 2 || mode == 5;
}

static bool keeps(unsigned int mode)
{
    return mode < 2 || mode == 4;
}

static void what_modes_are(void **state)
{
    static const bool freezes[MODES] = {
        true, false, false, false, true, false
    };
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < MODES; mode++) {
        assert_int_equal(vpt_freezes_time(mode), freezes[mode]);
        assert_int_equal(vpt_paces_ticks(mode), mode == 4);
    }
    /* AddressSanitizer sees that nothing outside the table is read. */
    for (mode = MODES; mode < 70; mode++)
        (void)(vpt_freezes_time(mode) + vpt_paces_ticks(UINT32_MAX - mode));
}

static void a_tick_in_time(void **state)
{
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < MODES; mode++) {
        start(0);
        t.do_not_freeze = true;
        vpt_timer_fired(&t, &tally);
        assert_ticks(FIRST + PERIOD, 1);
        assert_tally(1, 0, 0, 0);
        assert_false(t.do_not_freeze);
        assert_int_equal(vpt_tick_due(&t), FIRST);

        assert_false(vpt_vcpu_resumed(mode, &t, FIRST + 100, 0, &tally));
        assert_ticks(FIRST + PERIOD, 1);

        assert_true(vpt_tick_delivered(mode, &t, FIRST + 1, FIRST, 0, &tally));
        assert_ticks(FIRST + PERIOD, 0);
        assert_tally(1, 1, 0, 0);
        assert_int_equal(vpt_tick_due(&t), FIRST + PERIOD);
    }
}

/* Three ticks are missed: due at FIRST, FIRST + 10 and FIRST + 20. */
static void missed_while_descheduled(void **state)
{
    unsigned int mode, i;

    (void)state;
    for (mode = 0; mode < MODES; mode++) {
        start(0);
        assert_true(vpt_vcpu_resumed(mode, &t, FIRST + 25, 0, &tally));
        assert_ticks(FIRST + 30, drops(mode) ? 0 : 3);
        assert_tally(3, 0, 0, drops(mode) ? 3 : 0);
        assert_int_equal(t.do_not_freeze, drops(mode));

        if (keeps(mode)) {
            for (i = 1; i <= 3; i++) {
                assert_int_equal(vpt_tick_due(&t), FIRST - PERIOD + i * PERIOD);
                assert_int_equal(vpt_tick_delivered(mode, &t, FIRST + 25,
                                                    vpt_tick_due(&t), 0,
                                                    &tally),
                                 i == 3);
            }
            assert_ticks(FIRST + 30, 0);
            assert_tally(3, 3, 0, 0);
        } else if (mode == 3) {
            assert_true(
                vpt_tick_delivered(mode, &t, FIRST + 25, NEVER, 0, &tally));
            assert_ticks(FIRST + 30, 0);
            assert_tally(3, 1, 2, 0);
        }
    }
}

/* The guest itself has kept ticks waiting, and its time has gone on. */
static void paced_and_late(void **state)
{
    (void)state;
    /* The time of one tick is reached exactly, that of the next is not. */
    start(3);
    assert_int_equal(vpt_tick_due(&t), FIRST - 30);
    assert_false(vpt_tick_delivered(4, &t, FIRST - 1, FIRST - 20, 0, &tally));
    assert_ticks(FIRST, 1);
    assert_tally(3, 1, 1, 0);

    start(3);
    assert_false(vpt_tick_delivered(4, &t, FIRST - 1, FIRST - 21, 0, &tally));
    assert_tally(3, 1, 0, 0);

    /* Guest time is far ahead: no more ticks are merged than are pending. */
    start(2);
    assert_true(vpt_tick_delivered(4, &t, FIRST - 1, FIRST - 1, 0, &tally));
    assert_ticks(FIRST, 0);
    assert_tally(2, 1, 1, 0);

    /* Ticks that nobody has counted yet are merged as well. */
    start(1);
    assert_true(vpt_tick_delivered(4, &t, FIRST + 15, FIRST + 15, 0, &tally));
    assert_ticks(FIRST + 20, 0);
    assert_tally(3, 1, 2, 0);

    /* Nobody waits for this vCPU: it is given all of them. */
    start(3);
    assert_false(vpt_tick_delivered(4, &t, FIRST - 1, NEVER, 0, &tally));
    assert_tally(3, 1, 0, 0);

    /* No other mode asks which time was reached. */
    start(3);
    assert_false(vpt_tick_delivered(0, &t, FIRST - 1, FIRST, 0, &tally));
    assert_tally(3, 1, 0, 0);
}

/* Mode 4 makes up for the last 10 s of a long absence. */
static void paced_and_away(void **state)
{
    const int64_t ms = 1000000, hour = 3600000 * ms;
    int64_t due, now;

    (void)state;
    start(0);
    t.period = ms;
    now = FIRST + hour;
    assert_true(vpt_vcpu_resumed(4, &t, now, 0, &tally));
    assert_ticks(now + ms, 10000);
    assert_tally(3600001, 0, 0, 3590001);
    /* The oldest ones are gone. */
    assert_int_equal(vpt_tick_due(&t), now - 9999 * ms);

    /* Its timer goes on, so that one tick is there; it is not too old. */
    start(0);
    t.period = ms;
    vpt_timer_fired(&t, &tally);
    assert_false(vpt_vcpu_resumed(4, &t, now, 0, &tally));
    due = vpt_tick_due(&t);
    assert_int_equal(due, FIRST);
    assert_false(vpt_tick_delivered(4, &t, now, due, 0, &tally));
    assert_ticks(now + ms, 10000);
    assert_tally(3600001, 1, 0, 3590000);

    /* A mode that keeps everything hands its backlog over. */
    start(20000);
    t.period = ms;
    vpt_mode_switched(1, 4, &t, FIRST, &tally);
    assert_ticks(FIRST, 10000);
    assert_tally(20000, 0, 0, 10000);

    /* Mode 0 does not forget anything. */
    start(0);
    t.period = ms;
    assert_true(vpt_vcpu_resumed(0, &t, now, 0, &tally));
    assert_ticks(now + ms, 3600001);

    /* A timer of 20 s has a tick all the same. */
    start(0);
    t.period = 20000 * ms;
    now = FIRST + 45000 * ms;
    assert_true(vpt_vcpu_resumed(4, &t, now, 0, &tally));
    assert_ticks(FIRST + 60000 * ms, 1);
    assert_tally(3, 0, 0, 2);
}

/* The tick at FIRST is pending, those at FIRST + 10 and FIRST + 20 missed. */
static void missed_while_pending(void **state)
{
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < MODES; mode++) {
        start(0);
        vpt_timer_fired(&t, &tally);
        assert_int_equal(vpt_tick_delivered(mode, &t, FIRST + 21, FIRST, 0,
                                            &tally),
                         !keeps(mode));
        assert_ticks(FIRST + 30, keeps(mode) ? 2 : 0);
        assert_tally(3, 1, mode == 3 ? 2 : 0, drops(mode) ? 2 : 0);
        assert_false(t.do_not_freeze);
    }
}

/*
 * Mode 5: the tick at FIRST + 10 comes a good half of a period after the
 * delivery of the one before, or it does not come.
 */
static void no_tick_soon_after_another(void **state)
{
    unsigned int mode;
    int late;

    (void)state;
    for (mode = 0; mode < MODES; mode++)
        for (late = 0; late < PERIOD; late++) {
            bool withheld = mode == 5 && late > PERIOD / 2;

            start(0);
            vpt_timer_fired(&t, &tally);
            assert_true(
                vpt_tick_delivered(mode, &t, FIRST + late, FIRST, 0, &tally));
            assert_ticks(FIRST + (withheld ? 20 : 10), 0);
            assert_tally(1 + withheld, 1, 0, withheld);
            assert_int_equal(t.missed, 0);
        }

    /* The tick withheld is the first one that has not been missed already. */
    start(0);
    vpt_timer_fired(&t, &tally);
    assert_true(vpt_tick_delivered(5, &t, FIRST + 28, 0, 1, &tally));
    assert_ticks(FIRST + 40, 0);
    assert_tally(4, 1, 0, 3);
    /* The tick withheld is not missed: two were. */
    assert_int_equal(t.missed, 2);

    /* A tick that is due now, before the timer has come to it, is withheld. */
    start(0);
    vpt_timer_fired(&t, &tally);
    assert_true(vpt_tick_delivered(5, &t, FIRST + 10, 0, 0, &tally));
    assert_ticks(FIRST + 20, 0);
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
    for (mode = 0; mode < MODES; mode++) {
        start_one_shot();
        /* Late or not, it is the timer that makes it due. */
        assert_true(vpt_vcpu_resumed(mode, &t, FIRST + 500, 1, &tally));
        assert_ticks(FIRST, 0);
        assert_tally(0, 0, 0, 0);
        assert_false(t.do_not_freeze);

        vpt_timer_fired(&t, &tally);
        assert_ticks(FIRST, 1);
        /* Set once more while its function waited, it has fired again. */
        vpt_timer_fired(&t, &tally);
        assert_ticks(FIRST, 1);
        for (to = 0; to < MODES; to++) {
            t.do_not_freeze = true;
            vpt_mode_switched(mode, to, &t, FIRST + 99, &tally);
            assert_ticks(FIRST, 1);
            assert_true(t.do_not_freeze);
        }
        assert_false(vpt_vcpu_resumed(mode, &t, FIRST + 500, 1, &tally));
        assert_false(
            vpt_tick_delivered(mode, &t, FIRST + 500, NEVER, 1, &tally));
        assert_ticks(FIRST, 0);
        assert_tally(1, 1, 0, 0);
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

        /* A tick that is delivered begins a new row, missed or not. */
        assert_false(deliver_and_miss(0, after));
        for (i = 1; i < after; i++)
            assert_false(miss_one(after));
        assert_false(deliver_and_miss(0, after));
        if (after > 1)
            assert_false(deliver_and_miss(after - 1, after));
        assert_true(miss_one(after));

        /* So does a change of the mode. */
        vpt_mode_switched(2, 1, &t, t.scheduled - 1, &tally);
        vpt_mode_switched(1, 2, &t, t.scheduled - 1, &tally);
        assert_false(t.do_not_freeze);
        for (i = 1; i <= after; i++)
            assert_int_equal(miss_one(after), i == after);
    }

    /* The modes that keep or collapse what is missed do not ask. */
    for (i = 0; i < MODES; i++) {
        start(0);
        assert_true(vpt_vcpu_resumed(i, &t, FIRST + 1, 1, &tally));
        assert_int_equal(t.do_not_freeze, drops(i));
    }
}

/* ---- changes of the mode ---- */

enum { ALL, COLLAPSE, DROP };

/* The table in vpt-policy.c, and what its text has to say of the rest. */
static const int table[MODES][MODES] = {
    { ALL, ALL, DROP, COLLAPSE, ALL, DROP },
    { ALL, ALL, DROP, COLLAPSE, ALL, DROP },
    { DROP, DROP, ALL, COLLAPSE, DROP, DROP },
    { COLLAPSE, COLLAPSE, COLLAPSE, ALL, COLLAPSE, COLLAPSE },
    { ALL, ALL, DROP, COLLAPSE, ALL, DROP },
    { DROP, DROP, DROP, COLLAPSE, DROP, ALL },
};

/* Switches with @pending ticks, and @unseen that have come due since. */
static void try_switch(unsigned int from, unsigned int to, uint32_t pending,
                       unsigned int unseen)
{
    int64_t scheduled = FIRST + unseen * PERIOD;
    uint32_t had = pending + (drops(from) ? 0 : unseen), left = had;
    uint64_t dropped = drops(from) ? unseen : 0, collapsed = 0;

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
    vpt_mode_switched(from, to, &t, scheduled - 3, &tally);
    assert_ticks(scheduled, left);
    assert_tally(pending + unseen, 0, collapsed, dropped);
    assert_false(t.do_not_freeze);
    assert_int_equal(t.missed, 0);
}

static void all_pairs(void **state)
{
    static const uint32_t pending[] = { 0, 1, 2, 100 };
    static const unsigned int unseen[] = { 0, 1, 2, 100 };
    unsigned int from, to, i, k;

    (void)state;
    for (from = 0; from < MODES; from++)
        for (to = 0; to < MODES; to++)
            for (i = 0; i < ARRAY_COUNT(pending); i++)
                for (k = 0; from != to && k < ARRAY_COUNT(unseen); k++)
                    try_switch(from, to, pending[i], unseen[k]);
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
    vpt_mode_switched(0, 1, &t, FIRST + 99 * PERIOD, &tally);
    assert_ticks(FIRST + 100 * PERIOD, UINT32_MAX);
    assert_tally(UINT32_MAX + 100ULL, 0, 0, 100);
    /* The ticks that did not fit do not count. */
    assert_int_equal(vpt_tick_due(&t),
                     FIRST + 100 * PERIOD - (int64_t)UINT32_MAX * PERIOD);
    vpt_mode_switched(1, 3, &t, FIRST, &tally);
    assert_tally(UINT32_MAX + 100ULL, 0, UINT32_MAX - 1, 100);
}

static void missed_by_the_million(void **state)
{
    const uint64_t many = 5ULL << 32;
    int64_t now = FIRST + (many - 1) * PERIOD;
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < MODES; mode++) {
        /* Mode 4 keeps 10 s, which is fewer ticks than fit. */
        uint64_t most = mode == 4 ? 1000000000 : UINT32_MAX;
        uint64_t dropped = drops(mode) ? many : many - most;

        start(0);
        assert_int_equal(vpt_ticks_unseen(&t, now), many);
        assert_true(vpt_vcpu_resumed(mode, &t, now, UINT32_MAX, &tally));
        assert_ticks(now + PERIOD, drops(mode) ? 0 : most);
        assert_tally(many, 0, 0, dropped);
        assert_int_equal(t.do_not_freeze, drops(mode));
        if (mode == 3) {
            assert_true(vpt_tick_delivered(3, &t, now, NEVER, 0, &tally));
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
        cmocka_unit_test(paced_and_late),
        cmocka_unit_test(paced_and_away),
        cmocka_unit_test(missed_while_pending),
        cmocka_unit_test(no_tick_soon_after_another),
        cmocka_unit_test(ticks_unseen),
        cmocka_unit_test(what_is_stopped_is_dropped),
        cmocka_unit_test(one_shot),
        cmocka_unit_test(xens_own_rule),
        cmocka_unit_test(a_number_of_ticks_in_a_row),
        cmocka_unit_test(all_pairs),
        cmocka_unit_test(pending_saturates),
        cmocka_unit_test(missed_by_the_million),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
