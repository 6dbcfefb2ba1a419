/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the phase of a timer's ticks is found, and the error of a record's clock.
 *
 * A record says when a vCPU was woken, but not by what.  Ticks wake a vCPU that
 * sleeps at one phase of the timer's period (the time modulo the period), while
 * anything else wakes it at any phase.  So a histogram of the phases of all
 * wake-ups has a peak where the ticks are.  A bin is a peak if it has at least
 * four wake-ups, and five times its share; the ticks' phase is the mean of that
 * bin and its two neighbours.  phase_find() takes it from the whole record.
 *
 * The record's times are TSC cycles divided by a rounded frequency, so that its
 * clock drifts against the timer's, and the peak moves and is smeared.
 * phase_align() follows the peak through blocks with equal numbers of wake-ups,
 * and looks for it near where it was in the last block.  Each block gives one
 * reading of the record's clock: the phase of the peak, in seconds, at the
 * middle of the block.  fit_clock() (clock-fit.h) fits a straight line without
 * steps to these readings.  Its slope is the error of the record's clock, and
 * all times of the record are multiplied by 1 minus that error.
 *
 * Nothing is corrected if
 *  - fewer than three blocks have a peak, so that there is no slope,
 *  - the slope is more than 20 ppm, which rounding does not come to,
 *  - the readings are off the line by more than a bin (standard deviation), or
 *  - the fullest bin of the whole record does not become fuller by it.
 *
 * Limits: a vCPU that never sleeps, or that is awake when its ticks come, has
 * no peak.  The phase is that of the wake-ups, which come later than the tick
 * by what Xen takes to wake a vCPU (`wake` in sim-cost.h).  A bin is 2.5 us at
 * 1000 Hz and 25 us at 100 Hz.  A peak that moves by more than ten bins from
 * one block to the next is lost.  The TSC is taken to keep its frequency.
 */

#include <math.h>
#include <stdlib.h>

#include "predict/tick-phase.h"
#include "predict/sim.h"
#include "skew/clock-fit.h"

/* The bins of a period: 2.5 us each at 1000 Hz. */
#define BINS 400

/* A block has an eighth of all wake-ups, but 16 at least and 500 at most. */
#define BLOCK 500
#define LEAST_BLOCK 16
#define BLOCKS 8

/* A clock is taken to drift by no more bins than this in a block. */
#define REACH 10

/* ppm; a larger error of the record's clock is not what rounding does. */
#define MOST_DRIFT 20.0

struct histogram {
    struct {
        size_t n;
        int64_t sum;
    } bin[BINS];
    size_t wakeups;
};

/* A place in the record, and its time. */
struct cursor {
    const struct sim_turn *turns;
    size_t n, at;
    int64_t now;
    double factor; /* corrects the record's clock */
};

/* Counts the phases of the next @most wake-ups, or of all if @most is 0. */
static void fill(struct cursor *c, int64_t period, size_t most,
                 struct histogram *h)
{
    *h = (struct histogram){ .wakeups = 0 };
    for (; c->at < c->n && (!most || h->wakeups < most); c->at++) {
        const struct sim_turn *turn = &c->turns[c->at];

        c->now += turn->run + turn->block;
        if (turn->block) {
            int64_t phase = llrint(c->now * c->factor) % period;
            size_t i = phase * BINS / period;

            h->bin[i].n++;
            h->bin[i].sum += phase;
            h->wakeups++;
        }
        c->now += turn->wait;
    }
}

/* Returns the fullest bin of those within @reach of @near. */
static size_t fullest(const struct histogram *h, size_t near, size_t reach)
{
    size_t best = near, i;

    for (i = near + BINS - reach; i <= near + BINS + reach; i++)
        if (h->bin[i % BINS].n > h->bin[best].n)
            best = i % BINS;
    return best;
}

/* Tells whether a bin has far more than its share of the wake-ups. */
static bool is_peak(const struct histogram *h, size_t bin)
{
    return h->bin[bin].n >= 4 && h->bin[bin].n * BINS >= 5 * h->wakeups;
}

/*
 * Returns the mean phase, in ns, in a bin and its neighbours, of which one may
 * be past the period's end or before its beginning.
 */
