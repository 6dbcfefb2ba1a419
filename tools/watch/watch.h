/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl watch: the domains that it has seen, and what it says of them. */
#ifndef XENTIMECTL_WATCH_H
#define XENTIMECTL_WATCH_H

#include "policy/model.h"

struct watch_domain {
    uint32_t domid;
    uint8_t uuid[16];
    bool done; /* it is as desired, or cannot be made so */
    unsigned int tries;
};

struct watcher {
    struct tool *t;
    const char *file;          /* of the policy */
    struct policy *policy;     /* NULL: none, only the records count */
    struct watch_domain *seen; /* in order of id */
    size_t nseen;
    bool pending;        /* some domain is to be tried again soon */
    bool told_damage;    /* of a profiling session */
    bool no_sessions;    /* this host has no vPMU */
    int64_t sessions_ms; /* ms until sessions are looked at; -1: no need */
};

/* Prints a line on stderr; with a @level of sd-daemon(3) for the journal. */
void watch_say(const char *level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Says that the library's last error is the end.  Returns its exit status. */
int watch_end(const struct watcher *w);

/* Has all domains looked at again, by the next watch_update(). */
void watch_forget(struct watcher *w);

/*
 * Makes the domains that are not done as the policy and the records want them.
 * Returns an exit status; EXIT_DONE unless the watch has to end, which was
 * said.
 */
int watch_update(struct watcher *w);

/* Ends the sessions whose holders are gone.  Returns as watch_update() does. */
int watch_sessions(struct watcher *w);

#endif /* XENTIMECTL_WATCH_H */
