/* SPDX-License-Identifier: LGPL-2.1-only */
/* Locks, and signals that have to wait while one is held. */
#ifndef XENTIME_LOCK_H
#define XENTIME_LOCK_H

#include <time.h>

#include "internal.h"

/*
 * Takes the lock of the domain's UUID, or, if @dom is NULL, that of profiling
 * sessions; *fd is passed to xt_unlock().  The kernel releases the lock if this
 * process dies.
 * Errors: BUSY, PERM, FAIL.
 */
enum xentime_error xt_lock(xentime *xt, const struct xentime_domain *dom,
                           int *fd);

/*
 * Does the same for one of several locks.  The time that xt_lock() may wait is
 * that of all of them together, and runs from @since, of CLOCK_MONOTONIC.
 */
enum xentime_error xt_lock_since(xentime *xt, const struct timespec *since,
                                 const struct xentime_domain *dom, int *fd);
void xt_unlock(const struct xentime_domain *dom, int fd);

/* Takes the lock of the process that watches this host; does not wait. */
enum xentime_error xt_lock_watch(xentime *xt);
void xt_unlock_watch(xentime *xt);

/* Blocks SIGINT, SIGTERM and SIGHUP in this thread until xt_let_signals(). */
void xt_hold_signals(sigset_t *before);
void xt_let_signals(const sigset_t *before);

#endif /* XENTIME_LOCK_H */
