/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Profiling sessions, inside the library.  session.c has what they mean on any
 * Xen; session-stock.c and session-patched.c what differs between a stock Xen
 * and a patched one, as two backends; session-step.c what these two share;
 * session-ledger.c what is kept in xenstore; vpmu.c what Xen is asked.
 */
#ifndef XENTIME_SESSION_H
#define XENTIME_SESSION_H

#include "session-ledger.h"

/* Fills in the number of sessions of all domains, if there is a vPMU. */
enum xentime_error xt_read_sessions(xentime *xt, struct xentime_domain *doms,
                                    size_t n);

/* ---- an operation ---- */

struct xt_work {
    xentime *xt;
    const struct xt_backend *backend;
    struct xt_ledger l;
    int mode;            /* the vPMU mode in force; stock Xen only */
    bool restore_failed; /* see struct xentime_profile_change */
    int lock;
    sigset_t signals; /* blocked before the operation */
};

/* A target of a start or stop.  It is Xen if @dom is NULL. */
struct xt_step {
    const struct xentime_domain *dom;
    struct xt_session old; /* the session as it was before, if @existed */
    bool existed;
    bool done; /* Xen has been told */
};

/*
 * The operations that differ between a stock and a patched Xen.  look_at and
 * settle tidy the ledger, so that modes, start, stop and stop_all find only
 * sessions that are in force.
 */
struct xt_backend {
    bool counted_by_xen;
    /*
     * Looks at a session whose target exists: mends what a crash has left of
     * it, and if it is over ends it and sets @drop.
     */
    enum xentime_error (*look_at)(struct xt_work *w, struct xt_session *s,
                                  const struct xentime_domain *dom);
    /* Follows once all sessions have been looked at. */
    enum xentime_error (*settle)(struct xt_work *w);
    enum xentime_error (*modes)(struct xt_work *w, int *now, int *initial);
    /* Starts all @n sessions, or none, which the error then says. */
    enum xentime_error (*start)(struct xt_work *w, struct xt_step *steps,
                                size_t n,
                                const struct xentime_session_request *r);
    /*
     * Stops all @n sessions, or none, which the error then says.  @holder ""
     * stands for sessions without a name.
     */
    enum xentime_error (*stop)(struct xt_work *w, struct xt_step *steps,
                               size_t n, const char *holder);
    /* Stops all sessions of @holder, or everybody's if that is NULL. */
    enum xentime_error (*stop_all)(struct xt_work *w, const char *holder,
                                   size_t *changed);
    /* Counts the sessions of each of @n domains; does not need the lock. */
    enum xentime_error (*count)(xentime *xt, struct xentime_domain *doms,
                                size_t n);
};
extern const struct xt_backend xt_stock_backend, xt_patched_backend;

/*
 * Returns the target's session, in memory, as @r wants it; NULL if there is no
 * more memory.
 */
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
