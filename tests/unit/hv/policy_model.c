/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See policy_model.h. */

#include "policy_model.h"

/* A change of mode does this to the ticks that are pending: [from][to]. */
static const enum {
    ALL,
    MERGE,
    DROP
} handed_over[VM_MODES][VM_MODES] = {
    { ALL, ALL, DROP, MERGE, ALL, DROP },
    { ALL, ALL, DROP, MERGE, ALL, DROP },
    { DROP, DROP, ALL, MERGE, DROP, DROP },
    { MERGE, MERGE, MERGE, ALL, MERGE, MERGE },
    { ALL, ALL, DROP, MERGE, ALL, DROP },
    { DROP, DROP, DROP, MERGE, DROP, ALL },
};

static bool drops(unsigned int mode)
{
    return mode == 2 || mode == 5;
}

void model_free(struct model *m)
{
    free(m->ticks);
    *m = (struct model){ 0 };
}

void model_count(const struct model *m, uint64_t count[FATES])
{
    size_t i;

    memcpy(count, m->gone, sizeof(m->gone));
    for (i = 0; i < m->n; i++)
        count[m->ticks[i].fate]++;
}

static size_t pending(const struct model *m)
{
    size_t i, count = 0;

    for (i = 0; i < m->n; i++)
        count += m->ticks[i].fate == PENDING;
    return count;
}

const struct tick *model_next(const struct model *m)
{
    return &m->ticks[m->n - 1];
}

uint64_t model_unseen(const struct model *m, int64_t now)
{
    const struct tick *next = model_next(m);
    uint64_t count = 0;
    int64_t at;

    if (next->fate != AHEAD || next->due >= now)
        return 0;
    if (m->one_shot)
        return 1;
    for (at = next->due; at <= now; at += m->period)
        count++;
    return count;
}

size_t model_row(const struct model *m)
{
    size_t i = m->n - 1, row = 0;

    while (i > m->row_from && (m->ticks[i - 1].fate == DROPPED ||
                               m->ticks[i - 1].fate == WITHHELD))
        row += m->ticks[--i].fate == DROPPED;
    return row;
}

static void append(struct model *m, int64_t due)
{
    if (m->n == m->room) {
        m->room = m->room ? 2 * m->room : 256;
        m->ticks = realloc(m->ticks, m->room * sizeof(*m->ticks));
        assert_non_null(m->ticks);
    }
    m->ticks[m->n++] = (struct tick){ .due = due };
}

/* A tick is looked at once, and pending before it is anything else. */
static void decide(struct model *m, size_t i, enum fate fate)
{
    enum fate was = m->ticks[i].fate;

    assert_true(was == PENDING ||
                (was == AHEAD && fate != DELIVERED && fate != COLLAPSED));
    m->ticks[i].fate = fate;
}

/* Decides on the tick ahead; a periodic timer has another one then. */
static void look_at_next(struct model *m, enum fate fate)
{
    size_t i = m->n - 1;

    decide(m, i, fate);
    if (!m->one_shot)
        append(m, m->ticks[i].due + m->period);
}

static void decide_pending(struct model *m, enum fate fate)
{
    size_t i;

    for (i = 0; i < m->n; i++)
        if (m->ticks[i].fate == PENDING)
            decide(m, i, fate);
}

/* Mode 4 owes no more than the last 10 s, and one tick at least. */
static void forget_old(struct model *m)
{
    const size_t least = m->n;
    size_t i, left = pending(m);

    for (i = 0; i < least && left > 1; i++)
        if (m->ticks[i].fate == PENDING && left * m->period > 10000000000) {
            decide(m, i, DROPPED);
            left--;
        }
}

/*
 * Looks at ticks that have come due unnoticed.  A tick that is due at this very
 * moment is left to the timer, unless there are others before it.
 */
static void look(struct model *m, unsigned int mode, int64_t now,
                 unsigned int wakeup_after, bool was_pending)
{
    if (m->one_shot || model_next(m)->due >= now)
        return;

    while (model_next(m)->due <= now)
        look_at_next(m, drops(mode) ? DROPPED : PENDING);

    if (mode == 4)
        forget_old(m);
    if (drops(mode))
        m->runs_on = wakeup_after ? model_row(m) >= wakeup_after : !was_pending;
}

