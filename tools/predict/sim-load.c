/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See sim-load.h. */

#include "predict/sim-load.h"
#include "predict/sim.h"

#define US 1000LL
#define MS 1000000LL

/* The wait for a free CPU: Xen's way from the wake-up to the guest. */
#define AT_ONCE (5 * US)

/* clang-format off */
const struct sim_load_model sim_load_models[] = {
    { "cpu", "busy, and shares its CPU with another busy vCPU (usex)",
      { 8 * MS, 12 * MS }, { 0, 0 }, { 8 * MS, 12 * MS }, 100 },
    { "io-8", "reads a disk with 8 processes, beside busy vCPUs",
      { 100 * US, 500 * US }, { 1 * MS, 6 * MS }, { 100 * US, 5 * MS }, 50 },
    { "io-32", "reads a disk with 32 processes, beside busy vCPUs",
      { 100 * US, 500 * US }, { 500 * US, 3 * MS }, { 100 * US, 2 * MS }, 50 },
    { "io-4/32", "reads with 4 processes, beside a guest that does with 32",
      { 100 * US, 500 * US }, { 2 * MS, 12 * MS }, { 100 * US, 8 * MS }, 70 },
    { "idle", "wakes up now and then, with a CPU at hand",
      { 20 * US, 100 * US }, { 50 * MS, 1000 * MS }, { 0, 0 }, 0 },
    { .name = NULL },
};
/* clang-format on */

/* splitmix64: Steele, Lea and Flood, OOPSLA 2014 */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Makes a number below @n, which is less than 2^32, of 32 random bits. */
static int64_t below(uint32_t random, int64_t n)
{
    return (int64_t)((uint64_t)random * (uint64_t)n >> 32);
}

static int64_t pick(uint32_t random, const struct sim_range *range)
{
    return range->min + below(random, range->max - range->min + 1);
}

static void random_turn(struct sim_load *load, struct sim_turn *turn)
{
    struct sim_random_load *l = (struct sim_random_load *)load;
    const struct sim_load_model *m = l->model;
    uint64_t guest = next_random(&l->state), host = next_random(&l->state);
    int64_t wait = pick(host >> 32, &m->wait), waits;

    turn->run = pick(guest, &m->run);
    turn->block = m->block.max ? pick(guest >> 32, &m->block) : 0;
    /* This is no branch, as a processor could not predict which way it goes. */
    waits = below(host, 100) < m->waits;
    turn->wait = AT_ONCE + waits * (wait - AT_ONCE);
}

void sim_random_load(struct sim_random_load *l,
                     const struct sim_load_model *model, uint64_t seed)
{
    *l = (struct sim_random_load){ { random_turn }, model, seed };
}

static void recorded_turn(struct sim_load *load, struct sim_turn *turn)
{
    struct sim_trace_load *l = (struct sim_trace_load *)load;

    *turn = l->turns[l->at];
    l->at = (l->at + 1) % l->n;
}

void sim_trace_load(struct sim_trace_load *l, const struct sim_turn *turns,
                    size_t n)
{
    *l = (struct sim_trace_load){ { recorded_turn }, turns, n, 0 };
}

double sim_load_share(const struct sim_load_model *m)
{
    double run = m->run.min + m->run.max;

    if (m->block.max)
        return 1;
    return run / (run + (m->wait.min + m->wait.max) * m->waits / 100.0);
}

/* ---- a record whose parts are drawn ---- */

static int64_t length_of(const struct sim_turn *turn)
{
    return turn->run + turn->block + turn->wait;
}

static void cut(struct sim_resampled_load *l, size_t n)
{
    int64_t now = 0;
    unsigned int i;
    size_t at = 0;

    l->parts = n < SIM_PARTS ? n : SIM_PARTS;
    for (i = 0; i <= l->parts; i++) {
        l->part[i].first = n / l->parts * i + n % l->parts * i / l->parts;
        while (at < l->part[i].first)
            now += length_of(&l->turns[at++]);
        l->part[i].start = now;
    }
}

/* Goes on to the next part; after a round the same parts come again. */
static void draw(struct sim_resampled_load *l)
{
    if (l->played == l->parts) {
        l->played = 0;
        l->state = l->seed;
    }
    l->here = l->in_order ? l->played
                          : below(next_random(&l->state) >> 32, l->parts);
    l->played++;
    l->at = l->part[l->here].first;
}

/*
 * Returns how long after @end of a part the next one has to begin to have the
 * ticks where it had them in the record.
 */
static int64_t until_phase(const struct sim_resampled_load *l, int64_t end)
{
    int64_t gap = (l->part[l->here].start - end) % l->period;

    return gap < 0 ? gap + l->period : gap;
}

static void resampled_turn(struct sim_load *load, struct sim_turn *turn)
{
    struct sim_resampled_load *l = (struct sim_resampled_load *)load;
    unsigned int next = l->here + 1;
    int64_t gap;

    if (l->late) {
        *turn = (struct sim_turn){ .wait = l->late };
        l->late = 0;
        return;
    }
    *turn = l->turns[l->at++];
    if (l->at < l->part[next].first)
        return;
    draw(l);
    gap = until_phase(l, l->part[next].start);
    *(turn->block ? &turn->block : &turn->wait) += gap;
}

void sim_resampled_load(struct sim_resampled_load *l,
                        const struct sim_turn *turns, size_t n, int64_t period,
                        const uint64_t *seed)
{
    *l = (struct sim_resampled_load){ .load = { resampled_turn },
                                      .turns = turns,
                                      .period = period,
                                      .in_order = !seed,
                                      .seed = seed ? *seed : 0 };
    l->state = l->seed;
    cut(l, n);
    draw(l);
    l->late = until_phase(l, 0);
}
