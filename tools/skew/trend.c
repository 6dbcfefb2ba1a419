/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fits the rate of a clock, and tells how sure it is.
 *
 * The model is one rate b, a level for each segment between two steps, and
 * errors u that may depend on each other, as those of a clock do that NTP
 * steers or whose temperature changes:
 *
 *     y[i] = level(segment of i) + b t[i] + u[i],   u[i] = a u[i - 1] + e[i]
 *
 * A segment begins anew with errors that know nothing of those before it.
 *
 * The start is Theil's: the weighted median of the slopes between a reading
 * and the one half a segment later (H. Theil, "A rank-invariant method of
 * linear and polynomial regression analysis", 1950, the incomplete method).
 * From there Tukey's bisquare is iterated with the scale held (an MM-estimate;
 * V. Yohai, "High breakdown-point and high efficiency robust estimates for
 * regression", Annals of Statistics 15, 1987), so that readings that do not fit
 * have no say.  Its variance is Huber's (P. Huber, "Robust Statistics", 1981,
 * section 7.6), with his correction for the number of terms.
 *
 * The correlation a is that of the residuals, wild ones cut off, corrected for
 * what fitting a line takes from it.  Where it is so near to 1 that the
 * readings cannot tell it from 1, it is 1: the errors are then a random walk,
 * and the intervals hold for both (P. Perron and T. Yabu, "Estimating
 * deterministic trends with an integrated or stationary noise component",
 * Journal of Econometrics 151, 2009).  The regression proper is of y[i] - a
 * y[i - 1], whose errors are independent (S. Prais and C. Winsten, 1954).
 */

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

#include "skew/trend.h"

/* Tukey's constant: 95 % of least squares' efficiency where errors are normal. */
#define BISQUARE 4.685

/* Beyond so many scales a residual counts as this many for the correlation. */
#define CUT 2.5

/* Readings agree with a level within so many standard deviations. */
#define AGREES 3
#define ITERATIONS 30

/*
 * The correlation is 1 if it is nearer to it than this by the square root of
 * the readings' number.  Perron and Yabu have 1; this one was chosen by
 * tests/unit/tools/test_coverage.c, as the next two were.
 */
#define NEAR_ONE 1.5

/* The intervals are those of a correlation larger by so much of its error. */
#define ON_THE_SAFE_SIDE 0.5

#define LEAST_CORRELATION -0.5

struct work {
    struct fit_point *p;
    struct segment *s;
    size_t n, nsegments;
    double *residual, *tmp; /* of the model; n values, and 2 n */
    double rate, a;
};

static size_t end_of(const struct work *w, size_t k)
{
    return k + 1 < w->nsegments ? w->s[k + 1].begin : w->n;
}

static double median(double *values, size_t n)
{
    return gsl_stats_median(values, 1, n);
}

/* A standard deviation from the median of absolute values; @tmp: n values. */
static double scale_of(const double *values, size_t n, double *tmp)
{
    double scale, sum = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        tmp[i] = fabs(values[i]);
        sum += tmp[i];
    }
    scale = 1.4826 * median(tmp, n);
    /* More than half of them alike: a coarse clock, or an exact one. */
    return scale > 0 ? scale : 1.2533 * sum / n;
}

static double since_begin(const struct work *w, size_t k, size_t i)
{
    return w->p[i].t - w->p[w->s[k].begin].t;
}

static void find_residuals(struct work *w)
{
    size_t k, i;

    for (k = 0; k < w->nsegments; k++)
        for (i = w->s[k].begin; i < end_of(w, k); i++)
            w->residual[i] = w->p[i].error - w->s[k].level -
                             w->rate * since_begin(w, k, i);
}

/* ---- the start ---- */

struct slope {
    double slope, weight;
};

static int by_slope(const void *a, const void *b)
{
    const struct slope *x = a, *y = b;

    return (x->slope > y->slope) - (x->slope < y->slope);
}

static double weighted_median(struct slope *v, size_t n)
{
    double half = 0, sum = 0;
    size_t i;

    qsort(v, n, sizeof(*v), by_slope);
    for (i = 0; i < n; i++)
        half += v[i].weight / 2;
    for (i = 0; i < n; i++) {
        sum += v[i].weight;
        if (sum >= half)
            return v[i].slope;
    }
    return 0;
}

/* More slopes than these make the start no better. */
#define SLOPES 20000

static void start_rate(struct work *w)
{
    struct slope *v = (struct slope *)w->tmp;
    size_t k, i, half, m = 0, every = w->n / SLOPES + 1;

    for (k = 0; k < w->nsegments; k++) {
        half = (end_of(w, k) - w->s[k].begin) / 2;
        for (i = w->s[k].begin; half && i + half < end_of(w, k); i += every) {
            double dt = w->p[i + half].t - w->p[i].t;

            if (dt > 0)
                v[m++] = (struct slope){
                    (w->p[i + half].error - w->p[i].error) / dt, dt
                };
        }
    }
    w->rate = weighted_median(v, m);
}

