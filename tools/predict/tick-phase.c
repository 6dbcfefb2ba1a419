/* SPDX-License-Identifier: GPL-2.0-only */
/* See tick-phase.h. */

#include <math.h>
#include <stdlib.h>

#include "predict/tick-phase.h"
#include "predict/sim.h"
#include "skew/clock-fit.h"

/* Of a period: some microseconds at 1000 Hz. */
#define BINS 400

/* Wake-ups that are looked at together: of some seconds, or an eighth of all. */
#define BLOCK 500
#define LEAST_BLOCK 16
#define BLOCKS 8

/* Further than that, in bins, no clock drifts in a block. */
#define REACH 10

/* More, in ppm, is not what rounding does. */
#define MOST_DRIFT 20.0

struct histogram {
    struct {
        size_t n;
        int64_t sum;
    } bin[BINS];
    size_t wakeups;
};

/* A place in the record, and how late it is. */
struct cursor {
    const struct sim_turn *turns;
    size_t n, at;
    int64_t now;
    double factor; /* of its clock */
};

/* The phases of the next @most wake-ups, of all if it is 0. */
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

/* The fullest bin of those @reach around @near. */
static size_t fullest(const struct histogram *h, size_t near, size_t reach)
{
    size_t best = near, i;

    for (i = near + BINS - reach; i <= near + BINS + reach; i++)
        if (h->bin[i % BINS].n > h->bin[best].n)
            best = i % BINS;
    return best;
}

/* Far more than its share. */
static bool is_peak(const struct histogram *h, size_t bin)
{
    return h->bin[bin].n >= 4 && h->bin[bin].n * BINS >= 5 * h->wakeups;
}

/* The mean of a bin and its neighbours, which may be past the period's end. */
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

/* How many wake-ups gather where most do, with the record's clock corrected. */
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

/* How many wake-ups a block has; a busy vCPU sleeps but now and then. */
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
 * Where ticks are in each block, as a clock's error.  A block without a peak
 * is left out.
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

/* Each time by the same factor, without a rounding that adds up. */
static void stretch(struct sim_turn *turns, size_t n, double factor)
{
    double left = 0;
    size_t i, k;

    for (i = 0; i < n; i++) {
        int64_t *times[] = { &turns[i].run, &turns[i].block, &turns[i].wait };

        for (k = 0; k < sizeof(times) / sizeof(times[0]); k++) {
            double exact = *times[k] * factor + left;
            int64_t whole = llrint(exact);

            /* Blocked or not is what zero says. */
            if (*times[k] <= 0 || whole <= 0)
                continue;
            left = exact - whole;
            *times[k] = whole;
        }
    }
}

/* 1 if there is nothing to correct. */
static double find_factor(const struct sim_turn *turns, size_t n,
                          int64_t period)
{
    size_t block = block_of(turns, n), most = n / block + 1;
    struct fit_point *p = calloc(most, sizeof(*p));
    double factor = 1;
    struct fit fit;

    if (!p)
        return 1;
    most = follow(turns, n, period, block, p, most);
    /* Nothing is a step, and what is followed stays within a bin. */
    if (!fit_clock(p, most, INFINITY, &fit) && fabs(fit.rate) <= MOST_DRIFT &&
        fit.noise * 1e9 * BINS <= period)
        factor = 1 - fit.rate / 1e6;
    free(p);
    return factor;
}

void phase_align(struct sim_turn *turns, size_t n, int64_t period)
{
    double factor = find_factor(turns, n, period);

    if (peak(turns, n, period, factor) > peak(turns, n, period, 1))
        stretch(turns, n, factor);
}
