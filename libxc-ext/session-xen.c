/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Profiling sessions on a patched Xen: it has the counts, and xenstore names
 * holders.
 */

#include <errno.h>
#include <string.h>

#include "session.h"
#include "profile.h"

static enum xentime_error count_in_xen(struct xt_work *w,
                                       const struct xentime_domain *dom,
                                       uint32_t *count)
{
    struct xen_profile_status status;
    enum xentime_error rc = xt_hv_status(w->xt, dom, &status);

    if (!rc)
        *count = dom ? status.sessions : status.primary != DOMID_INVALID;
    return rc;
}

/* Those of the target that have a name. */
static uint32_t count_named(const struct xt_ledger *l,
                            const struct xentime_domain *dom)
{
    uint32_t n = 0;
    size_t i;

    for (i = 0; i < l->n; i++)
        n += l->sessions[i].s.holder[0] && l->sessions[i].state == XT_ON &&
             l->sessions[i].s.domid == (dom ? dom->domid : XENTIME_NO_DOMID) &&
             xt_ledger_domain(l, &l->sessions[i].s) == dom;
    return n;
}

/* ---- sessions with a name: written, done, written again ---- */

static enum xentime_error start_named(struct xt_work *w, struct xt_session *s,
                                      const struct xentime_domain *dom)
{
    struct xentime_error_info why;
    enum xentime_error rc = count_in_xen(w, dom, &s->base);
    bool undone = true;

    if (rc)
        return rc;
    s->state = XT_STARTING;
    rc = xt_ledger_write_one(w->xt, s);
    if (!rc)
        rc = xt_hv_session(w->xt, true, dom, xt_is_passive(&s->s));
    if (!rc) {
        s->state = XT_ON;
        rc = xt_ledger_write_one(w->xt, s);
        if (!rc)
            return rc;
        why = w->xt->error;
        undone = !xt_hv_session(w->xt, false, dom, false);
    } else {
        why = w->xt->error;
    }
    s->drop = true;
    if (why.code != XENTIME_ERR_NOXEN)
        xt_ledger_write_one(w->xt, s);
    w->xt->error = why;
    if (!undone)
        xt_tell_undone(w->xt, &why, false);
    return rc;
}

/*
 * Once Xen has let go it is over, whether or not xenstore can be told: whoever
 * reads it next sees that.
 */
static enum xentime_error stop_named(struct xt_work *w, struct xt_session *s,
                                     const struct xentime_domain *dom)
{
    struct xentime_error_info why;
    enum xentime_error rc = count_in_xen(w, dom, &s->base);

    if (rc)
        return rc;
    s->state = XT_STOPPING;
    rc = xt_ledger_write_one(w->xt, s);
    if (!rc)
        rc = xt_hv_session(w->xt, false, dom, false);
    if (!rc || rc == XENTIME_ERR_NOSESSION) {
        s->drop = true;
        xt_ledger_write_one(w->xt, s);
        return XENTIME_OK;
    }
    why = w->xt->error;
    s->state = XT_ON;
    if (why.code != XENTIME_ERR_NOXEN)
        xt_ledger_write_one(w->xt, s);
    w->xt->error = why;
    return rc;
}

/* A writer died half way: what had not come to its end did not happen. */
static enum xentime_error recover(struct xt_work *w, struct xt_session *s,
                                  const struct xentime_domain *dom)
{
    enum xentime_error rc;
    uint32_t count;

    rc = count_in_xen(w, dom, &count);
    if (rc)
        return rc;
    if (s->state == XT_STOPPING && count == s->base) {
        s->state = XT_ON;
        return xt_ledger_write_one(w->xt, s);
    }
    if (s->state == XT_STARTING && count == s->base + 1) {
        rc = xt_hv_session(w->xt, false, dom, false);
        if (rc && rc != XENTIME_ERR_NOSESSION)
            return rc;
    }
    s->drop = true;
    return xt_ledger_write_one(w->xt, s);
}

/* More names than Xen counts: somebody stopped some without us. */
static bool is_surplus(struct xt_work *w, const struct xt_session *s,
                       const struct xentime_domain *dom)
{
    uint32_t count;

    return s->s.holder[0] && !count_in_xen(w, dom, &count) &&
           count_named(&w->l, dom) > count;
}

