/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do the intervals hold?  Clocks of one rate are read with errors of kinds that
 * readings of NTP have, thousands of times, and it is counted in how many runs
 * the interval of 95 % has the true rate in it, how wide it is beside the one
 * that an oracle would give, and in how many a step is found where there is
 * none, or the one that there is.
 *
 * With UNIT_SLOW the table is of 4,000 runs a line, and its bounds are narrow;
 * COVERAGE_TABLE=FILE has it written into a file, for docs/accuracy.md.
 */

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "skew/clock-fit.h"
#include "unit.h"

#define READINGS 200
#define POLL 64.0
#define RATE 20.0 /* ppm */
#define SIGMA 1e-4

static gsl_rng *rng;

/* One reading's error in units of sigma, when the one before was @last. */
typedef double noise_fn(double last, size_t i);

static double normal(void)
{
    return gsl_ran_gaussian(rng, 1);
}

static double gauss(double last, size_t i)
{
    (void)last;
    (void)i;
    return normal();
}

static double student(double last, size_t i)
{
    (void)last;
    (void)i;
    return gsl_ran_tdist(rng, 3);
}

static double wild(double share)
{
    return normal() * (gsl_rng_uniform(rng) < share ? 20 : 1);
}

static double wild_10(double last, size_t i)
{
    (void)last;
    (void)i;
    return wild(0.1);
}

static double wild_30(double last, size_t i)
{
    (void)last;
    (void)i;
    return wild(0.3);
}

/* Its standard deviation is 1, however much depends on the reading before. */
static double correlated(double a, double last, size_t i)
{
    return i ? a * last + sqrt(1 - a * a) * normal() : normal();
}

static double correlated_5(double last, size_t i)
{
    return correlated(0.5, last, i);
}

static double correlated_9(double last, size_t i)
{
    return correlated(0.9, last, i);
}

static double walk(double last, size_t i)
{
    return i ? last + normal() : 0;
}

static double late(double last, size_t i)
{
    (void)last;
    (void)i;
    return normal() +
           (gsl_rng_uniform(rng) < 0.2 ? gsl_ran_exponential(rng, 10) : 0);
}

static const struct kind {
    const char *name;
    noise_fn *noise;
    bool bounded; /* the bounds; of the others the table tells */
} kinds[] = {
    { "normal", gauss, true },
    { "Student's t, 3 degrees", student, true },
    { "normal, 10 % of 20 sigma", wild_10, true },
    { "normal, 30 % of 20 sigma", wild_30, true },
    { "AR(1), 0.5", correlated_5, true },
    { "AR(1), 0.9", correlated_9, true },
    { "random walk", walk, false },
    { "20 % late by 10 sigma", late, false },
};

struct counts {
    size_t runs, within, steps;
    double width, squares;
};

static void run(const struct kind *kind, double step, struct counts *c)
{
    struct fit_point p[READINGS];
    double error = 0;
    struct fit f;
    size_t i;

    for (i = 0; i < READINGS; i++) {
        error = kind->noise(error, i);
        p[i] = (struct fit_point){ .t = 1e9 + POLL * i };
        p[i].error = RATE * 1e-6 * POLL * i + SIGMA * error +
                     (i >= READINGS / 2 ? step * SIGMA : 0);
    }
    assert_int_equal(fit_clock(p, READINGS, 0, &f), 0);
    c->runs++;
    c->within += fabs(f.rate - RATE) <= f.interval;
    c->width += f.interval;
    c->squares += (f.rate - RATE) * (f.rate - RATE);
    for (i = 0; i < f.nsteps; i++)
        assert_true(fabs(f.step[i].size) > f.step[i].interval);
    c->steps += f.nsteps > 0;
    fit_free(&f);
}

static struct counts run_all(const struct kind *kind, double step)
{
    size_t n = getenv("UNIT_SLOW") ? 4000 : 200, i;
    struct counts c = { 0, 0, 0, 0, 0 };

    for (i = 0; i < n; i++)
        run(kind, step, &c);
    return c;
}

static double share(size_t some, size_t of)
{
    return 100.0 * some / of;
}

static void assert_holds(const struct kind *kind, const struct counts *c,
                         const struct counts *stepped)
{
    double within = share(c->within, c->runs);
    bool slow = c->runs > 1000;

    if (within < (slow ? 94.5 : 91) ||
        (kind->bounded && within > (slow ? 97 : 99)))
        fail_msg("%s: the interval holds in %.1f %%", kind->name, within);
    if (kind->bounded && share(c->steps, c->runs) > 1)
        fail_msg("%s: %zu false steps", kind->name, c->steps);
    if (kind->noise == gauss && share(stepped->steps, stepped->runs) < 95)
        fail_msg("%zu of %zu steps found", stepped->steps, stepped->runs);
}

static void intervals_hold(void **state)
{
    const char *file = getenv("COVERAGE_TABLE");
    FILE *table = file ? fopen(file, "w") : NULL;
    size_t i;

    (void)state;
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (i = 0; i < ARRAY_COUNT(kinds); i++) {
        struct counts c = run_all(&kinds[i], 0), step = run_all(&kinds[i], 8);

        if (table)
            fprintf(table, "| %s | %.1f %% | %.2f | %.2f %% | %.1f %% |\n",
                    kinds[i].name, share(c.within, c.runs),
                    c.width / c.runs / (1.96 * sqrt(c.squares / c.runs)),
                    share(c.steps, c.runs), share(step.steps, step.runs));
        assert_holds(&kinds[i], &c, &step);
    }
    if (table)
        fclose(table);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(intervals_hold) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
