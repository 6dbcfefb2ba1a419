/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of `xentimectl profile` share. */
#ifndef XENTIMECTL_COVER_H
#define XENTIMECTL_COVER_H

#include "tool.h"

struct profile_run {
    struct tool *t;
    struct xentime_domain *doms; /* NULL, n 0: Xen */
    size_t n;
    const char *holder;      /* NULL: none */
    char made_up[64];        /* a holder's name, where none was given */
    int pid;                 /* the program's; 0: none */
    int64_t for_ns;
    int mode;                /* XENPMU_MODE_*, once the session has begun */
};

/* Finds the domains of the command line, once. */
int profile_find(struct profile_run *p);

/* Starts the session and prints so. */
int profile_begin(struct profile_run *p);

/* Has the session, which is over, ended, and prints so. */
int profile_over(struct profile_run *p);

/* ---- cover.c ---- */

/* Runs t->program within a session.  Returns its exit status. */
int profile_cover_program(struct profile_run *p);

/* A process that ends the session when its time is over. */
struct profile_timer {
    int go;                  /* a pipe to it */
};
int profile_timer_make(struct profile_run *p, struct profile_timer *timer);
/* @go: the session is there.  Otherwise the process ends. */
void profile_timer_go(struct profile_timer *timer, bool go);

#endif /* XENTIMECTL_COVER_H */
