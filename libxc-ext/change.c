/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * All changes or none: lock, check, announce, apply, read back, record.
 *
 * Everything that can be refused is refused before the first domain is
 * touched.  From then on each step is noted in struct work when it begins,
 * and undo() takes back just those.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "domain.h"
#include "error.h"
#include "lock.h"
#include "record.h"
#include "setting.h"

struct work {
    xentime *xt;
    struct xentime_change *changes;
    size_t n;
    unsigned int flags;
    size_t *order;            /* changes by UUID: the order of locking */
    int *locks;               /* per place in @order; -1: not held */
    struct xt_before *before; /* per change: from xt_record_intent() */
    size_t applied;           /* changes[0..applied) may have been set */
    const struct xentime_permission *permissions;
    size_t npermissions;
};

/* ---- locking ---- */

static int compare_uuid(const void *a, const void *b, void *changes)
{
    const struct xentime_change *c = changes;
    const size_t *x = a, *y = b;

    return memcmp(c[*x].dom->uuid, c[*y].dom->uuid, sizeof(c[*x].dom->uuid));
}

/*
 * Locks by UUID, in order, so that two callers cannot wait for each other.  The
 * caller's patience is for all locks together: with a limit for each, a change
 * of a whole host could wait for hours.
 */
static enum xentime_error lock_all(struct work *w)
{
    struct timespec since;
    enum xentime_error rc;
    size_t i;

    for (i = 0; i < w->n; i++) {
        w->order[i] = i;
        w->locks[i] = -1;
    }
    qsort_r(w->order, w->n, sizeof(*w->order), compare_uuid, w->changes);

    clock_gettime(CLOCK_MONOTONIC, &since);
    for (i = 0; i < w->n; i++) {
        if (i > 0 && !compare_uuid(&w->order[i - 1], &w->order[i], w->changes))
            continue;
        rc = xt_lock_since(w->xt, &since, w->changes[w->order[i]].dom,
                           &w->locks[i]);
        if (rc)
            return rc;
    }
    return XENTIME_OK;
}

static void unlock_all(struct work *w)
{
    size_t i;

    for (i = w->n; i-- > 0;)
        if (w->locks[i] >= 0)
            xt_unlock(w->changes[w->order[i]].dom, w->locks[i]);
}

/* ---- domains that end meanwhile ---- */

/*
 * Tells whether a change that has failed may be left out, as the caller wishes
 * for domains that are gone: the setting went with the domain.
 */
static bool leave_out(struct work *w, struct xentime_change *c)
{
    struct xentime_error_info why = w->xt->error;
    struct xentime_domain now;

    if (!(w->flags & XENTIME_SKIP_GONE))
        return false;
    if (xt_still_there(w->xt, c->dom, &now) == XENTIME_ERR_NODOM)
        c->old = XENTIME_GONE;
    w->xt->error = why;
    return c->old == XENTIME_GONE;
}

typedef enum xentime_error step_fn(struct work *w, size_t i);

/* Takes a step with each change that is not left out. */
static enum xentime_error for_all(struct work *w, step_fn *step)
{
    enum xentime_error rc;
    size_t i;

    for (i = 0; i < w->n; i++) {
        if (w->changes[i].old == XENTIME_GONE)
            continue;
        rc = step(w, i);
        if (rc && !leave_out(w, &w->changes[i]))
            return rc;
    }
    return XENTIME_OK;
}

/* ---- checking ---- */

static enum xentime_error check_arguments(struct work *w)
{
    const struct xentime_change *c, *d;
    size_t i, k;

    for (i = 0; i < w->n; i++) {
        c = &w->changes[i];
        if ((unsigned int)c->setting >= XENTIME_SETTINGS || c->value < 0 ||
            c->value > xt_settings[c->setting].max)
            return xt_fail(w->xt, XENTIME_ERR_INVALID, EINVAL, c->dom,
                           "no such setting, or no such value of it");
        for (k = 0; k < i; k++) {
            d = &w->changes[k];
            if (d->setting == c->setting && d->dom->domid == c->dom->domid)
                return xt_fail(w->xt, XENTIME_ERR_INVALID, EINVAL, c->dom,
                               "%s is to be changed twice",
                               xt_settings[c->setting].name);
        }
    }
    return XENTIME_OK;
}

