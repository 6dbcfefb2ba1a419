/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges a clock by its readings: see verdict.h. */

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_statistics_double.h>

#include "skew/clock.h"
#include "skew/verdict.h"

/* A daemon that corrects this much of what it can is at its limit. */
#define AT_LIMIT 0.998

/* An interval that leaves more than this open (8.6 s a day) tells nothing. */
#define OPEN_PPM 100

/* A rate of less (0.001 s a day) is none. */
#define TINY_PPM 0.01

/* An error that grows by this much is not followed, whatever the daemon may. */
#define RUNAWAY_S 1

/* ---- the rate ---- */

static bool rest_is_significant(const struct fit *fit)
{
    return fabs(fit->rate) > fit->interval;
}

/*
 * A rest that takes the error towards zero is the daemon's doing, which slews
 * the clock, and no part of the clock's own rate.
 */
static bool goes_away_from_zero(const struct clock *c)
{
    size_t i, away = 0;

    for (i = 0; i < c->fit.n; i++)
        away += c->points[i].error * c->fit.rate > 0;
    return 2 * away > c->fit.n;
}

/* Tells whether what the daemon leaves over is part of the clock's own rate. */
static bool rest_counts(const struct clock *c)
{
    return rest_is_significant(&c->fit) && goes_away_from_zero(c);
}

static void find_rate(const struct clock *c, struct verdict *v)
{
    bool rest = rest_counts(c);

    v->rate = isnan(c->corrected) ? c->fit.rate
              : rest              ? c->corrected + c->fit.rate
                                  : c->corrected;
    v->interval = c->fit.interval;
    v->at_limit = fabs(c->corrected) >= AT_LIMIT * c->limit_ppm;
}

static enum claim claim_of(const struct clock *c, const struct verdict *v)
{
    if (isnan(v->rate))
        return CLAIM_NOTHING;
    if (c->corrected != 0 && !isnan(c->corrected))
        return fabs(v->rate) < TINY_PPM ? CLAIM_NO_DRIFT : CLAIM_DRIFT;
    if (isnan(v->interval))
        return c->fit.n == 2 ? CLAIM_TWO : CLAIM_CANNOT_TELL;
    if (rest_is_significant(&c->fit))
        return CLAIM_DRIFT;
    return fabs(v->rate) + v->interval > OPEN_PPM ? CLAIM_CANNOT_TELL
                                                  : CLAIM_NO_DRIFT;
}

static int follows(const struct clock *c, const struct verdict *v)
{
    double limit = isnan(c->limit_ppm) ? NTP_LIMIT_PPM : c->limit_ppm;
    double growth = fabs(c->fit.rate) * 1e-6 * c->fit.span;

    if (v->claim == CLAIM_NOTHING || v->claim == CLAIM_CANNOT_TELL)
        return -1;
    if (fabs(v->rate) > limit)
        return 0;
    /* One whose limit is far away can be too slow all the same. */
    if (c->limit_ppm > NTP_LIMIT_PPM && rest_counts(c) && growth > RUNAWAY_S)
        return 0;
    return 1;
}

/* ---- jumps ---- */

/* An error of less is not told as a jump, ... */
#define LEAST_JUMP_S 0.1
/* ... and neither is one of less than so many times what readings scatter. */
#define JUMP_NOISES 20

/* One wild reading is no jump if its program does not correct what it reads. */
#define JUMP_READINGS 3

struct jumps {
    const struct clock *c;
    const double *residual;
    double least;
};

/* The end of the run of readings that are off as reading @i is. */
static size_t run_end(const struct jumps *in, size_t i)
{
    const struct fit_point *p = in->c->points;
    size_t first = i;

    while (i < in->c->fit.n && p[i].wild &&
           in->residual[i] * in->residual[first] > 0)
        i++;
    return i;
}

static double largest(const double *values, size_t from, size_t to)
{
    double most = values[from];

    for (; from < to; from++)
        if (fabs(values[from]) > fabs(most))
            most = values[from];
    return most;
}

/* Returns how many there are; fills them in if @to is not NULL. */
static size_t find_jumps(const struct jumps *in, struct jump *to)
{
    const struct fit_point *p = in->c->points;
    size_t least = isnan(in->c->corrected) ? JUMP_READINGS : 1;
    size_t i = 0, end, n = 0, all = in->c->fit.n;

    for (; i<all; i = end> i ? end : i + 1) {
        double size;

        end = run_end(in, i);
        if (end < i + least)
            continue;
        size = largest(in->residual, i, end);
        if (fabs(size) < in->least)
            continue;
        if (to)
            to[n] = (struct jump){ p[i].t, size,
                                   end < all ? p[end].t - p[i].t : NAN };
        n++;
    }
    return n;
}

