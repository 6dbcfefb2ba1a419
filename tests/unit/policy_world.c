/* SPDX-License-Identifier: GPL-2.0-only */
/* See policy_world.h. */

#include "policy_world.h"

static const char *const kind_names[] = {
    [EV_PASS] = "pass",
    [EV_FIRED] = "fired",
    [EV_DESCHEDULED] = "descheduled",
    [EV_BLOCKED] = "blocked",
    [EV_RESUMED] = "resumed",
    [EV_DELIVERED] = "delivered",
    [EV_SWITCHED] = "switched",
    [EV_REBASED] = "rebased",
    [EV_STOPPED] = "stopped",
    [EV_CREATED] = "created",
};

/* splitmix64 */
uint64_t world_random(struct world *w, uint64_t below)
{
    uint64_t z = w->rng += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % below;
}

/* paced_missed_ticks is none of a stock Xen's. */
static unsigned int modes(const struct world *w)
{
    return w->options & WORLD_RAW ? 4 : 5;
}

static bool one_in(struct world *w, unsigned int n)
{
    return !world_random(w, n);
}

int64_t world_gtime(const struct world *w)
{
    return w->frozen ? w->frozen_at : w->now + w->offset;
}

void world_fail_at(const struct world *w, const char *file, int line,
                   const char *fmt, ...)
{
    const unsigned int slots = ARRAY_COUNT(w->log);
    unsigned int i = w->steps > slots ? w->steps - slots : 0;
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    for (; i < w->steps; i++)
        print_error("%s\n", w->log[i % slots]);
    unit_fail(file, line, "seed %" PRIu64 " options %u step %u: %s", w->seed,
              w->options, w->steps, text);
}

static void note(struct world *w, const struct event *ev)
{
    int64_t from = w->t.scheduled;
    char *line = w->log[w->steps++ % ARRAY_COUNT(w->log)];

    snprintf(line, sizeof(w->log[0]),
             "%4u %-11s mode %u to %u pending %u period %" PRIu64
             " now %" PRId64 " = scheduled%+" PRId64 " after %u",
             w->steps, kind_names[ev->kind], ev->mode, ev->to,
             w->t.pending_intr_nr, w->t.period, ev->now, ev->now - from,
             ev->wakeup_after);
}

/*
 * Every schedule has its own mixture of events, so that there are hogged
 * CPUs, idle guests, timers that are stopped all the time, and so on.
 */
void world_start(struct world *w, uint64_t seed, unsigned int options)
{
    static const int64_t guest_times[] = { 1, 1000, 50000000, 1000000000 };
    unsigned int i;

    memset(w, 0, sizeof(*w));
    w->rng = w->seed = seed;
    w->options = options;
    for (i = 0; i < EV_KINDS; i++)
        w->weights[i] = 1u << world_random(w, 6);
    w->weights[EV_PASS] = 2u << world_random(w, 4);
    if (one_in(w, 4)) {
        /* Xen's timers are slow. */
        w->weights[EV_FIRED] = 1;
        w->weights[EV_DELIVERED] |= 32;
    }
    w->weights[EV_SWITCHED] = one_in(w, 2) ? 0 : 1u << world_random(w, 3);
    w->weights[EV_REBASED] = one_in(w, 4) ? 1 : 0;
    w->weights[EV_STOPPED] = one_in(w, 4) ? 1 : 0;
    if (options & WORLD_NO_SWITCH)
        w->weights[EV_SWITCHED] = 0;
    if (options & WORLD_RAW)
        w->weights[EV_REBASED] = 0;
    if (options & WORLD_LOSSLESS)
        w->weights[EV_STOPPED] = 0;

    w->now = 1 + world_random(w, 1000000000000);
    w->offset = guest_times[world_random(w, ARRAY_COUNT(guest_times))] - w->now;
    w->running = true;
    w->mode = world_random(w, options & WORLD_LOSSLESS ? 2 : modes(w));
}