static enum xentime_error xen_look_at(struct xt_work *w, struct xt_session *s,
                                      const struct xentime_domain *dom)
{
    enum xentime_error rc = XENTIME_OK;

    if (s->state != XT_ON)
        rc = recover(w, s, dom);
    if (rc || s->drop)
        return rc;
    if (xt_session_is_over(s))
        return stop_named(w, s, dom);
    s->drop = is_surplus(w, s, dom);
    return s->drop ? xt_ledger_write_one(w->xt, s) : XENTIME_OK;
}

/* ---- those without a name: in memory only ---- */

static enum xentime_error add_nameless(struct xt_work *w,
                                       const struct xentime_domain *dom,
                                       const struct xen_profile_status *status)
{
    uint32_t count = dom ? status->sessions : status->primary != DOMID_INVALID;
    uint32_t named = count_named(&w->l, dom);
    struct xt_session *s;

    if (count <= named)
        return XENTIME_OK;
    s = xt_ledger_add(w->xt, &w->l, dom, "");
    if (!s)
        return XENTIME_ERR_FAIL;
    s->s.kind = !dom              ? XENTIME_SESSION_XEN
                : status->passive ? XENTIME_SESSION_PASSIVE
                                  : XENTIME_SESSION_DOMAIN;
    s->s.count = count - named;
    return XENTIME_OK;
}

/* Domains are only asked about if Xen counts more in all than have names. */
static enum xentime_error xen_settle(struct xt_work *w)
{
    struct xen_profile_status status;
    enum xentime_error rc = xt_hv_status(w->xt, NULL, &status);
    size_t i, n = w->l.n, named = 0;

    for (i = 0; i < n; i++)
        named += w->l.sessions[i].s.kind != XENTIME_SESSION_XEN;
    if (!rc)
        rc = add_nameless(w, NULL, &status);
    for (i = 0; i < w->l.ndoms && !rc && status.claims > named; i++) {
        rc = xt_hv_status(w->xt, &w->l.doms[i], &status);
        if (rc == XENTIME_ERR_NODOM)
            rc = XENTIME_OK;
        else if (!rc)
            rc = add_nameless(w, &w->l.doms[i], &status);
    }
    return rc;
}

static enum xentime_error xen_modes(struct xt_work *w, int *now, int *initial)
{
    struct xen_profile_status status;
    enum xentime_error rc = xt_hv_status(w->xt, NULL, &status);

    if (!rc) {
        *now = status.mode;
        *initial = status.initial;
    }
    return rc;
}

/* ---- starting ---- */

static enum xentime_error start_one(struct xt_work *w, struct xt_step *step,
                                    const struct xentime_session_request *r)
{
    struct xt_session *s;
    enum xentime_error rc;

    if (!r->holder)
        return xt_hv_session(w->xt, true, step->dom,
                             r->kind == XENTIME_SESSION_PASSIVE);
    s = xt_step_prepare(w, step, r);
    if (!s)
        return XENTIME_ERR_FAIL;
    if (step->existed)
        return xt_ledger_write_one(w->xt, s);
    rc = start_named(w, s, step->dom);
    if (rc)
        xt_ledger_remove(&w->l, s);
    return rc;
}

static bool undo_start(struct xt_work *w, const struct xt_step *step,
                       const char *holder)
{
    enum xentime_error rc;
    struct xt_session *s;

    if (!holder) {
        rc = xt_hv_session(w->xt, false, step->dom, false);
        return !rc || rc == XENTIME_ERR_NODOM;
    }
    s = xt_ledger_find(&w->l, step->dom, holder);
    if (step->existed) {
        *s = step->old;
        rc = xt_ledger_write_one(w->xt, s);
    } else {
        rc = stop_named(w, s, step->dom);
    }
    return !rc || rc == XENTIME_ERR_NODOM;
}

static enum xentime_error xen_start(struct xt_work *w, struct xt_step *steps,
                                    size_t n,
                                    const struct xentime_session_request *r)
{
    struct xentime_error_info why;
    enum xentime_error rc = XENTIME_OK;
    bool undone = true;
    size_t i;

    for (i = 0; i < n && !rc; i++) {
        rc = start_one(w, &steps[i], r);
        steps[i].done = !rc;
    }
    if (!rc)
        return rc;
    why = w->xt->error;
    while (i-- > 0)
        if (steps[i].done)
            undone &= undo_start(w, &steps[i], r->holder);
    xt_tell_undone(w->xt, &why, undone);
    return rc;
}