static void create(struct model *m, const struct event *ev)
{
    uint64_t count[FATES];

    model_count(m, count);
    memcpy(m->gone, count, sizeof(count));
    m->n = m->row_from = 0;
    m->one_shot = !ev->period;
    m->period = ev->period;
    m->runs_on = m->unread = false;
    m->given = 0;
    append(m, ev->now + ev->delta);
}

/* Merges the ticks that were due by @reached with the tick before. */
static void merge_passed(struct model *m, int64_t reached)
{
    size_t i;

    for (i = 0; i < m->n; i++)
        if (m->ticks[i].fate == PENDING && m->ticks[i].due <= reached)
            decide(m, i, COLLAPSED);
}

static void withhold_next(struct model *m, int64_t now)
{
    if (model_next(m)->due < now + m->period / 2)
        look_at_next(m, WITHHELD);
}

static bool deliver(struct model *m, const struct event *ev)
{
    int64_t reached = ev->now - ev->lag;
    size_t i;

    for (i = 0; m->ticks[i].fate != PENDING; i++)
        assert_true(i + 1 < m->n);
    m->delivered = i;
    decide(m, i, DELIVERED);
    if (m->one_shot)
        return false;

    if (ev->mode == 0 || ev->mode == 1 || ev->mode == 4) {
        if (reached < m->ticks[i].due)
            reached = m->ticks[i].due;
        if (!pending(m))
            look(m, ev->mode, ev->now, ev->wakeup_after, true);
        if (ev->mode == 4)
            merge_passed(m, reached);
        return !pending(m);
    }

    look(m, ev->mode, ev->now, ev->wakeup_after, true);
    if (ev->mode == 5) {
        withhold_next(m, ev->now);
        m->given = ev->now;
    }
    decide_pending(m, COLLAPSED);
    return true;
}

static void switch_mode(struct model *m, const struct event *ev)
{
    uint64_t rest;
    size_t i;

    if (m->one_shot)
        return;
    look(m, ev->mode, ev->now, 0, pending(m));
    m->runs_on = m->unread = false;
    m->row_from = m->n - 1;

    /* The last tick that is pending stays in any case. */
    rest = pending(m);
    if (handed_over[ev->mode][ev->to] == ALL)
        rest = 0;
    for (i = 0; rest > 1; i++)
        if (m->ticks[i].fate == PENDING) {
            decide(m, i,
                   handed_over[ev->mode][ev->to] == MERGE ? COLLAPSED
                                                          : DROPPED);
            rest--;
        }
    if (ev->to == 4)
        forget_old(m);
}

/*
 * In mode 5 a vCPU that loses its CPU soon after a tick may be in its handler
 * still, and reads its clock when it goes on: as if it were given the tick
 * then.
 */
static void lose_cpu(struct model *m, const struct event *ev)
{
    m->unread = ev->mode == 5 && !m->one_shot && !pending(m) &&
                ev->now - m->given < m->period / 2;
}

static bool resume(struct model *m, const struct event *ev)
{
    bool unread = m->unread;

    m->unread = false;
    if (unread)
        decide_pending(m, WITHHELD);
    if (pending(m))
        return false;
    look(m, ev->mode, ev->now, ev->wakeup_after, false);
    if (unread)
        withhold_next(m, ev->now);
    return true;
}

bool model_apply(struct model *m, const struct event *ev)
{
    switch (ev->kind) {
    case EV_FIRED:
        /* Somebody else may have dealt with the tick. */
        if (model_next(m)->fate != AHEAD || model_next(m)->due > ev->now)
            return false;
        look_at_next(m, PENDING);
        m->runs_on = false;
        return false;
    case EV_DESCHEDULED:
        lose_cpu(m, ev);
        return false;
    case EV_RESUMED:
        return resume(m, ev);
    case EV_DELIVERED:
        return deliver(m, ev);
    case EV_SWITCHED:
        switch_mode(m, ev);
        return false;
    case EV_STOPPED:
        decide_pending(m, DROPPED);
        return false;
    case EV_CREATED:
        create(m, ev);
        return false;
    default:
        return false;
    }
}
