/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpt-clock.c, as it is compiled into the hypervisor: the one time of a domain.
 *
 * It is compared with a clock that computes nothing: a counter that is moved
 * on by 1 for each ns in which it does not stand still.  All short sequences of
 * what can happen to a clock are gone through, and long random ones; two vCPUs
 * that read it in turn are two readings, one after the other.
 */

#include <inttypes.h>
#include <stdio.h>

#include "asm/hvm/vpt-clock.h"
#include "unit.h"

#define ms 1000000LL

enum op {
    READ, /* as long after the event before as a reading takes */
    PASS,
    STOP,
    START,
    STOP_AT,
    REACH,
    RELEASE,
    OPS,
};

static const char *const names[] = { "read",    "pass",  "stop",   "start",
                                     "stop_at", "reach", "release" };

/* The counter; times are counted from a base, so that they may be any. */
struct counter {
    uint64_t base;
    int64_t real, guest, last;
    bool stopped;
};

struct step {
    enum op op;
    int64_t arg; /* PASS: ns; STOP_AT, REACH: the tick was due so long ago */
};

static void pass(struct counter *k, int64_t ns)
{
    k->real += ns;
    if (!k->stopped)
        k->guest += ns;
}

static void reach(struct counter *k, int64_t ago)
{
    int64_t due = k->real - (ago > 0 ? ago : 0);

    if (k->guest < due)
        k->guest = due;
}

/* A clock that has been read while it stood still is where it was read. */
static int64_t shown(const struct counter *k)
{
    return k->stopped && k->last > k->guest ? k->last : k->guest;
}

static void start(struct counter *k)
{
    k->guest = shown(k);
    k->stopped = false;
}

static int64_t read_counter(struct counter *k)
{
    int64_t now = k->guest;

    if (now < k->last + VPT_CLOCK_STEP)
        now = k->last + VPT_CLOCK_STEP;
    return k->last = now;
}

/* Returns what is wrong between the two, NULL if nothing is. */
static const char *apply(struct vpt_clock *c, struct counter *k,
                         const struct step *step)
{
    uint64_t before = vpt_clock_at(c, k->base + k->real), lag, got;
    uint64_t real;
    int64_t last = k->last;

    if (step->op == READ)
        pass(k, VPT_CLOCK_STEP);
    if (step->op == PASS)
        pass(k, step->arg);
    real = k->base + k->real;

    switch (step->op) {
    case READ:
        got = vpt_clock_read(c, real);
        if (got != k->base + read_counter(k))
            return "read";
        if ((int64_t)(got - k->base) < last + VPT_CLOCK_STEP)
            return "it was not later";
        if ((int64_t)(got - k->base) > k->real)
            return "it was ahead";
        break;
    case STOP:
        vpt_clock_stop(c, real);
        k->stopped = true;
        break;
    case START:
        vpt_clock_start(c, real);
        start(k);
        break;
    case STOP_AT:
        vpt_clock_stop_at(c, real, real - step->arg);
        if (!k->stopped)
            reach(k, step->arg);
        k->stopped = true;
        break;
    case REACH:
        vpt_clock_reach(c, real, real - step->arg);
        reach(k, step->arg);
        if ((int64_t)vpt_clock_lag(c, real) > (step->arg > 0 ? step->arg : 0))
            return "it was not reached";
        break;
    case RELEASE:
        vpt_clock_release(c);
        k->guest = k->real;
        k->stopped = false;
        break;
    default:
        break;
    }

    lag = vpt_clock_lag(c, real);
    if (vpt_clock_at(c, real) - k->base != (uint64_t)shown(k))
        return "at";
    if (lag != (uint64_t)(k->real - shown(k)))
        return "lag";
    if (c->stopped != k->stopped)
        return "stopped";
    if (c->stopped && c->stopped_at - k->base != (uint64_t)k->guest)
        return "stopped_at";
    if ((int64_t)(vpt_clock_at(c, real) - before) < 0)
        return "back";
    return NULL;
}

static void begin(struct vpt_clock *c, struct counter *k, uint64_t base)
{
    *c = (struct vpt_clock){ .last = base };
    *k = (struct counter){ .base = base };
    pass(k, 100);
}

static void run(const struct step *steps, size_t n, uint64_t base)
{
    struct vpt_clock c;
    struct counter k;
    const char *wrong = NULL;
    char text[512] = "";
    size_t i, m;

    begin(&c, &k, base);
    for (i = 0; i < n && !wrong; i++)
        wrong = apply(&c, &k, &steps[i]);
    if (!wrong)
        return;
    for (m = 0; m < i && m < 24; m++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 " %s %" PRId64, names[steps[m].op], steps[m].arg);
    unit_fail(__FILE__, __LINE__, "%s:%s", wrong, text);
}