static void start_levels(struct work *w)
{
    size_t k, i, n;

    for (k = 0; k < w->nsegments; k++) {
        n = end_of(w, k) - w->s[k].begin;
        for (i = 0; i < n; i++)
            w->tmp[i] = w->p[w->s[k].begin + i].error -
                        w->rate * since_begin(w, k, w->s[k].begin + i);
        w->s[k].level = median(w->tmp, n);
    }
}

/* ---- the regression ---- */

/* A row: the residual, and how much of the level and of the rate is in it. */
struct row {
    double e, level, rate;
};

static inline struct row row_of(const struct work *w, size_t k, size_t i)
{
    if (i == w->s[k].begin) {
        double first = sqrt(1 - w->a * w->a);

        return (struct row){ first * w->residual[i], first, 0 };
    }
    return (struct row){
        w->residual[i] - w->a * w->residual[i - 1],
        1 - w->a,
        since_begin(w, k, i) - w->a * since_begin(w, k, i - 1),
    };
}

static double weight_of(double e, double scale)
{
    double x = e / (BISQUARE * scale);

    return fabs(x) >= 1 ? 0 : (1 - x * x) * (1 - x * x);
}

/* The derivative of Tukey's psi. */
static double slope_of_psi(double e, double scale)
{
    double x = e / (BISQUARE * scale);

    return fabs(x) >= 1 ? 0 : (1 - x * x) * (1 - 5 * x * x);
}

/* Sums of the normal equations, those of a segment's level eliminated. */
struct sums {
    double rr, re; /* rate by rate, rate by residual */
};

/* Adds segment @k; @scale of 0: all weigh alike, and nothing is kept. */
static void add_segment(struct work *w, size_t k, double scale, struct sums *to)
{
    double ll = 0, lr = 0, le = 0, rr = 0, re = 0;
    size_t i;

    for (i = w->s[k].begin; i < end_of(w, k); i++) {
        struct row row = row_of(w, k, i);
        double weight = scale > 0 ? weight_of(row.e, scale) : 1;

        ll += weight * row.level * row.level;
        lr += weight * row.level * row.rate;
        le += weight * row.level * row.e;
        rr += weight * row.rate * row.rate;
        re += weight * row.rate * row.e;
    }
    to->rr += ll > 0 ? rr - lr * lr / ll : rr;
    to->re += ll > 0 ? re - lr * le / ll : re;
    w->s[k].sum[0] = ll;
    w->s[k].sum[1] = lr;
    w->s[k].sum[2] = le;
}

/* Returns how far the rate has moved. */
static double iterate(struct work *w, double scale)
{
    struct sums sums = { 0, 0 };
    double by;
    size_t k;

    for (k = 0; k < w->nsegments; k++)
        add_segment(w, k, scale, &sums);
    if (!(sums.rr > 0))
        return 0;
    by = sums.re / sums.rr;
    w->rate += by;
    for (k = 0; k < w->nsegments; k++)
        if (w->s[k].sum[0] > 0)
            w->s[k].level += (w->s[k].sum[2] - by * w->s[k].sum[1]) /
                             w->s[k].sum[0];
    find_residuals(w);
    return by;
}

static double innovation_scale(struct work *w)
{
    double *e = w->tmp + w->n;
    size_t k, i, n = 0;

    for (k = 0; k < w->nsegments; k++)
        for (i = w->s[k].begin; i < end_of(w, k); i++)
            if (i > w->s[k].begin || w->a < 1)
                e[n++] = row_of(w, k, i).e;
    return scale_of(e, n, w->tmp);
}

static double regress(struct work *w)
{
    double scale = innovation_scale(w), span = w->p[w->n - 1].t - w->p[0].t;
    double enough = 0.05 / sqrt(w->n) * scale / span;
    int i;

    for (i = 0; i < ITERATIONS; i++)
        if (fabs(iterate(w, scale)) <= enough)
            break;
    return scale;
}

/* ---- how sure it is ---- */

/* Returns the variance of an innovation's effect, by Huber (1981). */
static double variance_of_psi(struct work *w, double scale)
{
    double psi2 = 0, slope = 0, slope2 = 0, n = 0, terms = w->nsegments + 1, k1;
    size_t k, i;

    if (w->a == 1)
        terms = 1;
    for (k = 0; k < w->nsegments; k++)
        for (i = w->s[k].begin; i < end_of(w, k); i++) {
            double e, psi, d;

            if (i == w->s[k].begin && w->a == 1)
                continue;
            e = row_of(w, k, i).e;
            psi = weight_of(e, scale) * e;
            d = slope_of_psi(e, scale);
            psi2 += psi * psi;
            slope += d;
            slope2 += d * d;
            n++;
        }
    slope /= n;
    slope2 = slope2 / n - slope * slope;
    k1 = 1 + terms / n * slope2 / (slope * slope);
    return k1 * k1 * psi2 / (n - terms > 1 ? n - terms : 1) / (slope * slope);
}

