/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A point where a test interferes with the calls that libxentime makes: one
 * before every call into Xen (xen_fault, fake_xenctrl.c), one before every
 * xenstore request (store_fault, store.c).  Calls are counted from the last
 * fault_clear(); the first one is number 1.
 */
#ifndef UNIT_FAULT_H
#define UNIT_FAULT_H

#include <stdbool.h>

struct fault {
    const char *only;   /* count calls of this function alone */
    unsigned int calls; /* counted so far */

    unsigned int fail_at; /* this call fails with @err; 0: none does */
    int err;
    bool onwards; /* and every later one too */
    bool late;    /* it is carried out all the same */

    unsigned int hook_at; /* run @hook before this call; 0: never */
    void (*hook)(void *arg);
    void *arg;

    bool struck; /* a call has failed, or the hook has run */
    bool in_hook;
};

void fault_clear(struct fault *f);
void fault_fail(struct fault *f, unsigned int at, int err, bool onwards);
void fault_hook(struct fault *f, const char *only, unsigned int at,
                void (*hook)(void *arg), void *arg);

/* Counts a call; true, with errno set, if it is to fail. */
bool fault_strikes(struct fault *f, const char *function);

#endif /* UNIT_FAULT_H */
