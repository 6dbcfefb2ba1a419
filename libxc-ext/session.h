/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Profiling sessions, inside the library.  session.c is what they mean on any
 * Xen, session-store.c and session-xen.c what differs between a stock and a
 * patched one, ledger.c what xenstore has, vpmu.c (internal.h) what Xen is
 * asked.
 *
 * In xenstore, under /tool/xentime/profile/:
 *
 *   initial                    stock Xen: the mode before the first session
 *   dom<id>-<uuid>/<holder>    a session, as one line of text
 *   xen/<holder>
 *
 * "@" for a holder are those without a name; a patched Xen counts them, and
 * there is no such node.  There a session with a name is written before Xen
 * is asked and once more afterwards: whoever finds it half way tells by Xen's
 * count (base: what that was) how far the writer came.
 *
 * All of this is done with the lock of profiling sessions held.
 */
#ifndef XENTIME_SESSION_H
#define XENTIME_SESSION_H

#include "internal.h"

enum xt_session_state { XT_ON, XT_STARTING, XT_STOPPING };

struct xt_session {
    struct xentime_session s; /* but ends_in_ms */
    enum xt_session_state state;
    uint32_t base;      /* Xen's count before it started or stopped */
    uint64_t pid_start; /* of its process: /proc/<pid>/stat, 22 */
    int64_t until_ms;   /* on CLOCK_BOOTTIME; 0: no end */
    bool drop;          /* for xt_ledger_write(): it is to go */
};

struct xt_ledger {
    struct xentime_domain *doms; /* all there are, listed after reading */
    size_t ndoms;
    struct xt_session *sessions;
    size_t n, room;
    int initial; /* -1: no session has been there */
};

/* Reads everything but the domains. */
enum xentime_error xt_ledger_read_sessions(xentime *xt, struct xt_ledger *l);

/* Reads everything.  Errors: NOXEN, PERM, FAIL (a session that is not one). */
enum xentime_error xt_ledger_read(xentime *xt, struct xt_ledger *l);
void xt_ledger_free(struct xt_ledger *l);

/* The domain, if it is the one of that UUID; NULL: it is gone, or Xen. */
const struct xentime_domain *xt_ledger_domain(const struct xt_ledger *l,
                                              const struct xentime_session *s);

/* @dom NULL: Xen.  @holder "": those without a name.  NULL if there is none. */
struct xt_session *xt_ledger_find(struct xt_ledger *l,
                                  const struct xentime_domain *dom,
                                  const char *holder);

/* A new one of count 0; NULL, with the error set, if memory is out. */
struct xt_session *xt_ledger_add(xentime *xt, struct xt_ledger *l,
                                 const struct xentime_domain *dom,
                                 const char *holder);
void xt_ledger_remove(struct xt_ledger *l, struct xt_session *s);

/* Writes, or where @drop is set removes, all @n in one transaction. */
enum xentime_error xt_ledger_write(xentime *xt, struct xt_session *const *s,
                                   size_t n);
enum xentime_error xt_ledger_write_one(xentime *xt, struct xt_session *s);

/* Below 0: removes it. */
enum xentime_error xt_ledger_set_initial(xentime *xt, struct xt_ledger *l,
                                         int mode);

/* ---- processes and time ---- */

/* When the process began, in clock ticks since boot; 0: there is none. */
uint64_t xt_process_start(int pid);

int64_t xt_boottime_ms(void);

/* Its process has ended or its time is over. */
bool xt_session_is_over(const struct xt_session *s);

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
extern const struct xt_backend xt_store_backend, xt_xen_backend;

/* The target's session, in memory, as @r wants it; NULL if memory is out. */
struct xt_session *xt_step_prepare(struct xt_work *w, struct xt_step *step,
                                   const struct xentime_session_request *r);

/* Adds to the error @why what has become of the change. */
void xt_tell_undone(xentime *xt, const struct xentime_error_info *why,
                    bool undone);

enum xentime_error xt_fail_memory(xentime *xt);

static inline bool xt_is_passive(const struct xentime_session *s)
{
    return s->kind == XENTIME_SESSION_PASSIVE;
}

#endif /* XENTIME_SESSION_H */
