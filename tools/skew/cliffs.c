/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds a clock's steps.
 *
 * The rate is subtracted from the error; what is left is called the level.
 * Before and after each reading there is the median of five levels.  Where the
 * two differ by more than such medians usually do, there may be a step; one or
 * two wild readings move neither.
 *
 * The regression (trend.c) decides, whose errors depend on each other as those
 * of readings do.  A candidate is a step if it is at least five times its
 * standard error, and if five readings on either side agree with it.  The others
 * are dropped, and the rest is fitted again.  All of this is done twice, as the
 * rate is known better once the steps are; once will do if that leaves the
 * medians as they were.
 *
 * Three readings will do at the beginning and at the end, if all three agree.
 * They will do everywhere in a clock that is set so often that longer segments
 * leave its readings scattered, although neighbours move alike.
 */

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

#include "skew/cliffs.h"

/* The readings on each side of a step that have to agree. */
#define SIDE 5

/* Three readings will do at the ends, and where a clock is set all the time. */
#define LEAST_SIDE 3

/* A step may be where medians differ by so many times what they usually do. */
#define MAY_BE 4.5

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
    size_t n, side;
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

static double median_of_three(const double *values)
{
    double v[3];

    memcpy(v, values, sizeof(v));
    swap_if(&v[0], &v[1]);
    swap_if(&v[1], &v[2]);
    swap_if(&v[0], &v[1]);
    return v[1];
}

static double median_of_five(const double *values)
{
    double v[5];

    memcpy(v, values, sizeof(v));
    swap_if(&v[0], &v[1]);
    swap_if(&v[3], &v[4]);
    swap_if(&v[0], &v[3]);
    swap_if(&v[1], &v[4]);
    return median_of_three(v + 1);
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
    for (i = 0; i + l->side <= l->n; i++)
        l->median[i] = l->side == SIDE ? median_of_five(l->level + i)
                                       : median_of_three(l->level + i);
}

/* Returns how far the level before reading i is from the level after it. */
static double difference(const struct levels *l, size_t i)
{
    return l->median[i] - l->median[i - l->side];
}

/* The standard deviation of @n values, which are spoilt, from their median. */
static double spread_of(double *values, size_t n)
{
    double median = gsl_stats_median(values, 1, n);
    size_t i;

    for (i = 0; i < n; i++)
        values[i] = fabs(values[i] - median);
    return 1.4826 * gsl_stats_median(values, 1, n);
}

/* Returns how unlike each other the moves between readings are. */
static double usual_move(struct levels *l)
{
    size_t i;

    for (i = 1; i < l->n; i++)
        l->work[i - 1] = l->level[i] - l->level[i - 1];
    return spread_of(l->work, l->n - 1);
}

static double usual_difference(struct levels *l)
{
    size_t i, k = 0;

    /* With steps everywhere, medians usually differ by a step. */
    if (l->side < SIDE)
        return usual_move(l);
    for (i = l->side; i + l->side <= l->n; i++)
        l->work[k++] = fabs(difference(l, i));
    return 1.4826 * gsl_stats_median(l->work, 1, k);
}

/* Near reading i is a step: returns the first reading after it. */
static size_t place_of(const struct levels *l, size_t i)
{
    double before = l->median[i - l->side], after = l->median[i], cost = 0;
    double least = 0, most = fabs(after - before) / 2;
    size_t k, best = i - l->side;

    /* Moving the place by a reading changes the cost by that reading's. */
    for (k = i - l->side; k < i + l->side - 1; k++) {
        cost += fmin(fabs(l->level[k] - before), most) -
                fmin(fabs(l->level[k] - after), most);
        if (cost < least) {
            least = cost;
            best = k + 1;
        }
    }
    return best;
}

static double limit_of(struct levels *l, double least)
{
    /* Exact readings differ by nothing; what a double cuts off is no step. */
    return fmax(fmax(MAY_BE * usual_difference(l), 1e-9), least);
}

/*
 * Returns where the difference is largest among those from reading i on that
 * are over the limit and in one direction, and not far from each other.
 */
static size_t largest_from(const struct levels *l, size_t i, double limit)
{
    size_t best = i;

    for (; i + l->side <= l->n && i < best + l->side; i++) {
        double d = difference(l, i), most = difference(l, best);

        if (fabs(d) < limit || d * most < 0)
            break;
        if (fabs(d) > fabs(most))
            best = i;
    }
    return best;
}

static size_t find_candidates(struct levels *l, double least, struct segment *s)
{
    double limit = limit_of(l, least);
    size_t i, place, k = 1;

    s[0].begin = 0;
    for (i = l->side; i + l->side <= l->n; i++) {
        if (fabs(difference(l, i)) < limit)
            continue;
        i = largest_from(l, i, limit);
        place = place_of(l, i);
        if (place >= s[k - 1].begin + l->side && place + l->side <= l->n)
            s[k++].begin = place;
        i += l->side - 1;
    }
    return k;
}

static double sureness(const struct segment *s)
{
    size_t few = s->agree < s[-1].agree ? s->agree : s[-1].agree;

    return s->error > 0 ? fabs(s->size) / s->error / (1 + FEW / (few + 1))
                        : INFINITY;
}

