/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Profiling sessions as they are on any Xen: see xentime.h and session.h.
 *
 * On stock Xen the sessions in xenstore are the truth, and the vPMU mode
 * follows from them and from the mode before the first one: the next call
 * after a crash can tell what the mode should be.  On a patched Xen, Xen's
 * counts are the truth, and xenstore names the holders.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "hypercall.h"
#include "lock.h"
#include "patched.h"
#include "permission.h"
#include "record.h"
#include "session.h"
#include "vpmu.h"

/* The arguments of an operation. */
struct operation {
    struct xt_step *steps; /* @n targets of start and stop */
    size_t n;
    const struct xentime_session_request *request; /* only start has it */
    const char *holder; /* of stop and stop_all, as the caller gave it */
};

/* ---- beginning and end of every operation ---- */

static enum xentime_error look_at(struct xt_work *w, struct xt_session *s)
{
    const struct xentime_domain *dom = xt_ledger_domain(&w->l, &s->s);

    if (s->s.kind == XENTIME_SESSION_XEN || dom)
        return w->backend->look_at(w, s, dom);
    s->drop = true;
    return xt_ledger_write_one(w->xt, s);
}

/*
 * Ends the sessions that are over.  A domain that ends meanwhile is no error:
 * it took its sessions along.
 */
static enum xentime_error tidy(struct xt_work *w)
{
    enum xentime_error rc = XENTIME_OK;
    size_t i;

    for (i = w->l.n; i-- > 0 && !rc;) {
        rc = look_at(w, &w->l.sessions[i]);
        if (rc == XENTIME_ERR_NODOM) {
            w->l.sessions[i].drop = true;
            rc = XENTIME_OK;
        }
        if (!rc && w->l.sessions[i].drop)
            xt_ledger_remove(&w->l, &w->l.sessions[i]);
    }
    return rc ? rc : w->backend->settle(w);
}

static void end(struct xt_work *w)
{
    xt_ledger_free(&w->l);
    xt_unlock(NULL, w->lock);
    xt_let_signals(&w->signals);
}

/* A damaged node may be a session that a change has to know of. */
static enum xentime_error fail_damaged(xentime *xt)
{
    xt->error = xt->warning;
    return xt->error.code;
}

/*
 * Takes the lock, reads the sessions and ends those that are over.  SIGINT and
 * its like may end us while we wait, but not from the first change on.
 */
static enum xentime_error begin(struct xt_work *w, xentime *xt)
{
    enum xentime_error rc;
    bool counted_by_xen;

    memset(w, 0, sizeof(*w));
    w->xt = xt;
    xt_no_warning(xt);
    rc = xt_ask_counted_by_xen(xt, &counted_by_xen);
    if (!rc)
        rc = xt_lock(xt, NULL, &w->lock);
    if (rc)
        return rc;
    w->backend = counted_by_xen ? &xt_patched_backend : &xt_stock_backend;
    if (!w->backend->counted_by_xen)
        rc = xt_vpmu_get_mode(xt, &w->mode);
    if (!rc)
        rc = xt_ledger_read(xt, &w->l);
    xt_hold_signals(&w->signals);
    if (!rc)
        rc = tidy(w);
    if (rc)
        end(w);
    return rc;
}

/* ---- checking ---- */

static enum xentime_error check_request(xentime *xt,
                                        const struct xentime_domain *doms,
                                        size_t n,
                                        const struct xentime_session_request *r)
{
    size_t i;

    if ((unsigned int)r->kind > XENTIME_SESSION_XEN ||
        (r->kind == XENTIME_SESSION_XEN) != !n || r->pid < 0 || r->for_ms < 0 ||
        (r->holder && !xentime_is_holder(r->holder)) ||
        ((r->pid || r->for_ms) && !r->holder))
        return xt_fail(xt, XENTIME_ERR_INVALID, EINVAL, NULL,
                       "no such session");
    for (i = 0; i < n; i++)
        if (r->kind == XENTIME_SESSION_PASSIVE && !doms[i].domid)
            return xt_fail(xt, XENTIME_ERR_INVALID, EINVAL, &doms[i],
                           "dom0 cannot be passive: it takes the samples");
    return XENTIME_OK;
}

static enum xentime_error check_alive(struct xt_work *w,
                                      const struct xentime_domain *dom)
{
    struct xentime_session s = { .domid = dom ? dom->domid : 0 };

    if (!dom)
        return XENTIME_OK;
    memcpy(s.uuid, dom->uuid, sizeof(s.uuid));
    if (!xt_ledger_domain(&w->l, &s))
        return xt_fail(w->xt, XENTIME_ERR_NODOM, ESRCH, dom,
                       "the domain is gone");
    return XENTIME_OK;
}

static const char *name_of(const struct xentime_session *s)
{
    return s->holder[0] ? s->holder : "a session without a name";
}

