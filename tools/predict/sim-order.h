/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Infers from the length of a run what the vCPU did in it.  A run that starts
 * with a tick pending may have handled more than that tick: another may have
 * come due meanwhile, or Xen may have injected a different interrupt first,
 * because it reckons the time of a one-shot timer from when it was armed.
 * sim-order.c tells how.
 */
#ifndef XENTIMECTL_PREDICT_SIM_ORDER_H
#define XENTIMECTL_PREDICT_SIM_ORDER_H

#include <stdbool.h>
#include <stdint.h>

struct sim_cost;

/* Times are in ns from the run's beginning. */
struct sim_order_run {
    const struct sim_cost *cost;
    int64_t length;
    bool blocks;    /* it ends as the vCPU blocks: there was no more to do */
    int64_t period; /* of the ticks */
    int64_t last;   /* when the last tick was injected: before the run */
    int64_t next;   /* when the next tick is due: not before the run */
    bool backlog;   /* the mode keeps the ticks that are missed */
};

/*
 * Returns the time in ns that the vCPU spent on another interrupt before the
 * pending tick; 0 if the tick came first.  The first function is for a vCPU
 * that the tick has woken, the second for one that something else has woken.
 */
int64_t sim_other_than_tick(const struct sim_order_run *r);
int64_t sim_other_with_tick(const struct sim_order_run *r);

/* Returns the length, in ns, beyond which a run tells nothing: it was busy. */
int64_t sim_longest_run(const struct sim_cost *cost);

#endif /* XENTIMECTL_PREDICT_SIM_ORDER_H */
