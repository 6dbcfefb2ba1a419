/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a clock's rate and its steps are found in readings of its error.
 *
 * The model is a straight line with steps in it:
 *
 *     error = c0 + c1 t + (size of each step that has been)
 *
 * c1 is the rate.  Readings do not scatter normally about that line: a server
 * is far away, a guest has not run for a while, or somebody has set the clock.
 * Least squares follows each of these, so what is used here is medians, and a
 * regression that gives little weight to readings that do not fit.
 *
 * Steps are found first.  The usual rate, which is the median of the rates from
 * one reading to the next, is subtracted from the error; what is left is called
 * the level.  The scale is what the level usually moves by from one reading to
 * the next, as a median absolute deviation.  A step is a move of at least 8
 * scales (and 1 ns, and what the caller asks for) that lasts: the medians of up
 * to five readings before and after it differ in the same direction, by at
 * least as much as that and by at least half of the move.  A single wild
 * reading moves the level there and back, and is no step.  Moves in one
 * direction, each less than five readings after the last, are one step.
 *
 * Then one robust regression (Tukey's bisquare, iteratively reweighted; Holland
 * and Welsch 1977; GSL's gsl_multifit_robust) fits c0, c1 and the sizes of all
 * steps at once.  The times of the steps are not fitted: each stays at the
 * first reading after it.  Intervals are of 95 % confidence, by Student's t.
 *
 * Limits:
 *  - The intervals take the errors of the readings for independent of each
 *    other.  Those of a clock that NTP steers are not, and the intervals are
 *    then too small.
 *  - A rate that changes is fitted as one rate; the change ends up as noise.
 *  - A step that is less than 8 scales goes into the rate and the noise, and so
 *    does any but the 16 largest.
 *  - Without more readings than terms (two, and one for each step) the steps
 *    are left out.
 */

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <gsl/gsl_statistics_double.h>

#include "skew/clock-fit.h"

#define PPM 1e6

/* ---- finding steps ---- */

/* The readings on each side of a step, at most, whose medians are compared. */
#define SIDE 5

/* A step is at least this many times what readings usually move by. */
#define STEP_SCALES 8

static int by_time(const void *a, const void *b)
{
    const struct fit_point *p = a, *q = b;

    return (p->t > q->t) - (p->t < q->t);
}

static double median_of(const double *values, size_t n)
{
    double v[SIDE];

    memcpy(v, values, n * sizeof(*v));
    return gsl_stats_median(v, 1, n);
}

/*
 * Fills @level with the error without the usual rate, from 0 on.  Returns the
 * scale of its moves from one reading to the next: gsl_stats_mad(), which is
 * 1.4826 times the median absolute deviation.  @work has room for n doubles.
 */
static double find_levels(const struct fit_point *p, size_t n, double *level,
                          double *work)
{
    double rate, scale;
    size_t i, k = 0;

    for (i = 1; i < n; i++)
        if (p[i].t > p[i - 1].t)
            work[k++] = (p[i].error - p[i - 1].error) / (p[i].t - p[i - 1].t);
    rate = gsl_stats_median(work, 1, k);
    for (i = 1; i < n; i++)
        level[i] = p[i].error - p[i - 1].error - rate * (p[i].t - p[i - 1].t);
    scale = gsl_stats_mad(level + 1, 1, n - 1, work);

    level[0] = 0;
    for (i = 1; i < n; i++)
        level[i] += level[i - 1];
    return scale;
}

/* How far the level before reading i is from the level after it. */
static double step_at(const double *level, size_t n, size_t i)
{
    size_t before = i < SIDE ? i : SIDE, after = n - i < SIDE ? n - i : SIDE;

    return median_of(level + i, after) - median_of(level + i - before, before);
}

static int by_size(const void *a, const void *b)
{
    const struct fit_step *s = a, *r = b;
    double x = fabs(s->size), y = fabs(r->size);

    return (x < y) - (x > y);
}

static int by_step_time(const void *a, const void *b)
{
    const struct fit_step *s = a, *r = b;

    return (s->t > r->t) - (s->t < r->t);
}

/* Steps as they are found; @s has room for one more than are kept. */
struct steps {
    struct fit_step s[FIT_MAX_STEPS + 1];
    size_t n;
};

static void keep(struct steps *found, const struct fit_step *step)
{
    found->s[found->n++] = *step;
    if (found->n > FIT_MAX_STEPS) {
        qsort(found->s, found->n, sizeof(*step), by_size);
        found->n = FIT_MAX_STEPS;
    }
}

/*
 * A step is a single move that is large, while the levels on both sides of it
 * differ by as much.  A lone reading that is wild moves there and back.
 */
static bool is_step(const double *level, size_t n, size_t i, double least,
                    double *size)
{
    double move = level[i] - level[i - 1];

    *size = step_at(level, n, i);
    return fabs(move) >= least && fabs(*size) >= least && move * *size > 0 &&
           fabs(*size) >= fabs(move) / 2;
}

/* Finds the steps; one that takes several readings to go all the way is one. */
static void find_steps(const struct fit_point *p, size_t n, const double *level,
                       double scale, double least_step, struct steps *found)
{
    /* Exact readings have a scale of 0; what a double cuts off is no step. */
    double least = fmax(fmax(STEP_SCALES * scale, 1e-9), least_step), size;
    struct fit_step step = { .size = 0 };
    size_t i, last = 0;

    for (i = 1; i < n; i++) {
        if (!is_step(level, n, i, least, &size))
            continue;
        if (step.size * size <= 0 || i - last >= SIDE) {
            if (last)
                keep(found, &step);
            step = (struct fit_step){ .t = p[i].t, .size = size };
        }
        last = i;
    }
    if (last)
        keep(found, &step);
    qsort(found->s, found->n, sizeof(step), by_step_time);
}

/* ---- the regression ---- */

/* Returns the matrix of error = c0 + c1 t + the steps that have been. */
static gsl_matrix *design(const struct fit_point *p, size_t n,
                          const struct fit_step *step, size_t nsteps)
{
    gsl_matrix *x = gsl_matrix_alloc(n, nsteps + 2);
    size_t i, k;

    for (i = 0; x && i < n; i++) {
        gsl_matrix_set(x, i, 0, 1);
        gsl_matrix_set(x, i, 1, p[i].t - p[0].t);
        for (k = 0; k < nsteps; k++)
            gsl_matrix_set(x, i, k + 2, p[i].t >= step[k].t);
    }
    return x;
}

/*
 * Returns half of term k's interval.  Its variance is 0 / 0 where the readings
 * leave no error to speak of; the interval is then 0.
 */
static double interval_of(const struct fit *f, const gsl_matrix *cov, size_t k)
{
    double variance = gsl_matrix_get(cov, k, k);

    return variance > 0 ? gsl_cdf_tdist_Pinv(0.975, f->n - f->nsteps - 2) *
                              sqrt(variance)
                        : 0;
}

static void take_over(struct fit *f, const gsl_vector *c, const gsl_matrix *cov)
{
    size_t k;

    f->rate = gsl_vector_get(c, 1) * PPM;
    f->interval = interval_of(f, cov, 1) * PPM;
    for (k = 0; k < f->nsteps; k++) {
        f->step[k].size = gsl_vector_get(c, k + 2);
        f->step[k].interval = interval_of(f, cov, k + 2);
    }
}

static int regress(const struct fit_point *p, struct fit *f)
{
    size_t n = f->n, terms = f->nsteps + 2, i;
    gsl_matrix *x = design(p, n, f->step, f->nsteps);
    gsl_matrix *cov = gsl_matrix_alloc(terms, terms);
    gsl_vector *y = gsl_vector_alloc(n), *c = gsl_vector_alloc(terms);
    gsl_multifit_robust_workspace *w =
        gsl_multifit_robust_alloc(gsl_multifit_robust_bisquare, n, terms);
    int rc = -1;

    if (x && cov && y && c && w) {
        for (i = 0; i < n; i++)
            gsl_vector_set(y, i, p[i].error - p[0].error);
        /* If the weights do not settle, what they came to last will do. */
        gsl_multifit_robust(x, y, c, cov, w);
        take_over(f, c, cov);
        f->noise = gsl_multifit_robust_statistics(w).sigma_mad;
        rc = 0;
    }
    gsl_multifit_robust_free(w);
    gsl_vector_free(c);
    gsl_vector_free(y);
    gsl_matrix_free(cov);
    gsl_matrix_free(x);
    return rc;
}

int fit_clock(struct fit_point *p, size_t n, double least, struct fit *f)
{
    struct steps found = { .n = 0 };
    double *work;

    memset(f, 0, sizeof(*f));
    f->n = n;
    f->rate = f->interval = f->noise = NAN;
    if (!n)
        return 0;
    qsort(p, n, sizeof(*p), by_time);
    f->start = p[0].t;
    f->span = p[n - 1].t - p[0].t;
    f->first = p[0].error;
    f->last = p[n - 1].error;
    if (n < 3 || f->span <= 0)
        return 0;

    gsl_set_error_handler_off();
    work = calloc(n, 2 * sizeof(*work));
    if (!work)
        return -1;
    find_steps(p, n, work, find_levels(p, n, work, work + n), least, &found);
    free(work);
    /* A regression needs more readings than terms, of which a step is one. */
    if (found.n + 2 < n) {
        f->nsteps = found.n;
        memcpy(f->step, found.s, found.n * sizeof(*found.s));
    }
    return regress(p, f);
}
