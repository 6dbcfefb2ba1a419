/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session as a command line asks for it. */
#ifndef XENTIMECTL_PROFILE_SESSION_H
#define XENTIMECTL_PROFILE_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "tool.h"

struct profile_run {
    struct tool *t;
    struct xentime_domain *doms; /* NULL, n 0: Xen */
    size_t n;
    const char *holder; /* NULL: none */
    char made_up[64];   /* the holder's name, where none was given */
    int pid;            /* the program's; 0: none */
    int64_t for_ns;
    int mode; /* XENPMU_MODE_*, once the session has begun */
};

/* All of these return an exit status, with the error reported. */

/* Finds the domains of the command line, once. */
int profile_find(struct profile_run *p);

/* Starts the session and prints so. */
int profile_begin(struct profile_run *p);

/* Ends the session and prints so. */
int profile_end(struct profile_run *p);

/* Ends all sessions of the holder, or without one all there are. */
int profile_end_all(struct profile_run *p);

/* Has the library end the session, which is over, and prints so. */
int profile_over(struct profile_run *p);

#endif /* XENTIMECTL_PROFILE_SESSION_H */
