/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits for the next repetition of a command: see interval.h. */

#include <stddef.h>
#include <time.h>

#include "cli/interval.h"
#include "tool.h"

/*
 * Adds a signal to @set.  A signal that is ignored, as SIGINT is in a
 * background job, is left out: blocked, it would arrive all the same.
 */
static void add_unless_ignored(sigset_t *set, int sig)
{
    struct sigaction sa;

    if (!sigaction(sig, NULL, &sa) && sa.sa_handler != SIG_IGN)
        sigaddset(set, sig);
}

void interval_start(sigset_t *stops)
{
    sigemptyset(stops);
    add_unless_ignored(stops, SIGINT);
    add_unless_ignored(stops, SIGTERM);
    sigprocmask(SIG_BLOCK, stops, NULL);
}

int64_t monotonic_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

bool interval_wait(int64_t then, const sigset_t *stops)
{
    struct timespec left;
    int64_t ns;

    do {
        ns = then - monotonic_ns();
        if (ns < 0)
            ns = 0;
        left = (struct timespec){ ns / NS_PER_SEC, ns % NS_PER_SEC };
        if (sigtimedwait(stops, NULL, &left) > 0)
            return false;
    } while (ns);
    return true;
}