/* A domain that was never scheduled has no guest time to lose. */
static bool has_run(const struct xentime_domain *dom)
{
    return dom->cpu_time_ns || !(dom->state & XENTIME_PAUSED);
}

static enum xentime_error refuse(xentime *xt, const struct xentime_domain *dom,
                                 const char *text)
{
    xt_fail(xt, XENTIME_ERR_REFUSED, 0, dom, "%s on this Xen", text);
    xt_hint(xt, "--force does it all the same; a Xen with this project's "
                "patches does it safely");
    return XENTIME_ERR_REFUSED;
}

/*
 * Refuses a mode that this Xen cannot switch a live domain to safely.  A stock
 * Xen's pt_thaw_time() restores a guest time that was frozen before the mode
 * was changed (Xen's arch/x86/hvm/vpt.c).
 */
static enum xentime_error check_switch(xentime *xt,
                                       const struct xentime_change *c,
                                       unsigned int caps)
{
    const struct xentime_mode_name *m = xentime_mode_name(c->value);
    char text[96];

    if (!(m->unsafe_without & ~caps))
        return XENTIME_OK;
    snprintf(text, sizeof(text), "timer_mode %d on a live domain %s", c->value,
             m->harm);
    return refuse(xt, c->dom, text);
}

/*
 * Refuses the changes that stock Xen gets wrong on a live domain.  Clearing
 * HPET_ENABLED leaves an armed timer running (Xen's arch/x86/hvm/hpet.c).
 */
static enum xentime_error check_defects(struct work *w,
                                        const struct xentime_change *c,
                                        const struct xentime_domain *now)
{
    unsigned int caps, armed;
    enum xentime_error rc;

    if ((w->flags & XENTIME_FORCE) || c->value == c->old || !has_run(now))
        return XENTIME_OK;
    rc = xentime_capabilities(w->xt, &caps);
    if (rc)
        return rc;

    if (c->setting == XENTIME_TIMER_MODE)
        return check_switch(w->xt, c, caps);

    if (c->setting == XENTIME_VHPET && !c->value &&
        !(caps & XENTIME_CAP_QUIET_VHPET)) {
        rc = xentime_hpet_armed(w->xt, c->dom, &armed);
        if (rc)
            return rc;
        if (armed)
            return refuse(w->xt, c->dom,
                          "an HPET timer of the domain is armed and would "
                          "go on interrupting");
    }
    return XENTIME_OK;
}

static enum xentime_error check(struct work *w, size_t i)
{
    struct xentime_change *c = &w->changes[i];
    struct xentime_domain now;
    enum xentime_error rc;

    rc = xt_still_there(w->xt, c->dom, &now);
    if (!rc)
        rc = xentime_get(w->xt, c->dom, c->setting, &c->old);
    if (!rc && c->setting == XENTIME_TIMER_MODE)
        rc = xt_check_mode(w->xt, c->dom, c->value);
    if (!rc)
        rc = check_defects(w, c, &now);
    return rc;
}

/* ---- doing ---- */

static enum xentime_error announce(struct work *w, size_t i)
{
    const struct xentime_change *c = &w->changes[i];

    return xt_record_intent(w->xt, c->dom->uuid, c->setting, c->old, c->value,
                            &w->before[i]);
}

static enum xentime_error apply(struct work *w, size_t i)
{
    const struct xentime_change *c = &w->changes[i];
    struct xentime_domain now;
    enum xentime_error rc;
    int got;

    w->applied = i + 1;
    rc = xt_still_there(w->xt, c->dom, &now);
    if (!rc)
        rc = xt_set(w->xt, c->dom, c->setting, c->value);
    if (!rc)
        rc = xentime_get(w->xt, c->dom, c->setting, &got);
    if (!rc && got != c->value)
        rc = xt_fail(w->xt, XENTIME_ERR_FAIL, 0, c->dom,
                     "%s was set to %d but reads back as %d",
                     xt_settings[c->setting].name, c->value, got);
    return rc;
}