static double place(const struct histogram *h, size_t bin, int64_t period)
{
    double sum = 0;
    size_t n = 0, i;

    for (i = bin + BINS - 1; i <= bin + BINS + 1; i++) {
        int64_t turn = (int64_t)(i / BINS) - 1;

        n += h->bin[i % BINS].n;
        sum += h->bin[i % BINS].sum +
               (double)turn * period * h->bin[i % BINS].n;
    }
    return sum / n;
}

/* Returns how many wake-ups the fullest bin has, with times corrected. */
static size_t peak(const struct sim_turn *turns, size_t n, int64_t period,
                   double factor)
{
    struct cursor c = { .turns = turns, .n = n, .factor = factor };
    struct histogram h;

    fill(&c, period, 0, &h);
    return h.bin[fullest(&h, 0, BINS / 2)].n;
}

bool phase_find(const struct sim_turn *turns, size_t n, int64_t period,
                int64_t *phase)
{
    struct cursor c = { .turns = turns, .n = n, .factor = 1 };
    struct histogram h;
    size_t bin;

    fill(&c, period, 0, &h);
    bin = fullest(&h, 0, BINS / 2);
    if (!is_peak(&h, bin))
        return false;
    *phase = llrint(place(&h, bin, period));
    return true;
}

/* Returns how many wake-ups a block has; a busy vCPU has few. */
static size_t block_of(const struct sim_turn *turns, size_t n)
{
    size_t wakeups = 0, i;

    for (i = 0; i < n; i++)
        wakeups += turns[i].block > 0;
    wakeups /= BLOCKS;
    if (wakeups < LEAST_BLOCK)
        return LEAST_BLOCK;
    return wakeups < BLOCK ? wakeups : BLOCK;
}

/*
 * Follows the peak from block to block, and fills in its place in each as a
 * clock's error, which goes on past the period's ends.  A block without a peak
 * is left out.  Returns how many blocks have one.
 */
static size_t follow(const struct sim_turn *turns, size_t n, int64_t period,
                     size_t block, struct fit_point *p, size_t most)
{
    struct cursor c = { .turns = turns, .n = n, .factor = 1 };
    double offset = 0, last = 0, now;
    size_t found = 0, bin = 0;
    struct histogram h;

    while (found < most && c.at < n) {
        int64_t start = c.now;

        fill(&c, period, block, &h);
        bin = fullest(&h, bin, found ? REACH : BINS / 2);
        if (!is_peak(&h, bin))
            continue;
        now = place(&h, bin, period);
        if (found && fabs(now - last) > period / 2.0)
            offset += now < last ? period : -period;
        last = now;
        p[found++] = (struct fit_point){
            .t = (start / 2.0 + c.now / 2.0) / 1e9,
            .error = (now + offset) / 1e9,
        };
    }
    return found;
}

/* Multiplies each time by the same factor, without a rounding that adds up. */
static void stretch(struct sim_turn *turns, size_t n, double factor)
{
    double left = 0;
    size_t i, k;

    for (i = 0; i < n; i++) {
        int64_t *times[] = { &turns[i].run, &turns[i].block, &turns[i].wait };

        for (k = 0; k < sizeof(times) / sizeof(times[0]); k++) {
            double exact = *times[k] * factor + left;
            int64_t whole = llrint(exact);

            /* A block of zero is a preemption: zeros neither come nor go. */
            if (*times[k] <= 0 || whole <= 0)
                continue;
            left = exact - whole;
            *times[k] = whole;
        }
    }
}

/* Returns the factor that corrects the record's clock; 1: it needs none. */
static double find_factor(const struct sim_turn *turns, size_t n,
                          int64_t period)
{
    size_t block = block_of(turns, n), most = n / block + 1;
    struct fit_point *p = calloc(most, sizeof(*p));
    double factor = 1;
    struct fit fit = { .step = NULL };

    if (!p)
        return 1;
    most = follow(turns, n, period, block, p, most);
    /* No move counts as a step, and the peak has to stay within a bin. */
    if (!fit_clock(p, most, INFINITY, &fit) && fabs(fit.rate) <= MOST_DRIFT &&
        fit.noise * 1e9 * BINS <= period)
        factor = 1 - fit.rate / 1e6;
    fit_free(&fit);
    free(p);
    return factor;
}

void phase_align(struct sim_turn *turns, size_t n, int64_t period)
{
    double factor = find_factor(turns, n, period);

    if (peak(turns, n, period, factor) > peak(turns, n, period, 1))
        stretch(turns, n, factor);
}