static int take_jumps(const struct clock *c, struct verdict *v)
{
    double *residual = calloc(c->fit.n, sizeof(*residual));
    struct jumps in = { c, residual,
                        fmax(LEAST_JUMP_S, JUMP_NOISES * c->fit.noise) };

    if (!residual)
        return -1;
    fit_residuals(&c->fit, c->points, residual);
    v->njumps = find_jumps(&in, NULL);
    v->jumps = calloc(v->njumps + 1, sizeof(*v->jumps));
    if (v->jumps)
        find_jumps(&in, v->jumps);
    free(residual);
    return v->jumps ? 0 : -1;
}

/* ---- gaps ---- */

/* So many times the usual time between two readings is a gap. */
#define GAP 10

static size_t find_gaps(const struct clock *c, double usual, struct gap *to)
{
    size_t i, n = 0;

    for (i = 1; i < c->fit.n; i++) {
        double length = c->points[i].t - c->points[i - 1].t;

        if (length <= GAP * usual)
            continue;
        if (to)
            to[n] = (struct gap){ c->points[i - 1].t, length };
        n++;
    }
    return n;
}

static int take_gaps(const struct clock *c, struct verdict *v)
{
    double *between = calloc(c->fit.n, sizeof(*between)), usual;
    size_t i;

    if (!between)
        return -1;
    for (i = 1; i < c->fit.n; i++)
        between[i - 1] = c->points[i].t - c->points[i - 1].t;
    usual = gsl_stats_median(between, 1, c->fit.n - 1);
    free(between);
    v->ngaps = usual > 0 ? find_gaps(c, usual, NULL) : 0;
    v->gaps = calloc(v->ngaps + 1, sizeof(*v->gaps));
    if (!v->gaps)
        return -1;
    if (v->ngaps)
        find_gaps(c, usual, v->gaps);
    return 0;
}

/* ---- what comes again ---- */

/* Fewer may come in like times by chance. */
#define REPEATS 4

/* So near to the median is alike, and so many have to be. */
#define ALIKE 0.25
#define MOST 0.7

static bool most_alike(const double *values, size_t n, double median)
{
    size_t i, alike = 0;

    for (i = 0; i < n; i++)
        alike += fabs(values[i] - median) <= ALIKE * fabs(median);
    return alike >= MOST * n;
}

/* @t and @size have @n values each, and are put out of order. */
static struct repetition repetition_of(double *t, double *size, size_t n)
{
    struct repetition r = { n, 0, 0 };
    size_t i;

    if (n < REPEATS)
        return (struct repetition){ 0, 0, 0 };
    for (i = 0; i + 1 < n; i++)
        t[i] = t[i + 1] - t[i];
    r.interval = gsl_stats_median(t, 1, n - 1);
    r.size = gsl_stats_median(size, 1, n);
    if (!most_alike(t, n - 1, r.interval) || !most_alike(size, n, r.size))
        r.count = 0;
    return r;
}

static int find_repetitions(const struct clock *c, struct verdict *v)
{
    size_t most = c->fit.nsteps > c->nmoves ? c->fit.nsteps : c->nmoves, i;
    double *t = calloc(2 * most + 1, sizeof(*t)), *size;

    if (!t)
        return -1;
    size = t + most;
    for (i = 0; i < c->fit.nsteps; i++) {
        t[i] = c->fit.step[i].t;
        size[i] = c->fit.step[i].size;
    }
    v->steps = repetition_of(t, size, c->fit.nsteps);
    for (i = 0; i < c->nmoves; i++) {
        t[i] = c->moves[i].t;
        size[i] = c->moves[i].size;
    }
    v->moves = repetition_of(t, size, c->nmoves);
    free(t);
    return 0;
}

/* ---- all of it ---- */

static void find_worst(const struct clock *c, struct verdict *v)
{
    size_t i;

    v->worst = v->worst_t = NAN;
    for (i = 0; i < c->fit.n; i++)
        if (!(fabs(c->points[i].error) <= fabs(v->worst))) {
            v->worst = c->points[i].error;
            v->worst_t = c->points[i].t;
        }
}

int verdict_find(struct clock *c)
{
    struct verdict *v = &c->verdict;

    find_rate(c, v);
    v->claim = claim_of(c, v);
    v->follows = follows(c, v);
    find_worst(c, v);
    if (find_repetitions(c, v))
        return -1;
    if (c->fit.n < 3 || !(c->fit.span > 0))
        return 0;
    return take_jumps(c, v) || take_gaps(c, v) ? -1 : 0;
}

void verdict_free(struct verdict *v)
{
    free(v->jumps);
    free(v->gaps);
}
