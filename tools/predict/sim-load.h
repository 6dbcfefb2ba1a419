/* SPDX-License-Identifier: GPL-2.0-only */
/* What a vCPU does and what its host does to it: loads for sim.h. */
#ifndef XENTIMECTL_PREDICT_SIM_LOAD_H
#define XENTIMECTL_PREDICT_SIM_LOAD_H

#include "predict/sim.h"

/* From the least to the most; all values between are as likely. */
struct sim_range {
    int64_t min, max;
};

/*
 * A load of the thread of 2007, as its kind of host would show it to one of
 * two busy guests.
 */
struct sim_load_model {
    const char *name;
    const char *help;
    struct sim_range run;
    struct sim_range block; /* max 0: it never blocks */
    struct sim_range wait;  /* for a CPU, where there is one to wait for */
    unsigned int waits;     /* in so many percent of the turns */
};

/* Ends with a NULL name. */
extern const struct sim_load_model sim_load_models[];

struct sim_random_load {
    struct sim_load load;
    const struct sim_load_model *model;
    uint64_t state; /* of the random numbers */
};

/* The same turns for the same seed. */
void sim_random_load(struct sim_random_load *l,
                     const struct sim_load_model *model, uint64_t seed);

/* Turns as they were recorded, again from the first after the last. */
struct sim_trace_load {
    struct sim_load load;
    const struct sim_turn *turns;
    size_t n;
    size_t at;
};

/* @n is not 0, and @turns stay the caller's. */
void sim_trace_load(struct sim_trace_load *l, const struct sim_turn *turns,
                    size_t n);

#endif /* XENTIMECTL_PREDICT_SIM_LOAD_H */
