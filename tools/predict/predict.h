/* SPDX-License-Identifier: GPL-2.0-only */
/* What simulate and recommend share: from options to predictions. */
#ifndef XENTIMECTL_PREDICT_H
#define XENTIMECTL_PREDICT_H

#include <json-c/json.h>

#include "predict/sim.h"
#include "tool.h"

/* The load, as it was asked for. */
struct predict_load {
    const struct sim_load_model *model; /* NULL: turns */
    uint64_t seed;
    struct sim_turn *turns;
    size_t n;
    int64_t length; /* of all turns; 0: as long as one likes */
    double ran;     /* share of that time with a CPU */
    double waited;  /* and waiting for one */
    char name[96]; /* for people: "cpu", "FILE, domain 3 vCPU 0" */
};

/* Of one timer_mode. */
struct prediction {
    int mode;
    struct sim_result result;
};

/* Names of enum sim_guest, as --guest takes them. */
extern const char *const sim_guest_names[SIM_GUESTS];

/*
 * --hours, --hz, --latency, and the rest as sim_run() wants it; the mode stays
 * to be filled in.  What was recorded is gone through once unless --hours is
 * given.  These return an exit status, and report what is wrong.
 */
int predict_params(const struct tool *t, const struct predict_load *load,
                   struct sim_params *params);

/* --guest: bits by enum sim_guest. */
int predict_guests(const struct tool *t, unsigned int *guests);

/*
 * The load of a vCPU ("3.0"; NULL: the busiest) in what xentrace has recorded:
 * in @file, or in the open @f that is called @file.  predict_free() in any
 * case.
 */
int predict_trace(struct tool *t, const char *file, const char *vcpu,
                  struct predict_load *load);
int predict_trace_from(struct tool *t, FILE *f, const char *file,
                       const char *vcpu, struct predict_load *load);

/* --load, --seed, --trace. */
int predict_load(struct tool *t, struct predict_load *load);
/* "load" and, of what was recorded, "ran" and "waited". */
void predict_add_load(json_object *doc, const struct predict_load *load);
void predict_free(struct predict_load *load);

/* Says on a terminal how far it is, if it takes more than two seconds. */
void predict(const struct sim_params *params, struct predict_load *load,
             const int *modes, size_t n, struct prediction *out);

double seconds_a_day(double error);

#endif /* XENTIMECTL_PREDICT_H */
