/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clocks that guests make of the same ticks, and how wrong they are.
 *
 * A clock's error is the slope, by least squares, of the most that it was ahead
 * of real time in each second; the first two seconds are left out.  A clock
 * that moves by whole ticks is right when it has just ticked, which is why the
 * most is taken.
 *
 * Times are in nanoseconds.
 */
#ifndef XENTIMECTL_PREDICT_SIM_GUEST_H
#define XENTIMECTL_PREDICT_SIM_GUEST_H

#include <stdint.h>

/* How a guest's kernel keeps time. */
enum sim_guest {
    SIM_TICK,     /* counts ticks */
    SIM_TICK_TSC, /* counts ticks, and makes up lost ones by the TSC */
    SIM_CLOCK,    /* reads a clock; ticks are for its scheduler */
    SIM_GUESTS,
};

struct sim_clock {
    int64_t shown;
    int64_t ahead; /* of real time, at the last tick */
    int64_t most;  /* the most ahead in this second */
    int64_t step;  /* the largest move against real time in a tick, after the
                      first second */
    /* Sums for least squares: t is a second's end (s), y its `most` (ns). */
    double n, t, y, tt, ty;
};

struct sim_clocks {
    struct sim_clock guest[SIM_GUESTS];
    int64_t period; /* of the ticks */
    int64_t seen;   /* SIM_TICK_TSC: the TSC of the last tick accounted for */
    int64_t second_end;
    unsigned int seconds;
};

void sim_clocks_start(struct sim_clocks *c, int64_t period);

/*
 * Lets every guest account for a tick, as its handler reads the clocks.
 * @tsc: guest time; @latch: from the tick's injection to the handler's latching
 * the PIT's counter.
 */
void sim_clocks_tick(struct sim_clocks *c, int64_t now, int64_t tsc,
                     int64_t latch);

/*
 * Returns the error of the clock's rate, 0.01 if it is 1 % fast; NAN if it ran
 * for less than two seconds after the first two.
 */
double sim_clock_error(const struct sim_clock *k);

#endif /* XENTIMECTL_PREDICT_SIM_GUEST_H */
