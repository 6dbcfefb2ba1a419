/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Profiling sessions on stock Xen: xenstore has the counts, and the one vPMU
 * mode follows from them.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "session.h"
#include "vpmu.h"

#include <xen/pmu.h>

/* ---- the mode ---- */

/*
 * Returns the least mode that serves all sessions and is not below @initial.
 * In mode all only dom0 has a vPMU: *conflict is set if another domain has a
 * session of its own.  The modes are numbered by what they allow.
 */
static int mode_needed(const struct xt_ledger *l, int initial, bool *conflict)
{
    static const int needs[] = {
        [XENTIME_SESSION_DOMAIN] = XENPMU_MODE_SELF,
        [XENTIME_SESSION_PASSIVE] = XENPMU_MODE_ALL,
        [XENTIME_SESSION_XEN] = XENPMU_MODE_HV,
    };
    bool guests = false;
    int mode = initial;
    size_t i;

    for (i = 0; i < l->n; i++) {
        const struct xentime_session *s = &l->sessions[i].s;

        if (l->sessions[i].drop)
            continue;
        if (needs[s->kind] > mode)
            mode = needs[s->kind];
        guests |= s->kind == XENTIME_SESSION_DOMAIN && s->domid;
    }
    *conflict = guests && mode == XENPMU_MODE_ALL;
    return mode;
}

static int mode_of_ledger(const struct xt_work *w, bool *conflict)
{
    return mode_needed(&w->l, w->l.initial < 0 ? w->mode : w->l.initial,
                       conflict);
}

/* Sets the mode.  If it may be set but cannot be read back, it is set back. */
static enum xentime_error set_mode(struct xt_work *w, int mode)
{
    struct xentime_error_info why;
    enum xentime_error rc;

    if (mode == w->mode)
        return XENTIME_OK;
    rc = xt_vpmu_set_mode(w->xt, mode);
    if (!rc) {
        w->mode = mode;
    } else if (rc != XENTIME_ERR_BUSY) {
        why = w->xt->error;
        xt_vpmu_set_mode(w->xt, w->mode);
        w->xt->error = why;
    }
    return rc;
}

/*
 * Sets the mode that the ledger asks for.  Without a session that is the
 * initial one, which then is forgotten; where domains are in the way, a later
 * call will try again.
 */
static enum xentime_error store_settle(struct xt_work *w)
{
    enum xentime_error rc;
    bool conflict;

    /* The mode might be what a session needs that cannot be read. */
    if (w->l.damaged || (w->l.initial < 0 && !w->l.n))
        return XENTIME_OK;
    rc = set_mode(w, mode_of_ledger(w, &conflict));
    if (rc == XENTIME_ERR_BUSY) {
        w->restore_failed = !w->l.n;
        return XENTIME_OK;
    }
    if (!rc && !w->l.n)
        rc = xt_ledger_set_initial(w->xt, &w->l, -1);
    return rc;
}

/* Finds the sessions of all steps; the caller frees the array. */
static struct xt_session **collect(struct xt_work *w,
                                   const struct xt_step *steps, size_t n,
                                   const char *holder)
{
    struct xt_session **all = calloc(n, sizeof(struct xt_session *));
    size_t i;

    for (i = 0; all && i < n; i++)
        all[i] = xt_ledger_find(&w->l, steps[i].dom, holder);
    if (!all)
        xt_fail_memory(w->xt);
    return all;
}

/* ---- starting ---- */

static enum xentime_error fail_mode_all(xentime *xt,
                                        const struct xentime_domain *dom)
{
    return xt_fail(xt, XENTIME_ERR_BUSY, EBUSY, dom,
                   "cannot start profiling: in the vPMU mode all, which "
                   "passive domains need or somebody has set, no domain but "
                   "dom0 has a vPMU");
}

/*
 * Sets the mode first and writes the sessions last: if this is cut short, the
 * next call finds the old sessions and sets their mode.
 */
static enum xentime_error tell_and_write(struct xt_work *w,
                                         struct xt_session *const *all,
                                         size_t n, int mode)
{
    enum xentime_error rc = XENTIME_OK;
    struct xentime_error_info why;
    bool first = w->l.initial < 0, undone;
    int before = w->mode;

    if (first)
        rc = xt_ledger_set_initial(w->xt, &w->l, before);
    if (!rc)
        rc = set_mode(w, mode);
    if (!rc)
        rc = xt_ledger_write(w->xt, all, n);
    if (!rc)
        return rc;

    why = w->xt->error;
    undone = !set_mode(w, before);
    if (first && undone && why.code != XENTIME_ERR_NOXEN)
        xt_ledger_set_initial(w->xt, &w->l, -1);
    xt_tell_undone(w->xt, &why, undone);
    return rc;
}

static enum xentime_error store_start(struct xt_work *w, struct xt_step *steps,
                                      size_t n,
                                      const struct xentime_session_request *r)
{
    enum xentime_error rc;
    struct xt_session **all;
    bool conflict;
    size_t i;
    int mode;

    for (i = 0; i < n; i++)
        if (!xt_step_prepare(w, &steps[i], r))
            return XENTIME_ERR_FAIL;
    mode = mode_of_ledger(w, &conflict);
    if (conflict)
        return fail_mode_all(w->xt, steps[0].dom);
    all = collect(w, steps, n, r->holder ? r->holder : "");
    rc = all ? tell_and_write(w, all, n, mode) : XENTIME_ERR_FAIL;
    free(all);
    return rc;
}