static enum xentime_error confirm(struct work *w, size_t i)
{
    struct xentime_domain now;

    return xt_still_there(w->xt, w->changes[i].dom, &now);
}

/* Fills in what is to be recorded of a change that was made. */
static enum xentime_error fill_entry(struct work *w,
                                     const struct xentime_change *c,
                                     struct xt_record_entry *e)
{
    struct xentime_record *rec = &e->rec;

    e->uuid = c->dom->uuid;
    e->setting = c->setting;
    rec->requested = rec->applied = c->value;
    rec->when = time(NULL);
    rec->persist = w->flags & XENTIME_PERSIST;
    xt_record_author(rec->by, sizeof(rec->by));
    if (!(w->flags & XENTIME_KEEP))
        return XENTIME_OK;
    return xt_record_persists(w->xt, c->dom->uuid, c->setting, &rec->persist);
}

static enum xentime_error keep(struct work *w, size_t i)
{
    const struct xentime_change *c = &w->changes[i];

    return xt_record_keep(w->xt, c->dom->uuid, c->setting, &w->before[i]);
}

/*
 * The records of at most so many changes are one transaction: the C xenstored
 * takes the longer for a request the longer its transaction is.  Where there are
 * more, the last may fail when the first are written, which are then put back.
 */
#define RECORDS 128

static enum xentime_error record_all(struct work *w)
{
    struct xt_record_entry *entries = calloc(w->n + 1, sizeof(*entries));
    enum xentime_error rc = XENTIME_OK;
    size_t i, n = 0;

    if (!entries)
        return xt_fail_memory(w->xt);
    for (i = 0; i < w->n && !rc; i++)
        if (w->changes[i].old != XENTIME_GONE)
            rc = fill_entry(w, &w->changes[i], &entries[n++]);
    if (!rc && n > RECORDS)
        rc = for_all(w, keep);
    for (i = 0; i + RECORDS < n && !rc; i += RECORDS)
        rc = xt_record_commit(w->xt, entries + i, RECORDS, NULL, 0);
    if (!rc && n - i + w->npermissions)
        rc = xt_record_commit(w->xt, entries + i, n - i, w->permissions,
                              w->npermissions);
    free(entries);
    return rc;
}

static bool is_gone(struct work *w, const struct xentime_domain *dom)
{
    struct xentime_domain now;

    return xt_still_there(w->xt, dom, &now) == XENTIME_ERR_NODOM;
}

/*
 * Makes the record what it was before the change, or removes it if it does not
 * outlive its domain, which is gone.
 */
static bool restore_record(struct work *w, size_t i)
{
    const struct xentime_change *c = &w->changes[i];

    return !xt_record_withdraw(w->xt, c->dom->uuid, c->setting,
                               &w->before[i]) &&
           (!is_gone(w, c->dom) || !xt_record_forget(w->xt, c->dom->uuid));
}

/*
 * Forgets domains that ended, before all was done or after it: their changes
 * went along.
 */
static void forget_the_dead(struct work *w)
{
    size_t i;

    for (i = 0; i < w->n; i++) {
        const struct xentime_domain *dom = w->changes[i].dom;

        if (w->changes[i].old == XENTIME_GONE && w->before[i].announced)
            restore_record(w, i);
        else if (!(w->flags & XENTIME_PERSIST) && is_gone(w, dom))
            xt_record_forget(w->xt, dom->uuid);
    }
    for (i = 0; i < w->npermissions; i++)
        if (is_gone(w, w->permissions[i].dom))
            xt_record_forget(w->xt, w->permissions[i].dom->uuid);
}

/* ---- undoing ---- */

struct undo_tally {
    unsigned int restored;
    unsigned int failed;
};

static void restore_setting(struct work *w, const struct xentime_change *c,
                            struct undo_tally *tally)
{
    struct xentime_domain now;
    enum xentime_error rc;
    int got;

