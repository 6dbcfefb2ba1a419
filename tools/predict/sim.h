/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a timer_mode does to a guest's clock, simulated.
 *
 * One vCPU with one periodic timer, on a host that takes its CPU away and
 * gives it back.  What becomes of ticks is decided by vpt-policy.c, the
 * hypervisor's own file, and what becomes of guest time by vpt-clock.c; sim.c
 * does around them what vpt.c does, and stands for the guest, which handles
 * ticks, keeps a clock, and blocks.  Of a domain with several vCPUs the one
 * that keeps its time is simulated.
 *
 * Times are in nanoseconds.  The same parameters give the same result.
 */
#ifndef XENTIMECTL_PREDICT_SIM_H
#define XENTIMECTL_PREDICT_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "predict/sim-cost.h"

/* How a guest's kernel keeps time. */
enum sim_guest {
    SIM_TICK,     /* counts ticks */
    SIM_TICK_TSC, /* counts ticks, and makes up lost ones by the TSC */
    SIM_CLOCK,    /* reads a clock; ticks are for its scheduler */
    SIM_GUESTS,
};

/*
 * What happens to the vCPU from one time that it is given a CPU to the next:
 * it runs, then blocks until something wakes it or loses its CPU, and then
 * waits for one.  A tick that comes while it is blocked wakes it too; it then
 * waits as long, handles the tick, and blocks again.
 */
struct sim_turn {
    int64_t run;
    int64_t block; /* 0: it is preempted */
    int64_t wait;
};

/* Fills in the next turn. */
struct sim_load {
    void (*next)(struct sim_load *load, struct sim_turn *turn);
};

struct sim_params {
    unsigned int mode;
    unsigned int wakeup_after; /* sync_wakeup_after */
    int64_t period;            /* of the timer */
    int64_t phase;             /* when its first tick is due */
    int64_t length;            /* of the simulation */
    struct sim_cost cost;
};

struct sim_result {
    double error[SIM_GUESTS]; /* of the clock's rate: 0.01 is 1 % fast */
    int64_t step[SIM_GUESTS]; /* the largest, against real time, in a tick */
    double ticks;             /* delivered, per second */
    double wakeups; /* timer fired with the vCPU waiting, per second */
    double merged;  /* ticks collapsed or dropped, per second */
    double cpu;     /* share of the time that it had a CPU */
};

/*
 * Can a domain of that kind have that mode?  Xen refuses it otherwise: a mode
 * that paces ticks, for several vCPUs that read the CPU's own TSC.  While one of
 * them waits nobody can hold back the TSC of those that run.
 */
bool sim_mode_fits(unsigned int mode, unsigned int vcpus, bool native_tsc);

/* @load is used up as far as the simulation goes. */
void sim_run(const struct sim_params *params, struct sim_load *load,
             struct sim_result *result);

#endif /* XENTIMECTL_PREDICT_SIM_H */
