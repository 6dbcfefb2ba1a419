/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a clock's steps are found.
 *
 * The rate is subtracted from the error; what is left is called the level.
 * Before and after each reading there is the median of five levels.  Where the
 * two differ by more than such medians usually do, there may be a step; one or
 * two wild readings move neither.
 *
 * What may be a step becomes one in the regression (trend.c), whose errors
 * depend on each other as they do: it stays if it is at least five times its
 * standard error, and if five readings on either side agree with it.  What is
 * not leaves, and the rest is fitted again.  Twice, as the rate is known better
 * once the steps are.
 */

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

#include "skew/cliffs.h"

/* The readings on each side of a step that have to agree. */
#define SIDE 5

/* A step may be where medians differ by so many times what they usually do. */
#define MAY_BE 4.5

/* A step is at least this many of its standard errors. */
/* A step is at least this many of its standard errors, ... */
#define IS 5

/* ... and more between few readings, whose error is not known that well. */
#define FEW 4.0

/*
 * So many of a segment's readings have to agree with its level.  In a short one
 * chance may bring together some of many wild ones.
 */
#define SHORT 20
#define AGREE_SHORT 0.7
#define AGREE 0.5

struct levels {
    struct fit_point *p;
    size_t n;
    double *level, *median, *work; /* n doubles each */
};

static void swap_if(double *a, double *b)
{
    if (*a > *b) {
        double c = *a;

        *a = *b;
        *b = c;
    }
}

static double median_of_five(const double *values)
{
    double v[5];

    memcpy(v, values, sizeof(v));
    swap_if(&v[0], &v[1]);
    swap_if(&v[3], &v[4]);
    swap_if(&v[0], &v[3]);
    swap_if(&v[1], &v[4]);
    swap_if(&v[1], &v[2]);
    swap_if(&v[2], &v[3]);
    swap_if(&v[1], &v[2]);
    return v[2];
}

/* The usual rate from one reading to the next. */
static double usual_rate(const struct levels *l)
{
    size_t i, k = 0;

    for (i = 1; i < l->n; i++)
        if (l->p[i].t > l->p[i - 1].t)
            l->work[k++] = (l->p[i].error - l->p[i - 1].error) /
                           (l->p[i].t - l->p[i - 1].t);
    return gsl_stats_median(l->work, 1, k);
}

static void find_levels(struct levels *l, double rate)
{
    size_t i;

    for (i = 0; i < l->n; i++)
        l->level[i] = l->p[i].error - l->p[0].error -
                      rate * (l->p[i].t - l->p[0].t);
    for (i = 0; i + SIDE <= l->n; i++)
        l->median[i] = median_of_five(l->level + i);
}

/* How far the level before reading i is from the level after it. */
static double difference(const struct levels *l, size_t i)
{
    return l->median[i] - l->median[i - SIDE];
}

static double usual_difference(struct levels *l)
{
    size_t i, k = 0;

    for (i = SIDE; i + SIDE <= l->n; i++)
        l->work[k++] = fabs(difference(l, i));
    return 1.4826 * gsl_stats_median(l->work, 1, k);
}

/* Near reading i is a step: returns the first reading after it. */
static size_t place_of(const struct levels *l, size_t i)
{
    double before = l->median[i - SIDE], after = l->median[i], cost = 0;
    double least = 0, most = fabs(after - before) / 2;
    size_t k, best = i - SIDE;

    /* Moving the place by a reading changes the cost by that reading's. */
    for (k = i - SIDE; k < i + SIDE - 1; k++) {
        cost += fmin(fabs(l->level[k] - before), most) -
                fmin(fabs(l->level[k] - after), most);
        if (cost < least) {
            least = cost;
            best = k + 1;
        }
    }
    return best;
}

static size_t find_candidates(struct levels *l, double least, struct segment *s)
{
    double limit = fmax(fmax(MAY_BE * usual_difference(l), 1e-9), least);
    size_t i, best, place, k = 1;

    s[0].begin = 0;
    for (i = SIDE; i + SIDE <= l->n; i++) {
        if (fabs(difference(l, i)) < limit)
            continue;
        /* Of those that follow each other in one direction, the largest. */
        for (best = i; i + SIDE <= l->n && i < best + SIDE &&
                       difference(l, i) * difference(l, best) > 0;
             i++)
            if (fabs(difference(l, i)) > fabs(difference(l, best)))
                best = i;
        place = place_of(l, best);
        if (place >= s[k - 1].begin + SIDE && place + SIDE <= l->n)
            s[k++].begin = place;
        i = best + SIDE - 1;
    }
    return k;
}

static double sureness(const struct segment *s)
{
    size_t few = s->agree < s[-1].agree ? s->agree : s[-1].agree;

    return s->error > 0 ? fabs(s->size) / s->error / (1 + FEW / (few + 1))
                        : INFINITY;
}

static bool agrees(const struct segment *s)
{
    return s->agree >= SIDE &&
           s->agree >= (s->n < SHORT ? AGREE_SHORT : AGREE) * s->n;
}

static bool is_step(const struct segment *s, const struct trend *trend,
                    double least)
{
    return agrees(s) && agrees(s - 1) && fabs(s->size) >= least &&
           sureness(s) >= IS && sureness(s) >= trend->quantile;
}

/* Removes those that are no steps and less sure than their neighbours. */
static size_t weed(struct segment *s, size_t n, const struct trend *trend,
                   double least)
{
    size_t i, k = 1;
    bool last = false; /* the one before was removed */

    for (i = 1; i < n; i++) {
        bool goes = !is_step(&s[i], trend, least) &&
                    (sureness(&s[i]) < IS / 2 ||
                     (!last &&
                      (i + 1 == n || is_step(&s[i + 1], trend, least) ||
                       sureness(&s[i]) <= sureness(&s[i + 1]))));

        last = goes;
        if (!goes)
            s[k++] = s[i];
    }
    return k;
}

static size_t find(struct levels *l, double rate, double least,
                   struct segment *s, struct trend *trend)
{
    size_t k, left = 1;

    s[0].begin = 0;
    if (l->n >= 2 * SIDE) {
        find_levels(l, rate);
        left = find_candidates(l, least, s);
    }
    do {
        k = left;
        trend_fit(l->p, l->n, s, k, l->level, trend);
        left = weed(s, k, trend, least);
    } while (left < k);
    return k;
}

size_t cliffs_find(struct fit_point *p, size_t n, double least,
                   struct segment *s, double *work, struct trend *trend)
{
    struct levels l = { p, n, work, work + n, work + 2 * n };
    find(&l, usual_rate(&l), least, s, trend);

    return find(&l, trend->rate, least, s, trend);
}
