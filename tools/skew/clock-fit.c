/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the rate of a clock, and its steps: see clock-fit.h. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "skew/clock-fit.h"
#include "skew/cliffs.h"
#include "skew/trend.h"

#define PPM 1e6

static int by_time(const void *a, const void *b)
{
    const struct fit_point *p = a, *q = b;

    return (p->t > q->t) - (p->t < q->t);
}

static void sort(struct fit_point *p, size_t n)
{
    size_t i;

    for (i = 1; i < n && p[i - 1].t <= p[i].t; i++)
        ;
    if (i < n)
        qsort(p, n, sizeof(*p), by_time);
}

static int take_over(struct fit *f, const struct fit_point *p,
                     const struct segment *s, size_t nsegments,
                     const struct trend *trend)
{
    size_t i;

    f->rate = trend->rate * PPM;
    f->interval = trend->error * trend->quantile * PPM;
    f->level = s[0].level;
    f->noise = trend->noise;
    f->correlation = trend->correlation;
    for (i = 0; i < f->n; i++)
        f->wild += p[i].wild;
    f->step = calloc(nsegments, sizeof(*f->step));
    if (!f->step)
        return -1;
    f->nsteps = nsegments - 1;
    for (i = 0; i < f->nsteps; i++)
        f->step[i] = (struct fit_step){ p[s[i + 1].begin].t, s[i + 1].size,
                                        s[i + 1].error * trend->quantile };
    return 0;
}

static int fit_all(struct fit_point *p, double least, struct fit *f)
{
    struct segment *s = calloc(f->n / 3 + 3, sizeof(*s));
    double *work = calloc(f->n, 3 * sizeof(*work));
    struct trend trend;
    int rc = -1;

    if (s && work)
        rc = take_over(f, p, s, cliffs_find(p, f->n, least, s, work, &trend),
                       &trend);
    free(work);
    free(s);
    return rc;
}

int fit_clock(struct fit_point *p, size_t n, double least, struct fit *f)
{
    memset(f, 0, sizeof(*f));
    f->n = n;
    f->rate = f->interval = f->level = f->noise = f->correlation = NAN;
    if (!n)
        return 0;
    sort(p, n);
    f->start = p[0].t;
    f->span = p[n - 1].t - p[0].t;
    f->first = p[0].error;
    f->last = p[n - 1].error;
    if (n < 2 || f->span <= 0)
        return 0;
    f->rate = (f->last - f->first) / f->span * PPM;
    f->level = f->first;
    if (n == 2)
        return 0;
    gsl_set_error_handler_off();
    return fit_all(p, least, f);
}

void fit_free(struct fit *f)
{
    free(f->step);
    f->step = NULL;
    f->nsteps = 0;
}

void fit_residuals(const struct fit *f, const struct fit_point *p,
                   double *residual)
{
    double level = f->level;
    size_t i, k = 0;

    for (i = 0; i < f->n; i++) {
        while (k < f->nsteps && f->step[k].t <= p[i].t)
            level += f->step[k++].size;
        residual[i] = p[i].error - level - f->rate / PPM * (p[i].t - f->start);
    }
}