/*
 * Fitting takes this from a correlation: each level (1 + 3 a) / n, the rate
 * (1 + a) / n; near to 1 it is 10 / n with one level (D. Andrews, "Exactly
 * median-unbiased estimation of first order autoregressive models",
 * Econometrica 61, 1993, table III).
 */
static double lost_correlation(double a, double n, size_t nsegments)
{
    double near = fmin(1, exp((10 - n * (1 - a)) / 6));

    return (nsegments * (1 + 3 * a) + 1 + a + 4 * near) / n;
}

static double correlation_of(struct work *w)
{
    double scale = scale_of(w->residual, w->n, w->tmp), same = 0, next = 0;
    double a, n = 0;
    size_t k, i;

    for (i = 0; i < w->n; i++)
        w->tmp[i] = fmax(-CUT * scale, fmin(CUT * scale, w->residual[i]));
    for (k = 0; k < w->nsegments; k++)
        for (i = w->s[k].begin; i < end_of(w, k); i++) {
            same += w->tmp[i] * w->tmp[i];
            if (i > w->s[k].begin) {
                next += w->tmp[i] * w->tmp[i - 1];
                n++;
            }
        }
    if (!(same > 0) || n < 4)
        return 0;
    a = next / same * w->n / n;
    a += lost_correlation(a, n, w->nsegments);
    if (a > 1 || sqrt(n) * (1 - a) < NEAR_ONE)
        return 1;
    return fmax(a, LEAST_CORRELATION);
}

/* The median of five residuals of segment @k from reading i on. */
static double local(const struct work *w, size_t k, size_t i)
{
    size_t n = end_of(w, k) - i;
    double v[5];

    n = n < 5 ? n : 5;
    memcpy(v, w->residual + i, n * sizeof(*v));
    return median(v, n);
}

static size_t before(const struct work *w, size_t k)
{
    size_t i = w->s[k].begin, first = w->s[k - 1].begin;

    return i - first < 5 ? first : i - 5;
}

static void find_sizes(struct work *w, double variance, double of_rate)
{
    struct segment *s = w->s;
    size_t k;

    for (k = 1; k < w->nsegments; k++) {
        double dt = w->p[s[k].begin].t - w->p[s[k - 1].begin].t;
        double lever, of_levels = 0;

        s[k].size = s[k].level - s[k - 1].level - w->rate * dt;
        if (w->a == 1) {
            s[k].size += local(w, k, s[k].begin) -
                         local(w, k - 1, before(w, k));
            s[k].error = 2 * sqrt(variance);
            continue;
        }
        lever = s[k].sum[1] / s[k].sum[0] + dt -
                s[k - 1].sum[1] / s[k - 1].sum[0];
        of_levels = variance * (1 / s[k].sum[0] + 1 / s[k - 1].sum[0]);
        s[k].error = sqrt(of_levels + lever * lever * of_rate);
    }
}

static void mark_wild(struct work *w, double noise)
{
    size_t k, i;

    for (k = 0; k < w->nsegments; k++) {
        w->s[k].n = end_of(w, k) - w->s[k].begin;
        w->s[k].agree = 0;
        for (i = w->s[k].begin; i < end_of(w, k); i++) {
            w->p[i].wild = fabs(w->residual[i]) > BISQUARE * noise;
            w->s[k].agree += fabs(w->residual[i]) <= AGREES * noise;
        }
    }
}

/*
 * The correlation is not known exactly, and neither is whether it is 1; without
 * this, intervals of 200 readings hold in 93 to 95 % of runs.
 */
static double safety(const struct work *w)
{
    double more = ON_THE_SAFE_SIDE * sqrt((1 - w->a * w->a) / w->n);

    return w->a < 1 ? (1 - w->a) / (1 - w->a - more) : 1 + 1 / sqrt(w->n);
}

static void find_errors(struct work *w, double scale, struct trend *out)
{
    double variance = variance_of_psi(w, scale), freedom;
    struct sums sums = { 0, 0 };
    size_t k;

    for (k = 0; k < w->nsegments; k++)
        add_segment(w, k, 0, &sums);
    out->error = sqrt(variance / sums.rr) * safety(w);
    freedom = (w->a < 1 ? w->n * (1 - w->a) / (1 + w->a) : w->n) -
              w->nsegments - 1;
    out->quantile = gsl_cdf_tdist_Pinv(0.975, fmax(freedom, 1));
    find_sizes(w, variance, variance / sums.rr);
}

void trend_fit(struct fit_point *p, size_t n, struct segment *s,
               size_t nsegments, double *work, struct trend *out)
{
    struct work w = { p, s, n, nsegments, work, work + n, 0, 0 };

    memset(out, 0, sizeof(*out));
    start_rate(&w);
    start_levels(&w);
    find_residuals(&w);
    out->scale = regress(&w);
    if (out->scale > 0) {
        w.a = correlation_of(&w);
        if (w.a != 0)
            out->scale = regress(&w);
        out->noise = scale_of(w.residual, n, w.tmp);
        find_errors(&w, out->scale, out);
    }
    mark_wild(&w, out->noise);
    out->rate = w.rate;
    out->correlation = w.a;
}
