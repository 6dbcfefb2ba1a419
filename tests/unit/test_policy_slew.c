/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt_slew_step(): guest time moves towards its target by no more than was
 * asked for, never past it, never back; what the hypervisor makes of many
 * steps adds up.
 */

#include "asm/hvm/vpt-policy.h"
#include "unit.h"

#define MAX_PPM 100000 /* XEN_VTIMER_SLEW_MAX */
#define FAR INT64_MAX

static void by_hand(void **state)
{
    static const struct {
        int64_t offset, target, elapsed;
        unsigned int ppm;
        int64_t step;
    } want[] = {
        { 0, FAR, 1000000, 1, 1 },
        { 0, FAR, 999999, 1, 0 },
        { 0, FAR, 1999999, 1, 1 },
        { 0, FAR, 1000000000, 500, 500000 },
        { 0, FAR, 20000, 50, 1 },
        { 0, FAR, 1500000, 3, 4 },
        { 0, FAR, 10, MAX_PPM, 1 },
        /* Negative: behind real time. */
        { -5000, 0, 1000000, 100, 100 },
        { -50, 0, 1000000, 100, 50 },
        { -100, 0, 1000000, 100, 100 },
        { -101, 0, 1000000, 100, 100 },
        { -5000, -4990, 1000000, 100, 10 },
        /* There, or past it. */
        { 0, 0, 1000000, 100, 0 },
        { 1, 0, 1000000, 100, 0 },
        { 10, -10, FAR, MAX_PPM, 0 },
        /* No time has passed, or the clock is behind. */
        { -5000, 0, 0, 100, 0 },
        { -5000, 0, -1000000, 100, 0 },
        { -5000, 0, INT64_MIN, MAX_PPM, 0 },
        { -5000, 0, 1000000, 0, 0 },
    };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(want); i++) {
        int64_t last = 0;
        int64_t step = vpt_slew_step(want[i].offset, want[i].target, &last,
                                     want[i].elapsed, want[i].ppm);

        if (step != want[i].step)
            fail_because("%zu: %lld", i, (long long)step);
    }
}

/* For UBSan too. */
static void no_overflow(void **state)
{
    static const int64_t elapsed[] = { INT64_MAX,       INT64_MAX - 1,
                                       INT64_MAX / 2,   1LL << 62,
                                       999999,          1000001,
                                       9223372036854LL, 1 };
    static const unsigned int ppm[] = { 1, 3, 999, MAX_PPM - 1, MAX_PPM };
    size_t i, k;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(elapsed); i++)
        for (k = 0; k < ARRAY_COUNT(ppm); k++) {
            __extension__ __int128 exact = elapsed[i];
            int64_t last = 0;

            exact = exact * ppm[k] / 1000000;
            assert_true(vpt_slew_step(0, FAR, &last, elapsed[i], ppm[k]) ==
                        exact);
            assert_in_range(elapsed[i] - last, 0, 1000000 / ppm[k]);
            last = 0;
            assert_true(vpt_slew_step(-7, 0, &last, elapsed[i], ppm[k]) ==
                        (exact < 7 ? exact : 7));
        }
}

/* Steps of vpt_slew(), "elapsed" apart; how far they get in all. */
static int64_t slew(int64_t offset, int64_t target, int64_t elapsed,
                    unsigned int ppm, unsigned int steps)
{
    int64_t start = offset, now = 0, last = 0, step;

    while (steps--) {
        now += elapsed;
        step = vpt_slew_step(offset, target, &last, now, ppm);
        assert_true(step >= 0);
        assert_true(last <= now);
        offset += step;
        assert_true(offset <= target || !step);
    }
    return offset - start;
}

/* Nothing is lost or made up where steps come out even. */
static void steps_add_up(void **state)
{
    (void)state;
    assert_int_equal(slew(-FAR / 2, 0, 1000000, 1, 100000), 100000);
    assert_int_equal(slew(-FAR / 2, 0, 250000, 1, 400000), 100000);
    assert_int_equal(slew(-FAR / 2, 0, 10000000, 500, 100000), 500000000);
    assert_int_equal(slew(-FAR / 2, 0, 10, MAX_PPM, 100000), 100000);
    assert_int_equal(slew(-FAR / 2, 0, 1000000000000, 33333, 10000),
                     333330000000000);
}

/* It gets to the target, is there in time, and stays there. */
static void it_arrives(void **state)
{
    (void)state;
    assert_int_equal(slew(-1000001, 0, 10000000, 100, 1000), 1000000);
    assert_int_equal(slew(-1000001, 0, 10000000, 100, 1001), 1000001);
    assert_int_equal(slew(-1000001, 0, 10000000, 100, 5000), 1000001);
    assert_int_equal(slew(5, 12, 1000000000, MAX_PPM, 3), 7);
}

/*
 * Where they do not come out even, what is lost is less than a nanosecond of
 * elapsed time a step, and nothing is made up.
 */
static void never_too_fast(void **state)
{
    const unsigned int steps = 1000;
    unsigned int elapsed, ppm;

    (void)state;
    for (elapsed = 1; elapsed < 5000000; elapsed = elapsed * 3 + 1)
        for (ppm = 1; ppm <= MAX_PPM; ppm = ppm * 7 + 2) {
            uint64_t exact = (uint64_t)elapsed * steps * ppm / 1000000;
            uint64_t lost = (uint64_t)steps * ppm / 1000000 + 1;
            int64_t got = slew(-FAR / 2, 0, elapsed, ppm, steps);

            assert_in_range(got, exact > lost ? exact - lost : 0, exact);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),        cmocka_unit_test(no_overflow),
        cmocka_unit_test(steps_add_up),   cmocka_unit_test(it_arrives),
        cmocka_unit_test(never_too_fast),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
