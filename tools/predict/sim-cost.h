/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long Xen and a guest take to handle a tick, all inferred from one figure.
 *
 * That figure is the latency: the time from a tick's injection to the guest's
 * reading its clocks.  Nearly all of it goes into exits to Xen, of which there
 * are some five on the way, and so it is with the other times.  Each of them is
 * therefore taken to be the same multiple of the latency on every machine;
 * sim-cost.c has the multiples.
 *
 *   gets a CPU       injection                    reads clocks    handler ends
 *       |---- inject ----|-------- latency ----------|---- handler ----|
 *       |- restore -|    |-- latch --|   |-last_exit-|         |-tail--|
 *
 * Extras are added for a timer of Xen's that fires or is set anew on the way,
 * for a tick that closely follows another, and for another interrupt that the
 * vCPU handles first.
 *
 * The multiples were measured with the lab's guest.  It logged every tick, and
 * the log was compared with xentrace's record of the same minutes, at two
 * speeds of the emulated machine: 4 and 8 ns an instruction, which give
 * latencies of 55 and 110 us.  A real machine has 1 to 5 us
 * (tests/lab/README.md).
 *
 * Limits: the lab's figures are accurate to some microseconds, and a machine
 * that spends its time on other things than exits has other multiples.
 * TIMER_SLOP and SIM_NEAR are fixed times and no multiples, so that the order
 * of events can be another one on a fast machine.
 */
#ifndef XENTIMECTL_PREDICT_SIM_COST_H
#define XENTIMECTL_PREDICT_SIM_COST_H

#include <stdint.h>

/* ns; Xen's default timer_slop: no timer is programmed for less than this. */
#define TIMER_SLOP 50000LL

/*
 * ns; a timer that is due sooner than this is taken to be the first in Xen's
 * queue, so that the hardware's is set anew: others, such as the scheduler's,
 * are due within a millisecond.
 */
#define SIM_NEAR 880000LL

/* All times are in ns. */
struct sim_cost {
    /* Xen's */
    int64_t wake;         /* from when a tick is due to when a record says
                             that it has woken a sleeping vCPU */
    int64_t fire;         /* from when Xen's timer is due to its handling */
    int64_t restore;      /* from having a CPU to Xen's look at ticks that are
                             due and that its timer has not come to */
    int64_t inject;       /* from having a CPU to an injection */
    int64_t again;        /* extra up to the reading, if the handler of another
                             tick has just ended; includes `suspect` */
    int64_t late;         /* extra on top of `again`, from that handler's end,
                             if Xen's timer fired within `tail` of the end */
    int64_t tail;         /* the last part of a handler; see `late` */
    int64_t head;         /* extra, if Xen's next timer is the first in its
                             queue, so that the hardware's is set anew */
    int64_t soon;         /* a timer that is set for less than this ahead is
                             due by the time that it is set */
    int64_t detour;       /* extra for such a timer */
    int64_t fired;        /* extra up to the reading, if Xen's timer fires
                             before the reading's last exit */
    int64_t fired_linger; /* extra after the reading, if it fires then */
    int64_t fired_late;   /* extra, if it fires during that last exit */
    int64_t fired_later;  /* extra, if it fires only after the reading */

    /* the guest's */
    int64_t latency;   /* from an injection to its handler's reading clocks */
    int64_t last_exit; /* from the beginning of the last exit to the reading */
    int64_t handler;   /* from the reading to the handler's end */
    int64_t suspect;   /* extra for a tick that comes too soon after another:
                          some know of doubled interrupts, and look twice */
    int64_t pending;   /* extra, if Xen has another tick pending for it */

    /* from an injection to its latching the PIT's counter */
    int64_t latch_resumed; /* if the vCPU has just been given a CPU */
    int64_t latch_running; /* if it ran before */
    int64_t latch_other;   /* if it handled another interrupt before */
    int64_t latch_detour, latch_suspect, latch_pending; /* extras, as above */

    /* the handling of another interrupt, as a disk's */
    int64_t other;       /* before a tick */
    int64_t other_later; /* after the tick */
};

/* Fills in the times that go with a @latency in us. */
void sim_cost(int64_t latency, struct sim_cost *cost);

#endif /* XENTIMECTL_PREDICT_SIM_COST_H */
