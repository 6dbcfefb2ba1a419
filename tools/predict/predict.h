/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way from options to predictions, which simulate and recommend share. */
#ifndef XENTIMECTL_PREDICT_H
#define XENTIMECTL_PREDICT_H

#include <json-c/json.h>

#include "predict/sim.h"
#include "tool.h"

/* The load, as it was asked for. */
struct predict_load {
    const struct sim_load_model *model; /* NULL: it has turns */
    uint64_t seed;
    struct sim_turn *turns;
    size_t n;
    int64_t length; /* of all turns, ns; 0: the load has no end */
    double ran;     /* share of that time with a CPU */
    double waited;  /* share of that time waiting for a CPU */
    double share;   /* of the time that the ticks of a vCPU can have a CPU */
    char name[96];  /* for people: "cpu", "FILE, domain 3 vCPU 0" */
};

/* The result of one timer_mode. */
struct prediction {
    int mode;
    struct sim_result result;
    double spread[SIM_GUESTS]; /* of the errors: see predict_spread() */
};

/* Names of enum sim_guest, as --guest takes them. */
extern const char *const sim_guest_names[SIM_GUESTS];

/*
 * Fills in @params from --hours, --hz, --latency and --sync-wakeup-after; only
 * the mode is missing then.  Without --hours a record is simulated once, or for
 * an hour if it is shorter than 10 s, and any other load for an hour.
 *
 * This function and the next five return an exit status, and report errors.
 */
int predict_params(const struct tool *t, const struct predict_load *load,
                   struct sim_params *params);

/* Reads --guest, as bits by enum sim_guest. */
int predict_guests(const struct tool *t, unsigned int *guests);

/*
 * Reads the load of a vCPU ("3.0"; NULL: the busiest) from what xentrace has
 * recorded: from @file, or from the open @f, which messages call @file.  The
 * caller calls predict_free() in any case.
 */
int predict_trace(struct tool *t, const char *file, const char *vcpu,
                  struct predict_load *load);
int predict_trace_from(struct tool *t, FILE *f, const char *file,
                       const char *vcpu, struct predict_load *load);

/* Reads --seed as load->seed. */
int predict_seed(const struct tool *t, struct predict_load *load);

/* Reads the load that --load and --seed, or --trace, ask for. */
int predict_load(struct tool *t, struct predict_load *load);
/* Adds "load" and, if that was recorded, "ran" and "waited". */
void predict_add_load(json_object *doc, const struct predict_load *load);
void predict_free(struct predict_load *load);

/*
 * Simulates each of @modes, after a record's clock was corrected.  Says on a
 * terminal how far it is, if it takes more than two seconds.
 */
void predict(const struct sim_params *params, struct predict_load *load,
             const int *modes, size_t n, struct prediction *out);

/*
 * Does the same, with a record that is played in parts (sim_resampled_load()),
 * once in order and PREDICT_DRAWS times as drawn by load->seed.  The spread is
 * the most that an error is then off that of the record in order.
 */
#define PREDICT_DRAWS 4
void predict_spread(const struct sim_params *params, struct predict_load *load,
                    const int *modes, size_t n, struct prediction *out);

/*
 * Tells whether ticks need as much CPU as the vCPU can have for them, so that
 * results tell of that and not of timer modes.  Writes it as a sentence.
 */
#define OVERLOAD_TEXT 160
bool predict_overloaded(const struct sim_params *params,
                        const struct predict_load *load,
                        char text[OVERLOAD_TEXT]);

double seconds_a_day(double error);

#endif /* XENTIMECTL_PREDICT_H */