/* The times are in ns: about what a reading takes, and what a tick is late. */
static const struct step kinds[] = {
    { READ, 0 },  { PASS, 1 },     { PASS, 37 },   { STOP, 0 },
    { START, 0 }, { STOP_AT, 20 }, { REACH, -5 },  { REACH, 0 },
    { REACH, 2 }, { REACH, 30 },   { RELEASE, 0 },
};
#define KINDS ARRAY_COUNT(kinds)

static void every_short_sequence(void **state)
{
    struct step steps[6];
    size_t i, number, count = 1;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(steps); i++)
        count *= KINDS;
    for (number = 0; number < count; number++) {
        size_t rest = number;

        for (i = 0; i < ARRAY_COUNT(steps); i++, rest /= KINDS)
            steps[i] = kinds[rest % KINDS];
        run(steps, ARRAY_COUNT(steps), 0);
    }
}

static uint64_t rng;

static uint64_t random_below(uint64_t below)
{
    uint64_t z = rng += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % below;
}

static void random_sequences(uint64_t base)
{
    static const uint64_t scales[] = { 10, 1000, 1000000, 30000000000 };
    struct step steps[200];
    unsigned int seed;
    size_t i;

    for (seed = 1; seed <= 2000; seed++) {
        uint64_t scale;

        rng = seed;
        for (i = 0; i < ARRAY_COUNT(steps); i++) {
            scale = scales[random_below(ARRAY_COUNT(scales))];
            steps[i].op = random_below(OPS);
            steps[i].arg = random_below(scale);
            /* A tick is due after the domain was made. */
            if (steps[i].op != PASS)
                steps[i].arg %= 100;
        }
        run(steps, ARRAY_COUNT(steps), base);
    }
}

static void long_sequences(void **state)
{
    (void)state;
    random_sequences(0);
}

/* The clock is right whatever the time is, also while that wraps. */
static void at_any_time(void **state)
{
    (void)state;
    random_sequences(1ULL << 32);
    random_sequences(INT64_MAX - 1000000ULL);
    random_sequences(UINT64_MAX - 1000000ULL);
    random_sequences(UINT64_MAX - 50);
}

/*
 * The timekeeper has no CPU for 30 ms; another vCPU reads, then the first one
 * does when it runs again.  With a clock for each the second reading would be
 * 30 ms less.
 */
static void two_readers(void **state)
{
    struct vpt_clock c = { 0 };
    uint64_t there, here;

    (void)state;
    vpt_clock_stop(&c, 1000 * ms);
    there = vpt_clock_read(&c, 1029 * ms);
    assert_int_equal(there, 1000 * ms);
    assert_int_equal(vpt_clock_read(&c, 1029 * ms + 100), there + 4);
    vpt_clock_start(&c, 1030 * ms);
    here = vpt_clock_read(&c, 1030 * ms);
    assert_int_equal(here, there + 8);
    /* 4 of the 8 ns were known when it went on. */
    assert_int_equal(vpt_clock_lag(&c, 1030 * ms), 30 * ms - 4);
    vpt_clock_reach(&c, 1030 * ms + 100, 1030 * ms);
    assert_int_equal(vpt_clock_lag(&c, 1030 * ms + 100), 100);
}

/* A clock stops where it is, or at a tick that it has not reached. */
static void where_it_stops(void **state)
{
    struct vpt_clock c = { 0 };

    (void)state;
    vpt_clock_stop_at(&c, 1000 * ms, 999 * ms);
    assert_int_equal(c.stopped_at, 1000 * ms);
    /* It stands still already. */
    vpt_clock_stop_at(&c, 1010 * ms, 1010 * ms);
    vpt_clock_stop(&c, 1010 * ms);
    assert_int_equal(c.stopped_at, 1000 * ms);
    vpt_clock_start(&c, 1020 * ms);
    assert_int_equal(vpt_clock_at(&c, 1021 * ms), 1001 * ms);

    vpt_clock_stop_at(&c, 1030 * ms, 1025 * ms);
    assert_int_equal(c.stopped_at, 1025 * ms);
    /* A tick moves it on, and no tick moves it back. */
    vpt_clock_reach(&c, 1040 * ms, 1024 * ms);
    assert_int_equal(c.stopped_at, 1025 * ms);
    vpt_clock_reach(&c, 1040 * ms, 1031 * ms);
    assert_int_equal(c.stopped_at, 1031 * ms);
    /* A tick does not move it past real time. */
    vpt_clock_reach(&c, 1040 * ms, 1050 * ms);
    assert_int_equal(c.stopped_at, 1040 * ms);

    vpt_clock_release(&c);
    assert_int_equal(vpt_clock_lag(&c, 1060 * ms), 0);
    assert_int_equal(vpt_clock_at(&c, 1060 * ms), 1060 * ms);
    vpt_clock_start(&c, 1070 * ms);
    assert_int_equal(vpt_clock_at(&c, 1070 * ms), 1070 * ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_short_sequence),
        cmocka_unit_test(long_sequences),
        cmocka_unit_test(at_any_time),
        cmocka_unit_test(two_readers),
        cmocka_unit_test(where_it_stops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
