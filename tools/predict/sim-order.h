/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a vCPU did in a run, by how long that was: a tick that is pending when
 * it gets its CPU is not all that may have come meanwhile, and Xen may have
 * injected something else before, as it reckons a one-shot timer's time from
 * when it was armed.
 */
#ifndef XENTIMECTL_PREDICT_SIM_ORDER_H
#define XENTIMECTL_PREDICT_SIM_ORDER_H

#include <stdbool.h>
#include <stdint.h>

struct sim_cost;

/* Times are in ns from the run's beginning. */
struct sim_run {
    const struct sim_cost *cost;
    int64_t length;
    bool blocks;    /* at its end: there was no more to do */
    int64_t period; /* of the ticks */
    int64_t last;   /* when the last one was injected */
    int64_t next;   /* when the next one is due: not before the run */
    bool backlog;   /* the mode keeps what is missed */
};

/*
 * How long something else kept the vCPU from a tick that was pending; 0: that
 * came first.  One that the tick has woken, or something else.
 */
int64_t sim_other_than_tick(const struct sim_run *r);
int64_t sim_other_with_tick(const struct sim_run *r);

/* Of a longer one, as of a vCPU that is busy, the length tells nothing. */
int64_t sim_longest_run(const struct sim_cost *cost);

#endif /* XENTIMECTL_PREDICT_SIM_ORDER_H */
