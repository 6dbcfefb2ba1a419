/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Profiling sessions, inside the library.  session.c has what they mean on any
 * Xen; session-stock.c and session-patched.c what differs between a stock Xen and
 * a patched one, as two backends; session-ledger.c what is kept in xenstore; vpmu.c
 * what Xen is asked.
 */
#ifndef XENTIME_SESSION_H
#define XENTIME_SESSION_H

#include "session-ledger.h"

/* Fills in sessions of all domains, if there is a vPMU. */
enum xentime_error xt_read_sessions(xentime *xt, struct xentime_domain *doms,
                                    size_t n);

/* ---- an operation ---- */

struct xt_work {
    xentime *xt;
    const struct xt_backend *backend;
    struct xt_ledger l;
    int mode;                /* stock Xen: in force */
    bool restore_failed;     /* see struct xentime_profile_change */
    int lock;
    sigset_t signals;        /* that were blocked before */
};

/* One target of a start or stop: a domain, or NULL for Xen. */
struct xt_step {
    const struct xentime_domain *dom;
    struct xt_session old; /* what there was, if @existed */
    bool existed;
    bool done; /* Xen has been told */
};

/*
 * What differs between a stock and a patched Xen.  The ledger has been tidied:
 * every session in it is one that holds.
 */
struct xt_backend {
    bool counted_by_xen;
    /* A session of a target that is there: mends what a crash has left, sets
     * @drop and sees to it if it is over. */
    enum xentime_error (*look_at)(struct xt_work *w, struct xt_session *s,
                                  const struct xentime_domain *dom);
    /* After all have been looked at. */
    enum xentime_error (*settle)(struct xt_work *w);
    enum xentime_error (*modes)(struct xt_work *w, int *now, int *initial);
    /* All @n, or none, which the error then says. */
    enum xentime_error (*start)(struct xt_work *w, struct xt_step *steps,
                                size_t n,
                                const struct xentime_session_request *r);
    /* Likewise; @holder "": those without a name. */
    enum xentime_error (*stop)(struct xt_work *w, struct xt_step *steps,
                               size_t n, const char *holder);
    /* @holder NULL: everybody's. */
    enum xentime_error (*stop_all)(struct xt_work *w, const char *holder,
                                   size_t *changed);
    /* How many sessions each of @n domains has; without the lock. */
    enum xentime_error (*count)(xentime *xt, struct xentime_domain *doms,
                                size_t n);
};
extern const struct xt_backend xt_stock_backend, xt_patched_backend;

/* The target's session, in memory, as @r wants it; NULL if memory is out. */
struct xt_session *xt_step_prepare(struct xt_work *w, struct xt_step *step,
                                   const struct xentime_session_request *r);

/* Adds to the error @why what has become of the change. */
void xt_tell_undone(xentime *xt, const struct xentime_error_info *why,
                    bool undone);

static inline bool xt_is_passive(const struct xentime_session *s)
{
    return s->kind == XENTIME_SESSION_PASSIVE;
}

#endif /* XENTIME_SESSION_H */