/* ---- what happens next ---- */

/* Mostly to a moment that matters, or close to it. */
static int64_t pick_time(struct world *w)
{
    int64_t period = w->t.period ? w->t.period : 1000000;
    int64_t at = w->t.scheduled;

    switch (world_random(w, 9)) {
    case 0:
    case 1:
        at += world_random(w, 1 + period / 100);
        break;
    case 2:
        at += (int64_t)world_random(w, 3) - 1;
        break;
    case 3:
        at += (int64_t)world_random(w, 6) * period;
        break;
    case 4:
        at += (int64_t)world_random(w, 6) * period + 1;
        break;
    case 5:
        at = w->now + world_random(w, 4 * period);
        break;
    case 6:
        at = w->now + world_random(w, (one_in(w, 50) ? 2500 : 30) * period);
        break;
    default:
        at = w->now + world_random(w, period);
        break;
    }
    return at > w->now ? at : w->now;
}

static bool possible(const struct world *w, enum event_kind kind)
{
    switch (kind) {
    case EV_FIRED:
        return w->armed && w->now >= w->expires;
    case EV_DESCHEDULED:
    case EV_BLOCKED:
        return w->running;
    case EV_RESUMED:
        return !w->running;
    case EV_DELIVERED:
        return w->running && w->alive && w->t.pending_intr_nr;
    case EV_SWITCHED:
        /* A raw change of a frozen vCPU's mode is another patch's matter. */
        return w->options & WORLD_RAW ? w->running || w->blocked : !w->running;
    case EV_REBASED:
    case EV_STOPPED:
        return w->alive;
    case EV_CREATED:
        return !w->alive;
    default:
        return true;
    }
}

static enum event_kind pick_kind(struct world *w)
{
    unsigned int sum = 0, at, i;

    for (i = 0; i < EV_KINDS; i++)
        sum += possible(w, i) ? w->weights[i] : 0;
    at = world_random(w, sum);
    for (i = 0; i < EV_KINDS; i++) {
        if (!possible(w, i))
            continue;
        if (at < w->weights[i])
            break;
        at -= w->weights[i];
    }
    return i;
}

static void pick_timer(struct world *w, struct event *ev)
{
    static const uint64_t periods[] = { 100000,   976563,     1000000,
                                        10000000, 1193181987, 1500 };

    ev->period = one_in(w, 6) && !(w->options & WORLD_LOSSLESS)
                     ? 0
                     : periods[world_random(w, ARRAY_COUNT(periods))];
    ev->delta = ev->period && one_in(w, 2) ? ev->period
                                           : 1 + world_random(w, 3000000);
    /* As the LAPIC's. */
    if (ev->period && one_in(w, 4))
        ev->delta += ev->delta >> 1;
}

struct event world_pick(struct world *w)
{
    struct event ev = { .kind = pick_kind(w) };

    if (ev.kind == EV_PASS)
        ev.now = pick_time(w);
    else
        ev.now = w->now + (one_in(w, 2) ? world_random(w, 1000) : 0);
    ev.mode = ev.to = w->mode;
    ev.gtime = w->frozen ? w->frozen_at : ev.now + w->offset;

    if (!(w->options & WORLD_OWN_RULE) && one_in(w, 20))
        w->wakeup_after = one_in(w, 3) ? 0 : world_random(w, 8);
    ev.wakeup_after = w->wakeup_after;

    if (ev.kind == EV_SWITCHED) {
        if (w->options & WORLD_LOSSLESS)
            ev.to = !w->mode;
        else
            ev.to = (w->mode + 1 + world_random(w, modes(w) - 1)) % modes(w);
    }
    if (ev.kind == EV_REBASED)
        ev.gtime += world_random(w, 100000000);
    if (ev.kind == EV_CREATED) {
        /* hvm_get_guest_time() does not know of freezing. */
        ev.gtime = ev.now + w->offset;
        pick_timer(w, &ev);
    }
    return ev;
}

