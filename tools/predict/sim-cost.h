/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What it takes Xen and a guest to handle a tick.
 *
 * Nearly all of it are exits to Xen, so that one figure tells the others: the
 * latency, from a tick's injection to the guest's reading its clocks.  The
 * shares are those of the lab's guest, every tick of which was logged and held
 * against xentrace's record, at two speeds of the machine.
 */
#ifndef XENTIMECTL_PREDICT_SIM_COST_H
#define XENTIMECTL_PREDICT_SIM_COST_H

#include <stdint.h>

/* xen/common/timer.c, its default: no timer is programmed for less than that */
#define TIMER_SLOP 50000LL

/*
 * A timer that is due so soon is the first of Xen's, which are then set anew:
 * others, as its scheduler's, come within a millisecond.
 */
#define SIM_NEAR 880000LL

/* ns */
struct sim_cost {
    /* Xen's */
    int64_t wake;         /* from a tick's coming due to a vCPU's that sleeps
                             being woken, in a record */
    int64_t fire;         /* to Xen's handling its timer */
    int64_t restore;      /* from having a CPU to Xen's look at ticks that are
                             due and that its timer has not come to */
    int64_t inject;       /* from having a CPU to an injection */
    int64_t again;        /* more, from the end of a tick's handler to reading
                             clocks in the next one's, if that is pending */
    int64_t late;         /* and still more, if Xen's timer fires so short a */
    int64_t tail;         /* time before the end */
    int64_t head;         /* more, of a timer that is the first of all */
    int64_t soon;         /* within that a timer is due when it is set */
    int64_t detour;       /* more, of such a one */
    int64_t fired;        /* more, of one that fires before the reading */
    int64_t fired_linger; /* and after it */
    int64_t fired_late;   /* more, of one that fires during its last exit */
    int64_t fired_later;  /* and of one that fires only then */

    /* the guest's, from an injection */
    int64_t latency;   /* to its handler's reading clocks */
    int64_t last_exit; /* that takes so long before */
    int64_t handler;   /* from there to its end */
    int64_t suspect;   /* more, of a tick that comes too soon after another:
                          some know of doubled interrupts, and look twice */
    int64_t pending;   /* more, if Xen has another tick for it */

    /* to its latching the PIT's counter, by what the vCPU did before */
    int64_t latch_resumed; /* had no CPU */
    int64_t latch_running;
    int64_t latch_other; /* handled something else */
    int64_t latch_detour, latch_suspect, latch_pending; /* as above */

    /* Something else, as a disk's interrupt */
    int64_t other;
    int64_t other_later; /* after the tick */
};

/* Of a @latency in us. */
void sim_cost(int64_t latency, struct sim_cost *cost);

#endif /* XENTIMECTL_PREDICT_SIM_COST_H */