    if (c->value == c->old)
        return;
    rc = xt_still_there(w->xt, c->dom, &now);
    if (!rc)
        rc = xentime_get(w->xt, c->dom, c->setting, &got);
    if (!rc && got == c->old)
        return;
    if (!rc)
        rc = xt_set(w->xt, c->dom, c->setting, c->old);
    if (!rc)
        rc = xentime_get(w->xt, c->dom, c->setting, &got);
    if (rc == XENTIME_ERR_NODOM)
        return;
    if (rc || got != c->old)
        tally->failed++;
    else
        tally->restored++;
}

static void undo(struct work *w)
{
    struct xentime_error_info why = w->xt->error;
    struct undo_tally tally = { 0, 0 };
    bool records_ok = true;
    size_t i;

    for (i = w->applied; i-- > 0;)
        restore_setting(w, &w->changes[i], &tally);
    /* After NOXEN xenstored is gone, and asking it again would be in vain. */
    for (i = w->n; i-- > 0 && why.code != XENTIME_ERR_NOXEN;)
        if (w->before[i].announced)
            records_ok &= restore_record(w, i);

    w->xt->error = why;
    if (tally.failed)
        xt_fail_more(w->xt, "; %u of %u could NOT be put back", tally.failed,
                     tally.failed + tally.restored);
    else if (tally.restored)
        xt_fail_more(w->xt, "; what was changed (%u) was put back",
                     tally.restored);
    else
        xt_fail_more(w->xt, "; nothing was changed");
    if (!records_ok)
        xt_fail_more(w->xt, "; the record in xenstore could not be mended");
}

static enum xentime_error carry_out(struct work *w)
{
    enum xentime_error rc = for_all(w, announce);

    if (!rc)
        rc = for_all(w, apply);
    if (!rc)
        rc = for_all(w, confirm);
    if (!rc)
        rc = record_all(w);
    if (rc)
        undo(w);
    else
        forget_the_dead(w);
    return rc;
}

static enum xentime_error carry_out_undisturbed(struct work *w)
{
    enum xentime_error rc;
    sigset_t before;

    xt_hold_signals(&before);
    rc = carry_out(w);
    xt_let_signals(&before);
    return rc;
}

static void free_before(struct work *w)
{
    size_t i, k;

    for (i = 0; w->before && i < w->n; i++)
        for (k = 0; k < XT_KEPT_FIELDS; k++)
            free(w->before[i].kept[k]);
    free(w->before);
}

enum xentime_error xentime_apply_policy(
    xentime *xt, struct xentime_change *changes, size_t n,
    const struct xentime_permission *permissions, size_t npermissions,
    unsigned int flags)
{
    struct work w = {
        .xt = xt,
        .changes = changes,
        .n = n,
        .flags = flags,
        .permissions = permissions,
        .npermissions = npermissions,
    };
    enum xentime_error rc;
    size_t i;

    for (i = 0; i < n; i++)
        changes[i].old = -1;
    if (!n && !npermissions)
        return XENTIME_OK;
    rc = check_arguments(&w);
    if (rc)
        return rc;

    w.order = calloc(n + 1, sizeof(*w.order));
    w.locks = calloc(n + 1, sizeof(*w.locks));
    w.before = calloc(n + 1, sizeof(*w.before));
    if (!w.order || !w.locks || !w.before) {
        rc = xt_fail_memory(xt);
    } else {
        rc = lock_all(&w);
        if (!rc)
            rc = for_all(&w, check);
        if (!rc)
            rc = carry_out_undisturbed(&w);
        unlock_all(&w);
    }
    free_before(&w);
    free(w.order);
    free(w.locks);
    return rc;
}

enum xentime_error xentime_apply(xentime *xt, struct xentime_change *changes,
                                 size_t n, unsigned int flags)
{
    return xentime_apply_policy(xt, changes, n, NULL, 0, flags);
}

enum xentime_error xentime_check(xentime *xt, struct xentime_change *changes,
                                 size_t n, unsigned int flags)
{
    struct work w = { .xt = xt, .changes = changes, .n = n, .flags = flags };
    enum xentime_error rc;
    size_t i;

    for (i = 0; i < n; i++)
        changes[i].old = -1;
    rc = check_arguments(&w);
    return rc ? rc : for_all(&w, check);
}
