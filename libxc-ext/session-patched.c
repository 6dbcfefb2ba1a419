/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Profiling sessions on a patched Xen: Xen has the counts, and xenstore names
 * the holders.
 *
 * A change of any number of sessions is written down, done, and written down
 * again as done.  A call that finds a change half way undoes a start and
 * completes a stop; Xen's count tells which of the sessions the writer had got
 * to.  Sessions without a name are written down for that time only.
 */

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "session.h"
#include "vpmu.h"

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

/* Counts the target's sessions that have a name. */
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

/* ---- a change: written down, done, written down as done ---- */

/* The sessions of a change, as they are to be; freed by the caller. */
struct moves {
    struct xt_session *s;
    struct xt_session **all; /* a pointer to each, for xt_ledger_write() */
    size_t n;
};

static enum xentime_error make_moves(struct xt_work *w, struct moves *m,
                                     size_t n)
{
    size_t i;

    m->n = n;
    m->s = calloc(n + 1, sizeof(*m->s));
    m->all = calloc(n + 1, sizeof(struct xt_session *));
    if (!m->s || !m->all)
        return xt_fail_memory(w->xt);
    for (i = 0; i < n; i++)
        m->all[i] = &m->s[i];
    return XENTIME_OK;
}

static void free_moves(struct moves *m)
{
    free(m->s);
    free(m->all);
}

/* Notes Xen's count of each target before the change. */
static enum xentime_error note_bases(struct xt_work *w,
                                     const struct xt_step *steps,
                                     struct moves *m)
{
    enum xentime_error rc = XENTIME_OK;
    size_t i;

    for (i = 0; i < m->n && !rc; i++)
        rc = count_in_xen(w, steps[i].dom, &m->s[i].base);
    return rc;
}

/* Reports the first error, and whether the change was taken back. */
static void report_undone(struct xt_work *w, struct moves *m,
                          const struct xentime_error_info *why, bool undone)
{
    if (why->code != XENTIME_ERR_NOXEN)
        undone &= !xt_ledger_write(w->xt, m->all, m->n);
    xt_tell_undone(w->xt, why, undone);
}

/* ---- starting ---- */

/* Prepares what is to be written; a session that exists only gets a new end. */
static enum xentime_error prepare_starts(
    struct xt_work *w, struct xt_step *steps,
    const struct xentime_session_request *r, struct moves *m)
{
    struct xt_session *s;
    size_t i;

    for (i = 0; i < m->n; i++) {
        s = xt_step_prepare(w, &steps[i], r);
        if (!s)
            return XENTIME_ERR_FAIL;
        m->s[i] = *s;
        if (!r->holder)
            steps[i].existed = false;
        if (!steps[i].existed) {
            m->s[i].s.count = 1;
            m->s[i].state = XT_STARTING;
        }
    }
    return note_bases(w, steps, m);
}

static enum xentime_error do_starts(struct xt_work *w, struct xt_step *steps,
                                    struct moves *m)
{
    enum xentime_error rc = xt_ledger_write(w->xt, m->all, m->n);
    size_t i;

    for (i = 0; i < m->n && !rc; i++) {
        if (steps[i].existed)
            continue;
        rc = xt_hv_session(w->xt, true, steps[i].dom,
                           xt_is_passive(&m->s[i].s));
        steps[i].done = !rc;
    }
    for (i = 0; i < m->n; i++) {
        m->s[i].state = XT_ON;
        m->s[i].drop = !m->s[i].s.holder[0];
    }
    return rc ? rc : xt_ledger_write(w->xt, m->all, m->n);
}

/* A start that Xen does not take back stays written down as half way. */
static void undo_starts(struct xt_work *w, const struct xt_step *steps,
                        struct moves *m)
{
    struct xentime_error_info why = w->xt->error;
    bool undone = true;
    size_t i;

    for (i = m->n; i-- > 0;) {
        enum xentime_error rc = XENTIME_OK;

        if (steps[i].existed) {
            m->s[i] = steps[i].old;
            continue;
        }
        if (steps[i].done)
            rc = xt_hv_session(w->xt, false, steps[i].dom, false);
        m->s[i].state = XT_STARTING;
        m->s[i].drop = !rc || rc == XENTIME_ERR_NODOM;
        undone &= m->s[i].drop;
    }
    report_undone(w, m, &why, undone);
}

static enum xentime_error xen_start(struct xt_work *w, struct xt_step *steps,
                                    size_t n,
                                    const struct xentime_session_request *r)
{
    struct moves m;
    enum xentime_error rc = make_moves(w, &m, n);

    if (!rc)
        rc = prepare_starts(w, steps, r, &m);
    if (!rc) {
        rc = do_starts(w, steps, &m);
        if (rc)
            undo_starts(w, steps, &m);
    }
    free_moves(&m);
    return rc;
}

/* ---- stopping ---- */

static enum xentime_error do_stops(struct xt_work *w, struct xt_step *steps,
                                   struct moves *m)
{
    enum xentime_error rc = xt_ledger_write(w->xt, m->all, m->n);
    size_t i;

    for (i = 0; i < m->n && !rc; i++) {
        rc = xt_hv_session(w->xt, false, steps[i].dom, false);
        if (rc == XENTIME_ERR_NOSESSION)
            rc = XENTIME_OK;
        steps[i].done = !rc;
    }
    if (rc)
        return rc;
    /* They are over even if xenstore is not told; the next call finds that. */
    for (i = 0; i < m->n; i++)
        m->s[i].drop = true;
    xt_ledger_write(w->xt, m->all, m->n);
    return XENTIME_OK;
}

