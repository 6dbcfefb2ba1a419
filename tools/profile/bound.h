/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions that end by themselves: with a program, or after a time. */
#ifndef XENTIMECTL_PROFILE_BOUND_H
#define XENTIMECTL_PROFILE_BOUND_H

#include <stdbool.h>

#include "profile/session.h"

/* Runs t->program within a session. Returns its exit status. */
int profile_bound_program(struct profile_run *p);

/* A process that ends the session when its time is over. */
struct profile_timer {
    int go; /* the write end of a pipe to the process */
};

/*
 * Starts the process, which waits for profile_timer_go(). Returns an exit
 * status.
 */
int profile_timer_make(struct profile_run *p, struct profile_timer *timer);

/* Tells the process, with @go, that the session is there; otherwise it ends. */
void profile_timer_go(struct profile_timer *timer, bool go);

#endif /* XENTIMECTL_PROFILE_BOUND_H */
