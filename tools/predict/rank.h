/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timer modes ranked for one domain, for recommend.
 *
 * Which mode serves depends on three things: how the guest keeps time, of
 * which a simulation with the domain's own load tells the error of each mode;
 * how many vCPUs it has; and whether their TSC is native or emulated, as Xen
 * does not let a native TSC stand still for one vCPU of several.  A stock Xen
 * with the default tsc_mode does not tell which TSC it is: then there are two
 * answers.
 *
 * A simulation is not exact.  A mode is clearly better than another if its
 * error is less by more than the spread of both, and by more than a tenth,
 * which is how far predictions were off what was measured
 * (docs/accuracy.md); or, for a guest that reads a clock, if it loses clearly
 * fewer of its scheduler's ticks.  Of modes of which none is clearly better
 * than the one with the least error, the one that the domain has is taken.
 */
#ifndef XENTIMECTL_PREDICT_RANK_H
#define XENTIMECTL_PREDICT_RANK_H

#include "predict/predict.h"

/* NTP corrects a clock's rate up to 0.05 %, which is 43 s a day. */
#define NTP_LIMIT 5e-4

/* How the guest's RDTSC works. */
enum tsc {
    TSC_UNKNOWN,
    TSC_NATIVE,
    TSC_EMULATED,
};

/* A mode's rank, by the guest with the largest error of those asked for. */
struct rank {
    const struct prediction *p;
    unsigned int guest; /* the guest with the largest error */
    double error;       /* the size of that error */
    double spread;      /* how far it is off with other draws of the load */
    double lost;        /* share of a scheduler's ticks; 0: does not matter */
    int serves;         /* that kind of guest: 2 best, 0 not especially */
    bool has;           /* this Xen has it */
    bool refused;       /* any Xen refuses it to such a domain */
    bool current;
};

struct ranking {
    struct rank ranks[XENTIME_TIMER_MODES]; /* the best first */
};

struct advice {
    struct tool *t;
    const struct xentime_domain *dom;
    unsigned int guests;
    unsigned int caps, vcpus;
    enum tsc tsc;
    struct sim_params params;
    struct predict_load load;
    struct prediction predictions[XENTIME_TIMER_MODES];
    struct ranking all;
};

/* The advice for a kind of guest. */
enum verdict {
    VERDICT_KEEP,      /* no mode is clearly better than the present one */
    VERDICT_CHANGE,    /* to the best mode */
    VERDICT_NONE,      /* in the best mode the clock is still beyond NTP */
    VERDICT_ASK_GUEST, /* it depends on the kind of guest */
};

/* Simulates each mode with a->params and a->load, and fills in a->all. */
void rank_modes(struct advice *a);

/* Returns the best that this Xen has and does not refuse to the domain. */
const struct rank *rank_best(const struct ranking *ranking);

/* Returns what is to be done, if the guest is of one of these kinds. */
enum verdict rank_verdict(const struct advice *a, unsigned int guests);

/* Ranks the modes for these kinds of guest. */
struct ranking rank_for(const struct advice *a, unsigned int guests);

/*
 * Returns a patched Xen's best mode for all of the guests, if the TSC is @tsc;
 * -1 if in that, too, the clock is beyond NTP.
 */
int rank_ideal_mode(const struct advice *a, enum tsc tsc);

/* Tells whether @mode is clearly better than the best that this Xen has. */
bool rank_is_better(const struct advice *a, int mode);

/* Tells whether the clock of such a guest can be corrected by NTP. */
bool rank_is_useful(const struct rank *r);

#endif /* XENTIMECTL_PREDICT_RANK_H */
