/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The regression under skew: rates, intervals and steps of clocks that are
 * known, with noise and with wild readings, which it has to find again.
 */

#include <math.h>

#include "skew/clock-fit.h"
#include "unit.h"

#define MANY 2000

static unsigned int seed;

/* Uniform from -1 to 1. */
static double noise(void)
{
    seed = seed * 1103515245u + 12345u;
    return ((seed >> 8) & 0xffff) / 32767.5 - 1;
}

struct clock {
    double rate;          /* ppm */
    double noise;         /* seconds */
    double wild;          /* what each 25th reading is off by */
    double step_at, step; /* its first reading; its size in seconds */
};

static void read_clock(const struct clock *c, size_t n, struct fit_point *p)
{
    size_t i;

    for (i = 0; i < n; i++) {
        p[i].t = 1e9 + 16.0 * i;
        p[i].error = 0.25 + c->rate * 1e-6 * 16 * i + c->noise * noise();
        if (c->step && i >= c->step_at)
            p[i].error += c->step;
        if (c->wild && i % 25 == 7)
            p[i].error += i % 2 ? c->wild : -c->wild / 3;
    }
}

static void fit(const struct clock *c, size_t n, struct fit *f)
{
    static struct fit_point p[MANY];

    read_clock(c, n, p);
    assert_int_equal(fit_clock(p, n, 0, f), 0);
    assert_int_equal(f->n, n);
    /* Steps that a test does not look at are freed here, the others by it. */
    if (!f->nsteps)
        fit_free(f);
}

static void assert_near(double got, double wanted, double within)
{
    if (!(fabs(got - wanted) <= within))
        fail_msg("got %g, wanted %g +- %g", got, wanted, within);
}

static void exact_readings(void **state)
{
    static const double rates[] = { 0, 1, -0.05, 500, -3000, 100000 };
    struct fit f;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(rates); i++) {
        fit(&(struct clock){ .rate = rates[i] }, 100, &f);
        assert_near(f.rate, rates[i], 1e-4);
        assert_near(f.interval, 0, 1e-3);
        assert_int_equal(f.nsteps, 0);
        assert_near(f.span, 99 * 16, 1e-3);
        assert_near(f.first, 0.25, 1e-9);
    }
}

/* Some 190 of 200 clocks are to be within their interval. */
static void intervals_are_of_95_percent(void **state)
{
    unsigned int i, within = 0;
    struct fit f;

    (void)state;
    for (i = 0; i < 200; i++) {
        fit(&(struct clock){ .rate = 40, .noise = 1e-3 }, 60, &f);
        within += fabs(f.rate - 40) <= f.interval;
        assert_near(f.interval, 0.6, 0.4);
        assert_int_equal(f.nsteps, 0);
    }
    if (within < 178)
        fail_msg("%u of 200 are within", within);
}

static void wild_readings_have_no_say(void **state)
{
    struct fit f;

    (void)state;
    fit(&(struct clock){ .rate = -20, .noise = 1e-4, .wild = 0.5 }, 1000, &f);
    assert_near(f.rate, -20, 0.01);
    assert_near(f.noise, 6e-5, 3e-5);
    assert_int_equal(f.nsteps, 0);
}

static void steps_are_found(void **state)
{
    static const double sizes[] = { 0.5, -0.5, 0.01, -0.004 };
    static const int places[] = { 10, 100, 190 };
    struct fit f;
    size_t i, k;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(sizes); i++)
        for (k = 0; k < ARRAY_COUNT(places); k++) {
            fit(&(struct clock){ .rate = 30,
                                 .noise = 2e-4,
                                 .step_at = places[k],
                                 .step = sizes[i] },
                200, &f);
            assert_int_equal(f.nsteps, 1);
            assert_near(f.step[0].t, 1e9 + 16.0 * places[k], 0);
            assert_near(f.step[0].size, sizes[i], 3 * f.step[0].interval);
            assert_near(f.step[0].interval, 1e-4, 9e-5);
            assert_near(f.rate, 30, 0.5);
            fit_free(&f);
        }
}

static void a_wild_reading_at_an_end_is_no_step(void **state)
{
    static const size_t places[] = { 0, 1, 2, 3, 96, 97, 98, 99 };
    struct fit_point p[100];
    struct fit f;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(places); i++) {
        read_clock(&(struct clock){ .rate = 20, .noise = 1e-4 }, 100, p);
        p[places[i]].error += 0.01;
        assert_int_equal(fit_clock(p, 100, 0, &f), 0);
        assert_int_equal(f.nsteps, 0);
        assert_int_equal(f.wild, 1);
        assert_true(p[places[i]].wild);
        assert_near(f.rate, 20, 0.1);
        fit_free(&f);
    }
}

/* An ntpd at its limit lets the clock go by 2 s, sets it, and so on all day. */
static void a_clock_that_is_set_all_day(void **state)
{
    static struct fit_point p[1350];
    struct fit f;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(p); i++) {
        p[i].t = 64.0 * i;
        p[i].error = -2e-3 * 64 * (i % 16) + 1e-4 * noise();
    }
    assert_int_equal(fit_clock(p, ARRAY_COUNT(p), 0, &f), 0);
    assert_near(f.rate, -2000, 0.1);
    assert_int_equal(f.nsteps, 1349 / 16);
    for (i = 0; i < f.nsteps; i++)
        assert_near(f.step[i].size, 2.048, 1e-3);
    fit_free(&f);
}

