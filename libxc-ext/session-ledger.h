/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Profiling sessions as xenstore has them, under /tool/xentime/profile/:
 *
 *   initial                       stock Xen: the mode before the first session
 *   <xx>/dom<id>-<uuid>/<holder>  a session, as one line of text
 *   xen/<holder>
 *
 * where <xx> is xt_bucket(), in two hexadecimal digits.
 *
 * Sessions without a name have "@" for a holder.  A patched Xen counts those
 * itself, and the node exists only while they are started or stopped.  On a
 * patched Xen a session with a name is written twice, before the hypercall and
 * after it.  A reader that finds the first form compares Xen's count with
 * @base, the count before the call, to learn whether the call was made.
 *
 * All of this is done with the lock of profiling sessions held.
 */
#ifndef XENTIME_SESSION_LEDGER_H
#define XENTIME_SESSION_LEDGER_H

#include "internal.h"

enum xt_session_state { XT_ON, XT_STARTING, XT_STOPPING };

struct xt_session {
    struct xentime_session s; /* all of it but ends_in_ms */
    enum xt_session_state state;
    uint32_t base;      /* Xen's count before it started or stopped */
    uint64_t pid_start; /* when its process began: /proc/<pid>/stat, 22 */
    int64_t until_ms;   /* on CLOCK_BOOTTIME; 0: no end */
    bool drop;          /* xt_ledger_write() is to remove it */
};

struct xt_ledger {
    struct xentime_domain *doms; /* all domains, listed after the sessions */
    size_t ndoms;
    struct xt_session *sessions;
    size_t n, room;
    int initial; /* the mode before the first session; -1: not noted */
    /*
     * A damaged session is not among the sessions, but counted; xt_warn() has
     * told of it.  @bad are the targets of damaged sessions.
     */
    size_t damaged;
    struct xentime_session *bad;
    size_t nbad;
};

/* Reads everything but the domains. */
enum xentime_error xt_ledger_read_sessions(xentime *xt, struct xt_ledger *l);

/* Reads everything.  Errors: NOXEN, PERM, FAIL. */
enum xentime_error xt_ledger_read(xentime *xt, struct xt_ledger *l);
void xt_ledger_free(struct xt_ledger *l);

/* Returns the domain of a session; NULL if it is gone, or if @s is Xen's. */
const struct xentime_domain *xt_ledger_domain(const struct xt_ledger *l,
                                              const struct xentime_session *s);

/*
 * Finds a session of @dom, or of Xen if that is NULL; @holder "" stands for
 * sessions without a name.  Returns NULL if there is none.
 */
struct xt_session *xt_ledger_find(struct xt_ledger *l,
                                  const struct xentime_domain *dom,
                                  const char *holder);

/* Adds a session of count 0; NULL, with the error set, if memory is out. */
struct xt_session *xt_ledger_add(xentime *xt, struct xt_ledger *l,
                                 const struct xentime_domain *dom,
                                 const char *holder);
void xt_ledger_remove(struct xt_ledger *l, struct xt_session *s);

/* Writes all @n sessions in one transaction; removes those with @drop set. */
enum xentime_error xt_ledger_write(xentime *xt, struct xt_session *const *s,
                                   size_t n);
enum xentime_error xt_ledger_write_one(xentime *xt, struct xt_session *s);

/* Writes the mode before the first session; removes it if @mode is below 0. */
enum xentime_error xt_ledger_set_initial(xentime *xt, struct xt_ledger *l,
                                         int mode);

/* ---- processes and time ---- */

/* Returns when the process began, in clock ticks since boot; 0: it is gone. */
uint64_t xt_process_start(int pid);

int64_t xt_boottime_ms(void);

/* Tells whether the session's process has ended or its time is over. */
bool xt_session_is_over(const struct xt_session *s);

#endif /* XENTIME_SESSION_LEDGER_H */
