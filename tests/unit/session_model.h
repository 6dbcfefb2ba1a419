/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Profiling sessions as the manual has them, without xenstore and without a
 * crash: what the tests hold the library to.
 */
#ifndef UNIT_SESSION_MODEL_H
#define UNIT_SESSION_MODEL_H

#include <stdbool.h>

#include "xentime.h"

#define MODEL_DOMAINS 4 /* ids 0, which is dom0, to 3 */
#define MODEL_XEN MODEL_DOMAINS
#define MODEL_TARGETS (MODEL_DOMAINS + 1)
#define MODEL_HOLDERS 3 /* besides those without a name */

struct model_target {
    bool alive;
    bool vpmu;                      /* stock Xen: created in mode self or hv */
    enum xentime_session_kind kind; /* while there are sessions */
    unsigned int nameless;
    bool named[MODEL_HOLDERS];
};

struct model {
    bool counted_by_xen;
    int mode;    /* XENPMU_MODE_* */
    int initial; /* -1: no session has been there */
    struct model_target target[MODEL_TARGETS];
};

/* "a", "b", "c"; NULL for one that is not below MODEL_HOLDERS. */
const char *model_holder(int holder);

void model_start_over(struct model *m, bool counted_by_xen, int mode);

/* @targets: bit per target.  What the library has to answer. */
enum xentime_error model_start(struct model *m, unsigned int targets,
                               enum xentime_session_kind kind, int holder);
enum xentime_error model_stop(struct model *m, unsigned int targets,
                              int holder);

/* @all: everybody's.  Returns how many ended. */
unsigned int model_stop_all(struct model *m, bool all, int holder);

void model_create(struct model *m, int id);
void model_destroy(struct model *m, int id);

/* What every call does first. */
void model_tidy(struct model *m);

unsigned int model_sessions(const struct model_target *t);

#endif /* UNIT_SESSION_MODEL_H */