/* Fails if @s, a session of the same target, does not go together with @r. */
static enum xentime_error check_other(struct xt_work *w,
                                      const struct xentime_domain *dom,
                                      const struct xentime_session_request *r,
                                      const struct xentime_session *s)
{
    bool same = r->holder && !strcmp(s->holder, r->holder);

    if (!dom && !same)
        return xt_fail(w->xt, XENTIME_ERR_BUSY, EBUSY, NULL,
                       "cannot start profiling: %s samples Xen already",
                       name_of(s));
    if (s->kind != r->kind)
        return xt_fail(w->xt, XENTIME_ERR_BUSY, EBUSY, dom,
                       "cannot start profiling: %s is %s", name_of(s),
                       xt_is_passive(s) ? "passive" : "not passive");
    if (same && s->pid)
        return xt_fail(w->xt, XENTIME_ERR_BUSY, EBUSY, dom,
                       "cannot start profiling: process %d is \"%s\"", s->pid,
                       s->holder);
    if (same && r->pid)
        return xt_fail(w->xt, XENTIME_ERR_BUSY, EBUSY, dom,
                       "cannot start profiling: \"%s\" has a session",
                       s->holder);
    return XENTIME_OK;
}

/* Fails if the target has sessions that do not go together with @r. */
static enum xentime_error check_others(struct xt_work *w,
                                       const struct xentime_domain *dom,
                                       const struct xentime_session_request *r)
{
    const char *holder = r->holder ? r->holder : "";
    enum xentime_error rc = XENTIME_OK;
    size_t i, others = 0;

    for (i = 0; i < w->l.n && !rc; i++) {
        const struct xentime_session *s = &w->l.sessions[i].s;

        if (s->domid != (dom ? dom->domid : XENTIME_NO_DOMID))
            continue;
        others += strcmp(s->holder, holder) != 0;
        if (others == XENTIME_HOLDERS_MAX)
            return xt_fail(w->xt, XENTIME_ERR_BUSY, EBUSY, dom,
                           "cannot start profiling: it has sessions of %d "
                           "holders, and cannot have more",
                           XENTIME_HOLDERS_MAX);
        rc = check_other(w, dom, r, s);
    }
    return rc;
}

/* ---- starting ---- */

static enum xentime_error start(struct xt_work *w, const struct operation *o,
                                size_t *changed)
{
    const struct xentime_session_request *r = o->request;
    enum xentime_error rc = XENTIME_OK;
    size_t i;

    for (i = 0; i < o->n && !rc; i++) {
        rc = check_alive(w, o->steps[i].dom);
        if (!rc)
            rc = check_others(w, o->steps[i].dom, r);
    }
    if (!rc)
        rc = w->backend->start(w, o->steps, o->n, r);
    for (i = 0; i < o->n && !rc; i++)
        *changed += !(r->holder && o->steps[i].existed);
    return rc;
}

/* ---- stopping ---- */

static enum xentime_error fail_no_session(struct xt_work *w,
                                          const struct xentime_domain *dom,
                                          const char *holder)
{
    const struct xentime_session *other = NULL;
    size_t i;

    for (i = 0; i < w->l.n; i++)
        if (w->l.sessions[i].s.domid == (dom ? dom->domid : XENTIME_NO_DOMID))
            other = &w->l.sessions[i].s;
    if (*holder)
        xt_fail(w->xt, XENTIME_ERR_NOSESSION, 0, dom,
                "cannot stop profiling: \"%s\" has no session%s", holder,
                dom ? "" : " of Xen");
    else
        xt_fail(w->xt, XENTIME_ERR_NOSESSION, 0, dom,
                "cannot stop profiling: there is no session%s%s",
                dom ? "" : " of Xen", other ? " without a name" : "");
    if (other && other->holder[0])
        xt_hint(w->xt, "\"%s\" has one: --holder %s", other->holder,
                other->holder);
    else if (other)
        xt_hint(w->xt, "there is one without a name: leave out --holder");
    return XENTIME_ERR_NOSESSION;
}

static enum xentime_error stop(struct xt_work *w, const struct operation *o,
                               size_t *changed)
{
    const char *holder = o->holder ? o->holder : "";
    enum xentime_error rc;
    struct xt_session *s;
    size_t i;

    for (i = 0; i < o->n; i++) {
        rc = check_alive(w, o->steps[i].dom);
        if (rc)
            return rc;
        s = xt_ledger_find(&w->l, o->steps[i].dom, holder);
        if (!s)
            return fail_no_session(w, o->steps[i].dom, holder);
        o->steps[i].existed = true;
        o->steps[i].old = *s;
    }
    rc = w->backend->stop(w, o->steps, o->n, holder);
    *changed = rc ? 0 : o->n;
    return rc;
}

static enum xentime_error stop_all(struct xt_work *w, const struct operation *o,
                                   size_t *changed)
{
    return w->backend->stop_all(w, o->holder, changed);
}

