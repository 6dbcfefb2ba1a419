/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts readings in the order of time, and leaves out those whose time stamps
 * cannot be right.
 *
 * A file may be two, the newer one first: then it has runs of rising stamps
 * which do not overlap, and the runs are put in order.  Where they do overlap
 * the clock was set back, or stamps are wrong; as few readings as possible are
 * left out then, so that the stamps of the others rise.
 */

#include <stdlib.h>

#include "skew/log/log.h"

/* A short run that is this far from all others is of a clock not yet set. */
#define FAR (180 * LOG_DAY)

/* Readings that follow each other in the file, and in time. */
struct run {
    size_t first, n;
    double begin, end;
};

static int by_begin(const void *a, const void *b)
{
    const struct run *p = a, *q = b;

    if (p->begin != q->begin)
        return p->begin < q->begin ? -1 : 1;
    return (p->first > q->first) - (p->first < q->first);
}

static int by_time(const void *a, const void *b)
{
    const struct ntp_move *p = a, *q = b;

    return (p->t > q->t) - (p->t < q->t);
}

/*
 * Cuts a series up where stamps go back, or where they go on after @gap
 * seconds or more.  Returns the number of runs; @runs may be NULL to count
 * them.
 */
static size_t find_runs(const struct ntp_series *s, double gap,
                        struct run *runs)
{
    const struct fit_point *p = s->points;
    size_t i, n = 0, first = 0;

    for (i = 1; i <= s->n; i++) {
        if (i < s->n && p[i].t >= p[i - 1].t && p[i].t - p[i - 1].t < gap)
            continue;
        if (runs)
            runs[n] = (struct run){ first, i - first, p[first].t, p[i - 1].t };
        n++;
        first = i;
    }
    return n;
}

/* Tells whether runs, in order, are one after the other. */
static bool are_apart(const struct run *runs, size_t n)
{
    size_t i;

    for (i = 1; i < n; i++)
        if (runs[i].begin < runs[i - 1].end)
            return false;
    return true;
}

/* Puts the readings of runs one after the other. */
static void copy_runs(struct ntp_series *s, const struct run *runs, size_t n,
                      struct fit_point *points, double *rates)
{
    size_t i, to = 0;

    for (i = 0; i < n; i++) {
        memcpy(points + to, s->points + runs[i].first,
               runs[i].n * sizeof(*points));
        memcpy(rates + to, s->rates + runs[i].first,
               runs[i].n * sizeof(*rates));
        to += runs[i].n;
    }
    memcpy(s->points, points, to * sizeof(*points));
    memcpy(s->rates, rates, to * sizeof(*rates));
    s->n = to;
}

static bool sort_runs(struct ntp_series *s, const struct run *runs, size_t n)
{
    struct fit_point *points = calloc(s->n, sizeof(*points));
    double *rates = calloc(s->n, sizeof(*rates));

    if (points && rates)
        copy_runs(s, runs, n, points, rates);
    free(points);
    free(rates);
    return points && rates;
}

/*
 * Finds the longest sequence of readings whose times do not go back, by
 * patience sorting: tail[k] is the reading with the earliest time at which a
 * sequence of k + 1 readings can end, before[i] the one before reading i.
 * Marks its readings in @keep, and returns how many they are.
 */
static size_t longest(const struct fit_point *p, size_t n, size_t *tail,
                      size_t *before, bool *keep)
{
    size_t length = 0, last = n, i, low, high, middle;

    for (i = 0; i < n; i++) {
        for (low = 0, high = length; low < high;) {
            middle = (low + high) / 2;
            if (p[tail[middle]].t <= p[i].t)
                low = middle + 1;
            else
                high = middle;
        }
        before[i] = low ? tail[low - 1] : n;
        tail[low] = i;
        if (low == length) {
            length++;
            last = i;
        }
    }
    /* The first that got as long is kept: what went back is left out. */
    for (; last < n; last = before[last])
        keep[last] = true;
    return length;
}

