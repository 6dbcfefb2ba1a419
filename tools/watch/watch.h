/* SPDX-License-Identifier: GPL-2.0-only */
/* xentimectl watch: the domains that it has seen, and what it says of them. */
#ifndef XENTIMECTL_WATCH_H
#define XENTIMECTL_WATCH_H

#include "policy/model.h"

struct watch_domain {
    uint32_t domid;
    uint8_t uuid[16];
    bool done;               /* it is as is wished, or will not be */
    unsigned int tries;
};

struct watcher {
    struct tool *t;
    const char *file;        /* of the policy */
    struct policy *policy;   /* NULL: there is none, it is the records alone */
    struct watch_domain *seen; /* in order of id */
    size_t nseen;
    bool pending;            /* some domain is to be tried again soon */
    bool no_sessions;        /* this host has no vPMU */
    int64_t sessions_ms;     /* to look at sessions again then; -1: no need */
};

/* As sd-daemon(3) has them, for the journal; else stderr without. */
void watch_say(const char *level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The library's error is the end.  Returns its exit status. */
int watch_end(const struct watcher *w);

/* All domains are to be looked at again. */
void watch_forget(struct watcher *w);

/*
 * Makes the domains that are not done as is wished.  Returns an exit status
 * other than EXIT_DONE, which was said, only where there is no going on.
 */
int watch_update(struct watcher *w);

/* Ends the sessions of those who are gone. */
int watch_sessions(struct watcher *w);

#endif /* XENTIMECTL_WATCH_H */