/* The same with a poll so long that four readings are all there are. */
static void set_every_four_readings(void **state)
{
    static struct fit_point p[400];
    struct fit f;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(p); i++) {
        p[i].t = 256.0 * i;
        p[i].error = -1e-3 * 256 * (i % 4) + 1e-4 * noise();
    }
    assert_int_equal(fit_clock(p, ARRAY_COUNT(p), 0, &f), 0);
    assert_near(f.rate, -1000, 1);
    assert_int_equal(f.nsteps, 99);
    fit_free(&f);
}

/* Three readings after the last step, and three before the first. */
static void steps_near_the_ends(void **state)
{
    static const size_t places[] = { 3, 4, 96, 97 };
    struct fit_point p[100];
    struct fit f;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(places); i++) {
        read_clock(&(struct clock){ .rate = 20,
                                    .noise = 1e-4,
                                    .step_at = places[i],
                                    .step = -2 },
                   100, p);
        assert_int_equal(fit_clock(p, 100, 0, &f), 0);
        assert_int_equal(f.nsteps, 1);
        assert_near(f.step[0].size, -2, 3e-4);
        assert_near(f.rate, 20, 0.1);
        fit_free(&f);
    }
}

/* Thirty seconds of sleep each night for a year, in hourly readings. */
static void a_year_of_nights(void **state)
{
    static struct fit_point p[365 * 24];
    struct fit f;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(p); i++) {
        p[i].t = 3600.0 * i;
        p[i].error = -30.0 * ((i + 20) / 24) + 1e-5 * 3600 * i + 0.01 * noise();
    }
    assert_int_equal(fit_clock(p, ARRAY_COUNT(p), 0, &f), 0);
    assert_near(f.rate, 10, 0.01);
    assert_int_equal(f.nsteps, 365);
    fit_free(&f);
}

static void many_steps(void **state)
{
    static struct fit_point p[MANY];
    struct fit f;
    size_t i;

    (void)state;
    for (i = 0; i < MANY; i++) {
        p[i].t = i;
        p[i].error = i / 50 * (i / 50 % 2 ? 0.25 : 0.5) + 1e-3 * noise();
    }
    assert_int_equal(fit_clock(p, MANY, 0, &f), 0);
    assert_int_equal(f.nsteps, MANY / 50 - 1);
    for (i = 0; i < f.nsteps; i++)
        assert_near(f.step[i].t, 50.0 * (i + 1), 0);
    fit_free(&f);
}

/* A step is found as one even if it takes three readings. */
static void a_step_that_takes_time(void **state)
{
    static struct fit_point p[200];
    struct fit f;
    size_t i;

    (void)state;
    for (i = 0; i < 200; i++) {
        p[i].t = 10.0 * i;
        p[i].error = (i > 103   ? 0.3
                      : i < 100 ? 0
                                : (i - 99) * 0.06) +
                     1e-4 * noise();
    }
    assert_int_equal(fit_clock(p, 200, 0, &f), 0);
    assert_int_equal(f.nsteps, 1);
    assert_near(f.step[0].t, 1015, 25);
    assert_near(f.step[0].size, 0.3, 0.01);
    fit_free(&f);
}

static void readings_out_of_order(void **state)
{
    struct fit_point p[] = { { .t = 30, .error = 3e-3 },
                             { .t = 10, .error = 1e-3 },
                             { .t = 20, .error = 2e-3 },
                             { .t = 40, .error = 4e-3 } };
    struct fit f;

    (void)state;
    assert_int_equal(fit_clock(p, 4, 0, &f), 0);
    assert_near(f.rate, 100, 1e-6);
    assert_near(f.last, 4e-3, 0);
    fit_free(&f);
}

static void too_few(void **state)
{
    struct fit_point p[] = { { .t = 5, .error = 1 },
                             { .t = 5, .error = 2 },
                             { .t = 5, .error = 3 },
                             { .t = 5, .error = 4 } };
    struct fit f;
    size_t n;

    (void)state;
    for (n = 0; n <= 4; n++) {
        assert_int_equal(fit_clock(p, n, 0, &f), 0);
        assert_int_equal(f.n, n);
        assert_true(isnan(f.rate));
        assert_int_equal(f.nsteps, 0);
    }
    p[1].t = 1005;
    assert_int_equal(fit_clock(p, 2, 0, &f), 0);
    assert_near(f.rate, 1000, 1e-9);
    assert_true(isnan(f.interval));
    fit_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_readings),
        cmocka_unit_test(intervals_are_of_95_percent),
        cmocka_unit_test(wild_readings_have_no_say),
        cmocka_unit_test(steps_are_found),
        cmocka_unit_test(a_wild_reading_at_an_end_is_no_step),
        cmocka_unit_test(a_clock_that_is_set_all_day),
        cmocka_unit_test(set_every_four_readings),
        cmocka_unit_test(steps_near_the_ends),
        cmocka_unit_test(a_year_of_nights),
        cmocka_unit_test(many_steps),
        cmocka_unit_test(a_step_that_takes_time),
        cmocka_unit_test(readings_out_of_order),
        cmocka_unit_test(too_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
