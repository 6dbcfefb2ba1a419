/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads for sim.h: what a vCPU does, and what its host does to it. */
#ifndef XENTIMECTL_PREDICT_SIM_LOAD_H
#define XENTIMECTL_PREDICT_SIM_LOAD_H

#include "predict/sim.h"

/* A range of times in ns, all of which are equally likely. */
struct sim_range {
    int64_t min, max;
};

/*
 * A load of those under which the timer modes were measured on xen-devel in
 * 2007 (see HISTORY in xentime-modes(7)), as it would look to one of two busy
 * guests on a host like those there; "idle" is none of them.
 */
struct sim_load_model {
    const char *name;
    const char *help;
    struct sim_range run;
    struct sim_range block; /* max 0: it never blocks */
    struct sim_range wait;  /* for a CPU, in a turn in which it has to wait */
    unsigned int waits;     /* percent of the turns in which it has to wait */
};

/* Ends with a NULL name. */
extern const struct sim_load_model sim_load_models[];

struct sim_random_load {
    struct sim_load load;
    const struct sim_load_model *model;
    uint64_t state; /* of the random numbers */
};

/* Begins a random load; the same seed gives the same turns. */
void sim_random_load(struct sim_random_load *l,
                     const struct sim_load_model *model, uint64_t seed);

/*
 * Returns the share of the time in which a vCPU that never blocks would have a
 * CPU.  One that blocks is not preempted, and can have all of it.
 */
double sim_load_share(const struct sim_load_model *model);

/* A load of turns that were recorded; after the last one it begins again. */
struct sim_trace_load {
    struct sim_load load;
    const struct sim_turn *turns;
    size_t n;
    size_t at;
};

/* Begins a recorded load; @n is not 0, and @turns stay the caller's. */
void sim_trace_load(struct sim_trace_load *l, const struct sim_turn *turns,
                    size_t n);

/*
 * A recorded load as it might have been at another time: a bootstrap, for how
 * far a result hangs on the record's chance.
 *
 * The record is cut into parts of equally many turns.  As many parts are drawn
 * at random, some of them more than once, and played over and over.  Turns of a
 * part follow each other as they were recorded, since the next one depends on
 * the last: a disk that is read is read again.  Where two parts meet the vCPU
 * sleeps or waits a little longer, by less than a tick, so that each turn keeps
 * its place between two ticks: what a tick woke is still woken by one.
 */
#define SIM_PARTS 16

struct sim_resampled_load {
    struct sim_load load;
    const struct sim_turn *turns;
    struct {
        size_t first;      /* turn */
        int64_t start;     /* ns from the record's beginning */
    } part[SIM_PARTS + 1]; /* the last one is the record's end */
    unsigned int parts;
    int64_t period;
    bool in_order;
    uint64_t seed, state;
    unsigned int played; /* how many parts of this round */
    unsigned int here;   /* the part */
    size_t at;           /* the turn */
    int64_t late;        /* ns until the first part begins */
};

/*
 * Begins such a load, with ticks of @period; 1 if nothing has to keep its
 * place.  The same seed gives the same turns; without a seed (NULL) each part
 * comes once, in order.  @n is not 0, and @turns stay the caller's.
 */
void sim_resampled_load(struct sim_resampled_load *l,
                        const struct sim_turn *turns, size_t n, int64_t period,
                        const uint64_t *seed);

#endif /* XENTIMECTL_PREDICT_SIM_LOAD_H */
