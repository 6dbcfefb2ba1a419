/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model of profiling sessions as the manual has them, without xenstore and
 * without a crash: the tests hold the library to it.
 */
#ifndef UNIT_SESSION_MODEL_H
#define UNIT_SESSION_MODEL_H

#include <stdbool.h>

#include "xentime.h"

#define MODEL_DOMAINS 4 /* ids 0, which is dom0, to 3 */
#define MODEL_XEN MODEL_DOMAINS
#define MODEL_TARGETS (MODEL_DOMAINS + 1)
#define MODEL_HOLDERS 3 /* besides sessions without a name */

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

/* Returns "a", "b" or "c"; NULL if @holder is not below MODEL_HOLDERS. */
const char *model_holder(int holder);

void model_start_over(struct model *m, bool counted_by_xen, int mode);

/* Both return what the library has to answer; @targets has a bit per target. */
enum xentime_error model_start(struct model *m, unsigned int targets,
                               enum xentime_session_kind kind, int holder);
enum xentime_error model_stop(struct model *m, unsigned int targets,
                              int holder);

/* Stops @holder's sessions, or everybody's if @all.  Returns how many ended. */
unsigned int model_stop_all(struct model *m, bool all, int holder);

void model_create(struct model *m, int id);
void model_destroy(struct model *m, int id);

/* Does what every call does first: ends the sessions of domains that ended. */
void model_tidy(struct model *m);

unsigned int model_sessions(const struct model_target *t);

#endif /* UNIT_SESSION_MODEL_H */