/* A session that Xen does not start again has ended. */
static void undo_stops(struct xt_work *w, const struct xt_step *steps,
                       struct moves *m)
{
    struct xentime_error_info why = w->xt->error;
    bool undone = true;
    size_t i;

    for (i = m->n; i-- > 0;) {
        bool gone = steps[i].done && xt_hv_session(w->xt, true, steps[i].dom,
                                                   xt_is_passive(&m->s[i].s));

        undone &= !gone;
        m->s[i] = steps[i].old;
        m->s[i].drop = gone || !m->s[i].s.holder[0];
    }
    report_undone(w, m, &why, undone);
}

static enum xentime_error stop_steps(struct xt_work *w, struct xt_step *steps,
                                     size_t n)
{
    struct moves m;
    enum xentime_error rc = make_moves(w, &m, n);
    size_t i;

    for (i = 0; i < n && !rc; i++) {
        m.s[i] = steps[i].old;
        m.s[i].s.count = 1;
        m.s[i].state = XT_STOPPING;
    }
    if (!rc)
        rc = note_bases(w, steps, &m);
    if (!rc) {
        rc = do_stops(w, steps, &m);
        if (rc)
            undo_stops(w, steps, &m);
    }
    free_moves(&m);
    return rc;
}

static enum xentime_error xen_stop(struct xt_work *w, struct xt_step *steps,
                                   size_t n, const char *holder)
{
    (void)holder;
    return stop_steps(w, steps, n);
}

/* ---- what others have left behind ---- */

/* A writer died half way: a start is undone, a stop is completed. */
static enum xentime_error recover(struct xt_work *w, struct xt_session *s,
                                  const struct xentime_domain *dom)
{
    uint32_t count, ours = s->base + (s->state == XT_STARTING);
    enum xentime_error rc = count_in_xen(w, dom, &count);

    if (!rc && count == ours) {
        rc = xt_hv_session(w->xt, false, dom, false);
        if (rc == XENTIME_ERR_NOSESSION)
            rc = XENTIME_OK;
    }
    if (rc)
        return rc;
    s->drop = true;
    return xt_ledger_write_one(w->xt, s);
}

/*
 * Tells whether more sessions have names than Xen counts: another program has
 * stopped some.
 */
static bool is_surplus(struct xt_work *w, const struct xentime_domain *dom)
{
    uint32_t count;

    return !count_in_xen(w, dom, &count) && count_named(&w->l, dom) > count;
}

static enum xentime_error xen_look_at(struct xt_work *w, struct xt_session *s,
                                      const struct xentime_domain *dom)
{
    struct xt_step step = { .dom = dom, .old = *s, .existed = true };
    enum xentime_error rc;

    if (s->state != XT_ON)
        return recover(w, s, dom);
    if (xt_session_is_over(s)) {
        rc = stop_steps(w, &step, 1);
        s->drop = !rc;
        return rc;
    }
    s->drop = is_surplus(w, dom);
    return s->drop ? xt_ledger_write_one(w->xt, s) : XENTIME_OK;
}

/* ---- stopping all ---- */

/* Stops all sessions with a name that @holder asks for, in one change. */
static enum xentime_error stop_all_named(struct xt_work *w, const char *holder,
                                         size_t *changed)
{
    struct xt_step *steps = calloc(w->l.n + 1, sizeof(*steps));
    enum xentime_error rc;
    size_t i, n = 0;

    if (!steps)
        return xt_fail_memory(w->xt);
    for (i = 0; i < w->l.n; i++) {
        struct xt_session *s = &w->l.sessions[i];

        if (!s->s.holder[0] || (holder && strcmp(s->s.holder, holder) != 0))
            continue;
        steps[n].dom = xt_ledger_domain(&w->l, &s->s);
        steps[n].existed = true;
        steps[n++].old = *s;
    }
    rc = stop_steps(w, steps, n);
    *changed += rc ? 0 : n;
    free(steps);
    return rc;
}

static enum xentime_error stop_nameless(struct xt_work *w,
                                        const struct xt_session *s,
                                        size_t *changed)
{
    const struct xentime_domain *dom = xt_ledger_domain(&w->l, &s->s);
    enum xentime_error rc = XENTIME_OK;
    uint32_t i;

    for (i = 0; i < s->s.count && !rc; i++) {
        rc = xt_hv_session(w->xt, false, dom, false);
        *changed += !rc;
    }
    return rc == XENTIME_ERR_NODOM || rc == XENTIME_ERR_NOSESSION ? XENTIME_OK
                                                                  : rc;
}

static enum xentime_error xen_stop_all(struct xt_work *w, const char *holder,
                                       size_t *changed)
{
    enum xentime_error rc = stop_all_named(w, holder, changed);
    size_t i;

    for (i = 0; i < w->l.n && !rc && !holder; i++)
        if (!w->l.sessions[i].s.holder[0])
            rc = stop_nameless(w, &w->l.sessions[i], changed);
    if (rc && *changed)
        xt_fail_more(w->xt, "; %zu ended before that", *changed);
    return rc;
}

/* ---- sessions without a name: in memory only ---- */

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

/* Asks about each domain only if Xen counts more in all than have names. */
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

/* Asks about each domain only if anybody profiles, which is seldom. */
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

const struct xt_backend xt_patched_backend = {
    .counted_by_xen = true,
    .look_at = xen_look_at,
    .settle = xen_settle,
    .modes = xen_modes,
    .start = xen_start,
    .stop = xen_stop,
    .stop_all = xen_stop_all,
    .count = xen_count,
};
