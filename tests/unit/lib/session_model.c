/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See session_model.h. */

#include <string.h>

#include "session_model.h"

enum { OFF = 0, SELF = 1, HV = 2, ALL = 4 };

const char *model_holder(int holder)
{
    static const char *const names[MODEL_HOLDERS] = { "a", "b", "c" };

    return holder < MODEL_HOLDERS ? names[holder] : NULL;
}

void model_start_over(struct model *m, bool counted_by_xen, int mode)
{
    memset(m, 0, sizeof(*m));
    m->counted_by_xen = counted_by_xen;
    m->mode = mode;
    m->initial = -1;
    m->target[0].alive = true;
    m->target[MODEL_XEN].alive = true;
}

unsigned int model_sessions(const struct model_target *t)
{
    unsigned int n = t->nameless;
    int h;

    for (h = 0; h < MODEL_HOLDERS; h++)
        n += t->named[h];
    return n;
}

static unsigned int count_all(const struct model *m)
{
    unsigned int n = 0;
    int t;

    for (t = 0; t < MODEL_TARGETS; t++)
        n += model_sessions(&m->target[t]);
    return n;
}

/* ---- the mode ---- */

static int mode_wanted(const struct model *m)
{
    static const int needs[] = { SELF, ALL, HV };
    int mode = m->initial < 0 ? m->mode : m->initial, t;

    for (t = 0; t < MODEL_TARGETS; t++)
        if (model_sessions(&m->target[t]) && needs[m->target[t].kind] > mode)
            mode = needs[m->target[t].kind];
    return mode;
}

/* Tells whether a guest is to use its own vPMU while only dom0 has one. */
static bool is_conflict(const struct model *m)
{
    int t;

    for (t = 1; t < MODEL_DOMAINS; t++)
        if (model_sessions(&m->target[t]) &&
            m->target[t].kind == XENTIME_SESSION_DOMAIN)
            return mode_wanted(m) == ALL;
    return false;
}

/* Follows stock Xen's vpmu_count: domains with a vPMU keep the mode. */
static bool can_set(const struct model *m, int mode)
{
    int t;

    if (m->counted_by_xen || mode == m->mode || (mode ^ m->mode) == (SELF | HV))
        return true;
    for (t = 1; t < MODEL_DOMAINS; t++)
        if (m->target[t].alive && m->target[t].vpmu)
            return false;
    return true;
}

static void settle(struct model *m)
{
    int mode = mode_wanted(m);

    if (m->initial < 0 && !count_all(m))
        return;
    if (m->initial < 0)
        m->initial = m->mode;
    if (!can_set(m, mode))
        return;
    m->mode = mode;
    if (!count_all(m))
        m->initial = -1;
}

void model_tidy(struct model *m)
{
    int t;

    for (t = 0; t < MODEL_DOMAINS; t++) {
        if (m->target[t].alive)
            continue;
        m->target[t].nameless = 0;
        memset(m->target[t].named, 0, sizeof(m->target[t].named));
    }
    settle(m);
}

/* ---- operations ---- */

static enum xentime_error start_one(struct model_target *t, bool xen,
                                    enum xentime_session_kind kind, int holder)
{
    bool named = holder < MODEL_HOLDERS;

    if (!t->alive)
        return XENTIME_ERR_NODOM;
    if (model_sessions(t) && (xen || t->kind != kind) &&
        !(xen && named && t->named[holder]))
        return XENTIME_ERR_BUSY;
    t->kind = kind;
    if (named)
        t->named[holder] = true;
    else
        t->nameless++;
    return XENTIME_OK;
}

enum xentime_error model_start(struct model *m, unsigned int targets,
                               enum xentime_session_kind kind, int holder)
{
    enum xentime_error rc = XENTIME_OK;
    struct model after;
    int t;

    model_tidy(m);
    after = *m;
    for (t = 0; t < MODEL_TARGETS && !rc; t++)
        if (targets & (1u << t))
            rc = start_one(&after.target[t], t == MODEL_XEN, kind, holder);
    if (!rc && (is_conflict(&after) || !can_set(&after, mode_wanted(&after))))
        rc = XENTIME_ERR_BUSY;
    if (rc)
        return rc;
    settle(&after);
    *m = after;
    return XENTIME_OK;
}

static enum xentime_error stop_one(struct model_target *t, int holder)
{
    if (!t->alive)
        return XENTIME_ERR_NODOM;
    if (holder < MODEL_HOLDERS ? !t->named[holder] : !t->nameless)
        return XENTIME_ERR_NOSESSION;
    if (holder < MODEL_HOLDERS)
        t->named[holder] = false;
    else
        t->nameless--;
    return XENTIME_OK;
}

enum xentime_error model_stop(struct model *m, unsigned int targets, int holder)
{
    enum xentime_error rc = XENTIME_OK;
    struct model after;
    int t;

    model_tidy(m);
    after = *m;
    for (t = 0; t < MODEL_TARGETS && !rc; t++)
        if (targets & (1u << t))
            rc = stop_one(&after.target[t], holder);
    if (rc)
        return rc;
    settle(&after);
    *m = after;
    return XENTIME_OK;
}

unsigned int model_stop_all(struct model *m, bool all, int holder)
{
    unsigned int before;
    int t, h;

    model_tidy(m);
    before = count_all(m);
    for (t = 0; t < MODEL_TARGETS; t++) {
        if (all || holder == MODEL_HOLDERS)
            m->target[t].nameless = all ? 0 : m->target[t].nameless;
        for (h = 0; h < MODEL_HOLDERS; h++)
            if (all || h == holder)
                m->target[t].named[h] = false;
    }
    settle(m);
    return before - count_all(m);
}

void model_create(struct model *m, int id)
{
    memset(&m->target[id], 0, sizeof(m->target[id]));
    m->target[id].alive = true;
    m->target[id].vpmu = m->mode == SELF || m->mode == HV;
}

/* A patched Xen ends its sessions at once; else the next call does. */
void model_destroy(struct model *m, int id)
{
    m->target[id].alive = false;
    if (m->counted_by_xen)
        model_tidy(m);
}