/* Leaves readings out that are not to be kept. */
static void drop(struct ntp_series *s, const bool *keep)
{
    size_t i, n = 0;

    for (i = 0; i < s->n; i++)
        if (keep[i]) {
            s->points[n] = s->points[i];
            s->rates[n++] = s->rates[i];
        }
    s->n = n;
}

/* Leaves out as few readings as possible, so that time does not go back. */
static bool drop_back(struct ntp_log *log, struct ntp_series *s)
{
    size_t *tail = calloc(s->n, sizeof(*tail));
    size_t *before = calloc(s->n, sizeof(*before));
    bool *keep = calloc(s->n, sizeof(*keep));
    bool enough = tail && before && keep;

    if (enough) {
        log->notes[NTP_WENT_BACK] += s->n - longest(s->points, s->n, tail,
                                                    before, keep);
        drop(s, keep);
    }
    free(tail);
    free(before);
    free(keep);
    return enough;
}

/*
 * Drops runs that are far from the others and have few readings, of less than
 * a day: the clock had the date of its making, or of the last shutdown.
 */
static size_t drop_not_set(struct ntp_log *log, const struct ntp_series *s,
                           struct run *runs, size_t n)
{
    size_t i;

    for (i = 0; i < n && n > 1; i++) {
        bool far = (i == 0 || fabs(runs[i].begin - runs[i - 1].end) >= FAR) &&
                   (i + 1 == n || fabs(runs[i + 1].begin - runs[i].end) >= FAR);

        if (!far || runs[i].n * 10 > s->n ||
            runs[i].end - runs[i].begin >= LOG_DAY)
            continue;
        log->notes[NTP_BEFORE_SET] += runs[i].n;
        memmove(runs + i, runs + i + 1, (n - i - 1) * sizeof(*runs));
        n--;
        i--;
    }
    return n;
}

static bool order_runs(struct ntp_log *log, struct ntp_series *s,
                       struct run *runs, size_t n)
{
    size_t kept;

    find_runs(s, FAR, runs);
    kept = drop_not_set(log, s, runs, n);
    if (kept < n && !sort_runs(s, runs, kept))
        return false;
    n = find_runs(s, INFINITY, runs);
    qsort(runs, n, sizeof(*runs), by_begin);
    return are_apart(runs, n) ? sort_runs(s, runs, n) : drop_back(log, s);
}

static bool order_series(struct ntp_log *log, struct ntp_series *s)
{
    size_t n = find_runs(s, FAR, NULL);
    struct run *runs;
    bool done;

    if (s->nmoves > 1)
        qsort(s->moves, s->nmoves, sizeof(*s->moves), by_time);
    if (n < 2)
        return true;
    runs = calloc(n, sizeof(*runs));
    done = runs && order_runs(log, s, runs, n);
    free(runs);
    return done;
}

/* Takes out what is not told of rates. */
static void take_rates(struct ntp_series *s)
{
    size_t i;

    for (i = 0; i < s->n; i++)
        if (!isnan(s->rates[i]))
            s->rates[s->nrates++] = s->rates[i];
}

/* Adds each reading to all before it: see ntpdate.c. */
static void add_up(struct ntp_series *s)
{
    size_t i;

    s->unset = true;
    for (i = 1; i < s->n; i++)
        s->points[i].error += s->points[i - 1].error;
}

/* Takes out series without a reading: those they had were left out. */
static void drop_empty(struct ntp_log *log)
{
    size_t i, n = 0;

    for (i = 0; i < log->n; i++) {
        struct ntp_series *s = &log->series[i];

        if (s->n) {
            log->series[n++] = *s;
            continue;
        }
        free(s->source);
        free(s->points);
        free(s->rates);
        free(s->moves);
    }
    log->n = n;
}

bool log_order(struct ntp_log *log, bool corrections)
{
    size_t i;

    for (i = 0; i < log->n; i++) {
        if (!order_series(log, &log->series[i]))
            return false;
        take_rates(&log->series[i]);
        if (corrections)
            add_up(&log->series[i]);
    }
    drop_empty(log);
    return true;
}