/* ---- the operations ---- */

typedef enum xentime_error operation_fn(struct xt_work *w,
                                        const struct operation *o,
                                        size_t *changed);

/* Succeeds if @fn did, even if the mode cannot be read any more. */
static enum xentime_error operate(xentime *xt, operation_fn *fn,
                                  const struct operation *o,
                                  struct xentime_profile_change *change)
{
    enum xentime_error rc;
    struct xt_work w;
    int initial;

    memset(change, 0, sizeof(*change));
    rc = begin(&w, xt);
    if (rc)
        return rc;
    rc = w.l.damaged ? fail_damaged(xt) : XENTIME_OK;
    if (!rc)
        rc = w.backend->modes(&w, &change->mode_before, &initial);
    if (!rc)
        rc = fn(&w, o, &change->changed);
    change->counted_by_xen = w.backend->counted_by_xen;
    change->restore_failed = w.restore_failed;
    change->mode = change->mode_before;
    if (!rc)
        w.backend->modes(&w, &change->mode, &initial);
    end(&w);
    return rc;
}

/* Operates on @n domains, or on Xen if @n is 0. */
static enum xentime_error operate_on(xentime *xt, operation_fn *fn,
                                     const struct xentime_domain *doms,
                                     size_t n, struct operation *o,
                                     struct xentime_profile_change *change)
{
    enum xentime_error rc;
    size_t i;

    o->n = n ? n : 1;
    o->steps = calloc(o->n, sizeof(*o->steps));
    if (!o->steps)
        return xt_fail_memory(xt);
    for (i = 0; i < n; i++)
        o->steps[i].dom = &doms[i];
    rc = operate(xt, fn, o, change);
    free(o->steps);
    return rc;
}

enum xentime_error xentime_profile_start(
    xentime *xt, const struct xentime_domain *doms, size_t n,
    const struct xentime_session_request *request,
    struct xentime_profile_change *change)
{
    struct operation o = { .request = request };
    enum xentime_error rc = check_request(xt, doms, n, request);

    if (!rc)
        rc = xt_check_permission(xt, doms, n);
    return rc ? rc : operate_on(xt, start, doms, n, &o, change);
}

enum xentime_error xentime_profile_stop(xentime *xt,
                                        const struct xentime_domain *doms,
                                        size_t n, const char *holder,
                                        struct xentime_profile_change *change)
{
    struct operation o = { .holder = holder };

    return operate_on(xt, stop, doms, n, &o, change);
}

enum xentime_error xentime_profile_stop_all(
    xentime *xt, const char *holder, struct xentime_profile_change *change)
{
    const struct operation o = { .holder = holder };

    return operate(xt, stop_all, &o, change);
}

/* ---- looking ---- */

enum xentime_error xt_read_sessions(xentime *xt, struct xentime_domain *doms,
                                    size_t n)
{
    const struct xt_backend *backend;

    if (xt_vpmu_mode(xt) == XENTIME_VPMU_UNKNOWN)
        return XENTIME_OK;
    backend = xt_counted_by_xen(xt) ? &xt_patched_backend : &xt_stock_backend;
    return backend->count(xt, doms, n);
}

static int compare_sessions(const void *a, const void *b)
{
    const struct xentime_session *x = a, *y = b;

    if (x->domid != y->domid)
        return x->domid < y->domid ? -1 : 1;
    return strcmp(x->holder, y->holder);
}

static enum xentime_error list_sessions(struct xt_work *w,
                                        struct xentime_profile *profile)
{
    int64_t now = xt_boottime_ms();
    size_t i;

    profile->sessions = calloc(w->l.n ? w->l.n : 1, sizeof(*profile->sessions));
    if (!profile->sessions)
        return xt_fail_memory(w->xt);
    for (i = 0; i < w->l.n; i++) {
        const struct xt_session *s = &w->l.sessions[i];
        int64_t left = s->until_ms - now;

        profile->sessions[i] = s->s;
        profile->sessions[i].ends_in_ms = !s->until_ms ? -1
                                          : left > 0   ? left
                                                       : 0;
    }
    profile->count = w->l.n;
    qsort(profile->sessions, profile->count, sizeof(*profile->sessions),
          compare_sessions);
    return XENTIME_OK;
}

enum xentime_error xentime_get_profile(xentime *xt,
                                       struct xentime_profile *profile)
{
    enum xentime_error rc;
    struct xt_work w;

    memset(profile, 0, sizeof(*profile));
    rc = begin(&w, xt);
    if (rc)
        return rc;
    profile->counted_by_xen = w.backend->counted_by_xen;
    rc = w.backend->modes(&w, &profile->mode, &profile->initial);
    if (!rc)
        rc = list_sessions(&w, profile);
    end(&w);
    return rc;
}

void xentime_free_profile(struct xentime_profile *profile)
{
    free(profile->sessions);
    memset(profile, 0, sizeof(*profile));
}
