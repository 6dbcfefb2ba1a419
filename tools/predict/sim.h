/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Simulates what a timer_mode does to a guest's clock.
 *
 * There is one vCPU with one periodic timer, on a host that takes its CPU away
 * and gives it back as a load says.  What becomes of ticks is decided by
 * vpt-policy.c, the hypervisor's own file, and what becomes of guest time by
 * vpt-clock.c; sim.c does around them what vpt.c does, and stands for the
 * guest, which handles ticks, keeps a clock, and blocks.  Of a domain with
 * several vCPUs the one that keeps its time is simulated.
 *
 * The vCPU is in one of four states:
 *
 *   running    It has a CPU.  A pending tick can be injected a little later.
 *   in a tick  It has a CPU, and is in the guest's tick handler: first up to
 *              where that reads its clocks, then up to the handler's end.
 *   blocked    It sleeps.
 *   waiting    It has no CPU, and would run if it had one.
 *
 *   from       to         when
 *   running    in a tick  a tick is pending and the CPU is not about to be lost
 *   in a tick  running    the handler has ended
 *   running    blocked    the load's run is over, and no tick is left to handle
 *   running,   waiting    the load preempts it, or ticks have kept it busy for
 *   in a tick             as long as it was to sleep
 *   blocked    waiting    the load or a tick wakes it
 *   waiting    running    the load's wait is over
 *
 * Time advances from event to event.  While the vCPU has a CPU, these are the
 * events: the handler reads its clocks or ends, Xen's timer fires, a pending
 * tick can be injected, the run is over.  When Xen's timer fires, a tick
 * becomes pending.  That delays a vCPU that is in a tick, wakes one that is
 * blocked, and interrupts whoever has the CPU that a waiting one wants.  At a
 * preemption the mode decides whether the timer and guest time stop.  When the
 * vCPU gets a CPU again, the mode decides about the ticks that it has missed,
 * and the timer is set anew.
 *
 * Two things do not follow from this and are inferred: how long each step takes
 * Xen and the guest (sim-cost.h), and whether another interrupt comes before a
 * tick (sim-order.h).
 *
 * All three kinds of guest keep their clocks in the same simulation
 * (sim-guest.h).
 *
 * Limits:
 *  - Other vCPUs, other timers, interrupts that the guest keeps off for long,
 *    and the overhead of each mode are not simulated.
 *  - The load does not depend on the mode.  A turn keeps its place in time, and
 *    a vCPU that is late for it has less of it.
 *  - A guest that makes up lost ticks counts a late tick once or twice, by
 *    whether it was due before or after the guest read its clocks.  In the lab,
 *    its error in the modes 2 and 3 was some dozen such events a minute, each
 *    of which hangs on a microsecond (tests/lab/README.md).  Of all 468
 *    predictions, 460 were within 0.01 points or a tenth of what was measured
 *    there (docs/accuracy.md).
 *
 * Times are in nanoseconds.  The same parameters give the same result.
 */
#ifndef XENTIMECTL_PREDICT_SIM_H
#define XENTIMECTL_PREDICT_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "predict/sim-cost.h"
#include "predict/sim-guest.h"

/*
 * A turn lasts from one time that the vCPU is given a CPU to the next: it runs,
 * then blocks until something wakes it or loses its CPU, and then waits for
 * one.  A tick that comes while it is blocked wakes it too; it then waits as
 * long, handles the tick, and blocks again.
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
    int64_t step[SIM_GUESTS]; /* the largest move against real time in a tick */
    double ticks;             /* delivered, per second */
    double wakeups; /* timer fired with the vCPU waiting, per second */
    double merged;  /* ticks collapsed or dropped, per second */
    double cpu;     /* share of the time that it had a CPU */
};

/*
 * Tells whether a domain of that kind can have that mode.  Xen refuses a mode
 * that paces ticks to several vCPUs that read the CPU's own TSC: while one of
 * them waits, nobody can hold back the TSC of those that run.
 */
bool sim_mode_fits(unsigned int mode, unsigned int vcpus, bool native_tsc);

/* Runs the simulation, which takes as many turns of @load as it needs. */
void sim_run(const struct sim_params *params, struct sim_load *load,
             struct sim_result *result);

#endif /* XENTIMECTL_PREDICT_SIM_H */
