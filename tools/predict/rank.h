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
 */
#ifndef XENTIMECTL_PREDICT_RANK_H
#define XENTIMECTL_PREDICT_RANK_H

#include "predict/predict.h"

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
    bool serves;        /* it is the mode for that kind of guest */
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

/* Simulates each mode with a->params and a->load, and fills in a->all. */
void rank_modes(struct advice *a);

/* Returns the best that is not refused and that, unless @any, this Xen has. */
const struct rank *rank_best(const struct ranking *ranking, bool any);

/* Returns a patched Xen's best mode for these guests, if the TSC is @tsc. */
int rank_ideal_mode(const struct advice *a, unsigned int guests, enum tsc tsc);

/* Returns the best mode that this Xen has for one kind of guest. */
int rank_mode_for(const struct advice *a, unsigned int guest);

/* Returns the reason for a rank, as a line. */
const char *rank_reason(const struct advice *a, const struct rank *r);

#endif /* XENTIMECTL_PREDICT_RANK_H */
