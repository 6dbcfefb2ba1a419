/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the timer modes mean, tick by tick: every tick of a timer is there,
 * with the moment when it is due and with what has become of it.  Nothing is
 * computed that can be counted.  It knows of guest time what the event says.
 */
#ifndef POLICY_MODEL_H
#define POLICY_MODEL_H

#include "policy_world.h"

enum fate {
    AHEAD, /* not looked at yet */
    PENDING,
    DELIVERED,
    COLLAPSED,
    DROPPED,
    WITHHELD, /* dropped as well, in mode 5: it is not a missed one */
    FATES,
};

struct tick {
    int64_t due;
    enum fate fate;
};

struct model {
    struct tick *ticks;
    size_t n, room;
    uint64_t gone[FATES]; /* of timers that have been replaced */
    bool one_shot;
    bool runs_on;    /* while the vCPU is descheduled */
    size_t row_from; /* no tick before this is missed "in a row" */
    int64_t period;
    size_t delivered; /* the last one */
    int64_t given;    /* when that was */
    bool unread;      /* it has lost its CPU so soon that it may be there yet */
};

void model_free(struct model *m);

/* The timer is to be set. */
bool model_apply(struct model *m, const struct event *ev);

/* How many ticks of all timers so far have come to what. */
void model_count(const struct model *m, uint64_t count[FATES]);

/* The first tick that was not looked at; a one-shot timer's only one. */
const struct tick *model_next(const struct model *m);

/* Ticks that come after model_next(), that one included, and are due. */
uint64_t model_unseen(const struct model *m, int64_t now);

/* Ticks dropped in a row, up to now. */
size_t model_row(const struct model *m);

#endif /* POLICY_MODEL_H */