static bool agrees(const struct segment *s, size_t side)
{
    return (s->agree >= side || s->agree == s->n) &&
           s->agree >= (s->n < SHORT ? AGREE_SHORT : AGREE) * s->n;
}

/* The conditions under which a move of the level is a step. */
struct rules {
    size_t side;            /* readings that agree on either side */
    double least, quantile; /* seconds; standard errors */
};

static bool is_step(const struct segment *s, const struct rules *r)
{
    return agrees(s, r->side) && agrees(s - 1, r->side) &&
           fabs(s->size) >= r->least && sureness(s) >= IS &&
           sureness(s) >= r->quantile;
}

/* Removes those that are no steps and less sure than their neighbours. */
static size_t weed(struct segment *s, size_t n, const struct rules *r)
{
    size_t i, k = 1;
    bool last = false; /* the one before was removed */

    for (i = 1; i < n; i++) {
        bool goes = !is_step(&s[i], r) &&
                    (sureness(&s[i]) < IS / 2 ||
                     (!last && (i + 1 == n || is_step(&s[i + 1], r) ||
                                sureness(&s[i]) <= sureness(&s[i + 1]))));

        last = goes;
        if (!goes)
            s[k++] = s[i];
    }
    return k;
}

/* Fits, and fits again without those that are no steps, until all are. */
static size_t settle(struct levels *l, double least, struct segment *s,
                     size_t n, struct trend *trend)
{
    struct rules rules = { l->side, least, 0 };
    size_t k;

    do {
        k = n;
        trend_fit(l->p, l->n, s, k, l->level, trend);
        rules.quantile = trend->quantile;
        n = weed(s, k, &rules);
    } while (n < k);
    return k;
}

static size_t find(struct levels *l, double rate, double least,
                   struct segment *s, struct trend *trend)
{
    size_t left = 1;

    s[0].begin = 0;
    if (l->n >= 2 * l->side) {
        find_levels(l, rate);
        left = find_candidates(l, least, s);
    }
    return settle(l, least, s, left, trend);
}

/* Returns how many readings from @from on, each by @by, are wild and agree. */
static size_t wild_run(const struct levels *l, size_t from, int by,
                       double noise)
{
    double low = INFINITY, high = -INFINITY;
    size_t i = from, n;

    /* The fit has left the residuals in place of the levels. */
    for (n = 0; n < SIDE && n < l->n && l->p[i].wild; n++, i += by) {
        low = fmin(low, l->level[i]);
        high = fmax(high, l->level[i]);
    }
    return n < SIDE && high - low <= 2 * LEAST_SIDE * noise ? n : 0;
}

/* Adds a segment of fewer readings at the beginning and at the end. */
static size_t add_ends(const struct levels *l, struct segment *s, size_t k,
                       double noise)
{
    size_t first = wild_run(l, 0, 1, noise);
    size_t last = wild_run(l, l->n - 1, -1, noise);

    if (l->n < 2 * SIDE)
        return k;
    if (first >= LEAST_SIDE) {
        memmove(s + 1, s, k++ * sizeof(*s));
        s[0].begin = 0;
        s[1].begin = first;
    }
    if (last >= LEAST_SIDE)
        s[k++].begin = l->n - last;
    return k;
}

/* Tries shorter segments, and keeps them if they explain what is there. */
static size_t try_short(struct levels *l, double rate, double least,
                        struct segment *s, struct trend *trend)
{
    double noise = trend->noise, was = trend->rate;
    size_t k;

    l->side = LEAST_SIDE;
    k = find(l, rate, least, s, trend);
    if (trend->noise * 3 < noise)
        return k;
    l->side = SIDE;
    return find(l, was, least, s, trend);
}

/* A part so small of what is new in a reading decides about no step. */
#define NEGLIGIBLE 0.01

/*
 * Tells whether medians differ noticeably less or more by a rate that is changed by
 * @by, over the longest time that is between two of them.
 */
static bool rate_matters(const struct levels *l, double by, double noise)
{
    size_t last = l->n < 2 * SIDE ? l->n - 1 : 2 * SIDE - 1, i;
    double longest = 0;

    for (i = 0; i + last < l->n; i++)
        longest = fmax(longest, l->p[i + last].t - l->p[i].t);
    return !(fabs(by) * longest < NEGLIGIBLE * noise);
}

size_t cliffs_find(struct fit_point *p, size_t n, double least,
                   struct segment *s, double *work, struct trend *trend)
{
    struct levels l = { p, n, SIDE, work, work + n, work + 2 * n };
    double rate = usual_rate(&l);
    size_t k, more;

    k = find(&l, rate, least, s, trend);
    if (rate_matters(&l, trend->rate - rate, trend->scale))
        k = find(&l, trend->rate, least, s, trend);
    /* Readings next to each other move alike, and yet they scatter. */
    if (usual_move(&l) * 3 < trend->noise)
        k = try_short(&l, rate, least, s, trend);
    more = add_ends(&l, s, k, trend->noise);
    return more > k ? settle(&l, least, s, more, trend) : k;
}
