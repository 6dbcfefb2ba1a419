/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model of what the timer modes mean, tick by tick: it has every tick of a
 * timer, with the moment when it is due and with what has become of it.
 * Nothing is computed that can be counted.  Guest time is what the event says.
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
    WITHHELD, /* dropped as well, in mode 5, but not counted as missed */
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
    bool runs_on;    /* the timer does, while the vCPU is descheduled */
    size_t row_from; /* no tick before this is missed "in a row" */
    int64_t period;
    size_t delivered; /* the last tick delivered */
    int64_t given;    /* when that was */
    bool unread;      /* the guest may not have read its clock since */
};

void model_free(struct model *m);

/* Returns whether the timer is to be set. */
bool model_apply(struct model *m, const struct event *ev);

/* Counts the ticks of all timers so far, by what has become of them. */
void model_count(const struct model *m, uint64_t count[FATES]);

/* Returns the first tick not looked at, or a one-shot timer's only one. */
const struct tick *model_next(const struct model *m);

/* Counts the ticks from model_next() on that are due. */
uint64_t model_unseen(const struct model *m, int64_t now);

/* Counts the ticks that were dropped in a row, up to now. */
size_t model_row(const struct model *m);

#endif /* POLICY_MODEL_H */