/* ---- stopping ---- */

static void drop_all_marked(struct xt_ledger *l)
{
    size_t i;

    for (i = l->n; i-- > 0;)
        if (l->sessions[i].drop)
            xt_ledger_remove(l, &l->sessions[i]);
}

/* Writes the sessions @all as they are to be; @old has them as they were. */
static enum xentime_error stop_in_store(struct xt_work *w,
                                        struct xt_session **all,
                                        const struct xt_session *old, size_t n)
{
    enum xentime_error rc = xt_ledger_write(w->xt, all, n);
    struct xentime_error_info why;
    bool undone, conflict;
    size_t i;

    if (rc) {
        why = w->xt->error;
        xt_tell_undone(w->xt, &why, true);
        return rc;
    }
    rc = set_mode(w, mode_of_ledger(w, &conflict));
    if (rc && rc != XENTIME_ERR_BUSY) {
        why = w->xt->error;
        for (i = 0; i < n; i++)
            *all[i] = old[i];
        undone = !xt_ledger_write(w->xt, all, n);
        xt_tell_undone(w->xt, &why, undone);
        return rc;
    }
    drop_all_marked(&w->l);
    w->restore_failed = rc && !w->l.n;
    if (!rc && !w->l.n)
        xt_ledger_set_initial(w->xt, &w->l, -1);
    return XENTIME_OK;
}

static enum xentime_error store_stop(struct xt_work *w, struct xt_step *steps,
                                     size_t n, const char *holder)
{
    struct xt_session **all = collect(w, steps, n, holder);
    struct xt_session *old = calloc(n, sizeof(*old));
    enum xentime_error rc = XENTIME_ERR_FAIL;
    size_t i;

    if (all && !old)
        xt_fail_memory(w->xt);
    if (all && old) {
        for (i = 0; i < n; i++) {
            old[i] = *all[i];
            all[i]->s.count--;
            all[i]->drop = !all[i]->s.count;
        }
        rc = stop_in_store(w, all, old, n);
    }
    free(old);
    free(all);
    return rc;
}

/* Marks the sessions that @holder asks for; @all and @old have room for all. */
static size_t mark_all(struct xt_ledger *l, const char *holder,
                       struct xt_session **all, struct xt_session *old,
                       size_t *count)
{
    size_t i, n = 0;

    for (i = 0; i < l->n; i++) {
        struct xt_session *s = &l->sessions[i];

        if (holder && strcmp(s->s.holder, holder) != 0)
            continue;
        *count += s->s.count;
        old[n] = *s;
        s->drop = true;
        all[n++] = s;
    }
    return n;
}

static enum xentime_error store_stop_all(struct xt_work *w, const char *holder,
                                         size_t *changed)
{
    struct xt_session **all = calloc(w->l.n + 1, sizeof(struct xt_session *));
    struct xt_session *old = calloc(w->l.n + 1, sizeof(*old));
    enum xentime_error rc = XENTIME_OK;
    size_t n, count = 0;

    if (!all || !old) {
        rc = xt_fail_memory(w->xt);
    } else {
        n = mark_all(&w->l, holder, all, old, &count);
        if (n)
            rc = stop_in_store(w, all, old, n);
    }
    *changed = rc ? 0 : count;
    free(old);
    free(all);
    return rc;
}

/* ---- the rest ---- */

/* Drops in xenstore a session that is over; the caller drops it in memory. */
static enum xentime_error store_look_at(struct xt_work *w, struct xt_session *s,
                                        const struct xentime_domain *dom)
{
    (void)dom;
    if (!xt_session_is_over(s))
        return XENTIME_OK;
    s->drop = true;
    return xt_ledger_write_one(w->xt, s);
}

static enum xentime_error store_modes(struct xt_work *w, int *now, int *initial)
{
    *now = w->mode;
    *initial = w->l.initial < 0 ? *now : w->l.initial;
    return XENTIME_OK;
}

static bool is_of(const struct xentime_session *s,
                  const struct xentime_domain *dom)
{
    return s->domid == dom->domid &&
           !memcmp(s->uuid, dom->uuid, sizeof(s->uuid));
}

static enum xentime_error store_count(xentime *xt, struct xentime_domain *doms,
                                      size_t n)
{
    struct xt_ledger l;
    enum xentime_error rc = xt_ledger_read_sessions(xt, &l);
    size_t i, k;

    if (rc)
        return rc;
    for (i = 0; i < n; i++) {
        for (doms[i].sessions = 0, k = 0; k < l.n; k++)
            if (is_of(&l.sessions[k].s, &doms[i]))
                doms[i].sessions += l.sessions[k].s.count;
        for (k = 0; k < l.nbad; k++)
            if (is_of(&l.bad[k], &doms[i]))
                doms[i].sessions = XENTIME_UNKNOWN;
    }
    xt_ledger_free(&l);
    return rc;
}

const struct xt_backend xt_stock_backend = {
    .counted_by_xen = false,
    .look_at = store_look_at,
    .settle = store_settle,
    .modes = store_modes,
    .start = store_start,
    .stop = store_stop,
    .stop_all = store_stop_all,
    .count = store_count,
};