/* ---- as vpt.c does it ---- */

static void set_gtime(struct world *w, int64_t gtime)
{
    w->offset = gtime - w->now;
    if (w->frozen)
        w->frozen_at = gtime;
}

static bool set_timer(struct world *w, bool wanted)
{
    if (wanted) {
        w->armed = true;
        w->expires = w->t.scheduled;
    }
    return wanted;
}

static void thaw(struct world *w)
{
    if (w->frozen)
        w->offset = w->frozen_at - w->now;
    w->frozen = false;
}

static void create(struct world *w, const struct event *ev)
{
    w->t = (struct vpt_ticks){
        .one_shot = !ev->period,
        .period = ev->period,
        .scheduled = ev->now + ev->delta,
        .last_plt_gtime = ev->gtime,
    };
    w->alive = true;
    set_timer(w, true);
}

static bool resume(struct world *w, const struct event *ev)
{
    bool set = w->alive && vpt_vcpu_resumed(ev->mode, &w->t, ev->now,
                                            ev->wakeup_after, &w->tally);

    thaw(w);
    w->running = true;
    w->blocked = false;
    return set_timer(w, set);
}

static bool deliver(struct world *w, const struct event *ev)
{
    /* That in gtime is not looked at, says the header. */
    uint64_t gtime = vpt_keeps_backlog(ev->mode) &&
                             !vpt_freezes_wakeup(ev->mode)
                         ? w->rng
                         : (uint64_t)ev->gtime;
    bool set = vpt_tick_delivered(ev->mode, &w->t, ev->now, gtime,
                                  ev->wakeup_after, &w->tally);

    w->led = vpt_freezes_time(ev->mode) && vpt_tick_leads(&w->t, ev->gtime);
    if (w->led)
        set_gtime(w, w->t.last_plt_gtime);
    if (w->t.one_shot)
        w->alive = w->armed = false;
    return set_timer(w, set);
}

/* switch_vcpu() and switch_timer() */
static void switch_mode(struct world *w, const struct event *ev)
{
    w->mode = ev->to;
    if (w->options & WORLD_RAW)
        return;

    thaw(w);
    if (w->alive && !w->t.one_shot)
        w->armed = false;
    if (w->alive)
        vpt_mode_switched(ev->mode, ev->to, &w->t, ev->now, ev->gtime,
                          &w->tally);
    if (w->alive && !w->t.one_shot && w->blocked && !w->t.pending_intr_nr)
        set_timer(w, true);
    if (vpt_freezes_time(ev->to) && !w->blocked && w->alive) {
        w->frozen = true;
        w->frozen_at = ev->gtime;
    }
}

bool world_apply(struct world *w, const struct event *ev)
{
    note(w, ev);
    w->now = ev->now;
    w->led = false;

    switch (ev->kind) {
    case EV_FIRED:
        w->armed = false;
        vpt_timer_fired(&w->t, &w->tally);
        break;
    case EV_DESCHEDULED:
        w->running = false;
        if (!w->t.do_not_freeze)
            w->armed = false;
        w->frozen = vpt_freezes_time(ev->mode);
        w->frozen_at = ev->gtime;
        break;
    case EV_BLOCKED:
        w->running = false;
        w->blocked = true;
        break;
    case EV_RESUMED:
        return resume(w, ev);
    case EV_DELIVERED:
        return deliver(w, ev);
    case EV_SWITCHED:
        switch_mode(w, ev);
        break;
    case EV_REBASED:
        set_gtime(w, ev->gtime);
        vpt_rebase(&w->t, ev->now, ev->gtime);
        break;
    case EV_STOPPED:
        w->alive = w->armed = false;
        vpt_timer_stopped(&w->t, &w->tally);
        break;
    case EV_CREATED:
        create(w, ev);
        break;
    default:
        break;
    }
    return false;
}