/* ---- stopping ---- */

static enum xentime_error stop_one(struct xt_work *w, struct xt_step *step,
                                   const char *holder)
{
    struct xt_session *s = xt_ledger_find(&w->l, step->dom, holder);
    enum xentime_error rc;

    if (!*holder)
        return xt_hv_session(w->xt, false, step->dom, false);
    rc = stop_named(w, s, step->dom);
    if (!rc)
        xt_ledger_remove(&w->l, s);
    return rc;
}

static bool undo_stop(struct xt_work *w, const struct xt_step *step,
                      const char *holder)
{
    struct xt_session *s;
    bool passive = xt_is_passive(&step->old.s);

    if (!*holder)
        return !xt_hv_session(w->xt, true, step->dom, passive);
    s = xt_ledger_add(w->xt, &w->l, step->dom, holder);
    if (!s)
        return false;
    *s = step->old;
    return !start_named(w, s, step->dom);
}

static enum xentime_error xen_stop(struct xt_work *w, struct xt_step *steps,
                                   size_t n, const char *holder)
{
    struct xentime_error_info why;
    enum xentime_error rc = XENTIME_OK;
    bool undone = true;
    size_t i;

    for (i = 0; i < n && !rc; i++) {
        rc = stop_one(w, &steps[i], holder);
        steps[i].done = !rc;
    }
    if (!rc)
        return rc;
    why = w->xt->error;
    while (i-- > 0)
        if (steps[i].done)
            undone &= undo_stop(w, &steps[i], holder);
    xt_tell_undone(w->xt, &why, undone);
    return rc;
}

/* One session, or all those without a name of its target. */
static enum xentime_error stop_whole(struct xt_work *w, struct xt_session *s,
                                     size_t *changed)
{
    const struct xentime_domain *dom = xt_ledger_domain(&w->l, &s->s);
    enum xentime_error rc = XENTIME_OK;

    if (s->s.holder[0]) {
        rc = stop_named(w, s, dom);
        *changed += !rc;
    }
    for (; !s->s.holder[0] && s->s.count && !rc; s->s.count--) {
        rc = xt_hv_session(w->xt, false, dom, false);
        *changed += !rc;
    }
    return rc == XENTIME_ERR_NODOM || rc == XENTIME_ERR_NOSESSION ? XENTIME_OK
                                                                  : rc;
}

static enum xentime_error xen_stop_all(struct xt_work *w, const char *holder,
                                       size_t *changed)
{
    enum xentime_error rc = XENTIME_OK;
    size_t i;

    for (i = w->l.n; i-- > 0 && !rc;) {
        struct xt_session *s = &w->l.sessions[i];

        if (holder && strcmp(s->s.holder, holder) != 0)
            continue;
        rc = stop_whole(w, s, changed);
        if (!rc)
            xt_ledger_remove(&w->l, s);
    }
    if (rc)
        xt_fail_more(w->xt, "; %zu ended before that", *changed);
    return rc;
}

/* Most of the time nobody profiles, which one question tells. */
static enum xentime_error xen_count(xentime *xt, struct xentime_domain *doms,
                                    size_t n)
{
    struct xen_profile_status status;
    enum xentime_error rc = xt_hv_status(xt, NULL, &status);
    bool any = !rc && status.claims;
    size_t i;

    for (i = 0; i < n && !rc; i++) {
        doms[i].sessions = 0;
        if (!any || doms[i].domid == XENTIME_NO_DOMID)
            continue;
        rc = xt_hv_status(xt, &doms[i], &status);
        if (!rc)
            doms[i].sessions = status.sessions;
        else if (rc == XENTIME_ERR_NODOM)
            rc = XENTIME_OK;
    }
    return rc;
}

const struct xt_backend xt_xen_backend = {
    .counted_by_xen = true,
    .look_at = xen_look_at,
    .settle = xen_settle,
    .modes = xen_modes,
    .start = xen_start,
    .stop = xen_stop,
    .stop_all = xen_stop_all,
    .count = xen_count,
};
