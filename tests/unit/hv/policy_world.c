/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See policy_world.h. */

#include "policy_world.h"

static const char *const kind_names[] = {
    [EV_PASS] = "pass",           [EV_EXPIRED] = "expired",
    [EV_FIRED] = "fired",         [EV_DESCHEDULED] = "descheduled",
    [EV_BLOCKED] = "blocked",     [EV_RESUMED] = "resumed",
    [EV_DELIVERED] = "delivered", [EV_READ] = "read",
    [EV_SWITCHED] = "switched",   [EV_RESYNCED] = "resynced",
    [EV_STOPPED] = "stopped",     [EV_CREATED] = "created",
};

/* splitmix64 */
uint64_t world_random(struct world *w, uint64_t below)
{
    uint64_t z = w->rng += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % below;
}

/* A stock Xen does not have the last two modes. */
static unsigned int modes(const struct world *w)
{
    return w->options & WORLD_RAW ? 4 : VM_MODES;
}

static bool one_in(struct world *w, unsigned int n)
{
    return !world_random(w, n);
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
    const struct vpt_ticks *t = &w->pt->t;
    char *line = w->log[w->steps++ % ARRAY_COUNT(w->log)];

    snprintf(line, sizeof(w->log[0]),
             "%4u %-11s mode %u to %u pending %u period %" PRIu64
             " now %" PRId64 " = scheduled%+" PRId64 " lag %" PRId64,
             w->steps, kind_names[ev->kind], ev->mode, ev->to,
             t->pending_intr_nr, t->period, ev->now, ev->now - t->scheduled,
             ev->lag);
}

/*
 * Every schedule has its own mixture of events, so that there are hogged
 * CPUs, idle guests, timers that are stopped all the time, and so on.
 */
void world_start(struct world *w, uint64_t seed, unsigned int options)
{
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
    w->weights[EV_EXPIRED] = one_in(w, 2) ? 0 : 8;
    w->weights[EV_READ] = one_in(w, 2) ? 0 : 4;
    w->weights[EV_SWITCHED] = one_in(w, 2) ? 0 : 1u << world_random(w, 3);
    w->weights[EV_RESYNCED] = one_in(w, 4) ? 1 : 0;
    w->weights[EV_STOPPED] = one_in(w, 4) ? 1 : 0;
    if (options & WORLD_NO_SWITCH)
        w->weights[EV_SWITCHED] = 0;
    if (options & WORLD_RAW)
        w->weights[EV_EXPIRED] = w->weights[EV_READ] = w->weights[EV_RESYNCED] =
            0;
    if (options & WORLD_LOSSLESS)
        w->weights[EV_STOPPED] = 0;

    vm_start(&w->vm, 1,
             world_random(w, options & WORLD_LOSSLESS ? 2 : modes(w)),
             1 + world_random(w, 1000000000000));
    w->vm.now += 1 + world_random(w, 1000000);
    w->v = &w->vm.vcpu[0];
    w->pt = &w->v->timer[0];
}

/* ---- what happens next ---- */

/* Picks a time that is mostly a moment that matters, or close to it. */
static int64_t pick_time(struct world *w)
{
    const struct vpt_ticks *t = &w->pt->t;
    int64_t period = t->period ? t->period : 1000000;
    int64_t at = t->scheduled;

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
        at = w->vm.now + world_random(w, 4 * period);
        break;
    case 6:
        at = w->vm.now + world_random(w, (one_in(w, 50) ? 2500 : 30) * period);
        break;
    default:
        at = w->vm.now + world_random(w, period);
        break;
    }
    return at > w->vm.now ? at : w->vm.now;
}

static bool possible(const struct world *w, enum event_kind kind)
{
    const struct vm_timer *pt = w->pt;

    switch (kind) {
    case EV_EXPIRED:
        return pt->armed && w->vm.now >= pt->expires && !pt->in_fn;
    case EV_FIRED:
        return pt->in_fn || (pt->armed && w->vm.now >= pt->expires);
    case EV_DESCHEDULED:
    case EV_BLOCKED:
        return w->v->running;
    case EV_RESUMED:
        return !w->v->running;
    case EV_DELIVERED:
        return w->v->running && pt->alive && pt->t.pending_intr_nr;
    case EV_SWITCHED:
        /* Another test has raw changes of a descheduled vCPU's mode. */
        return w->options & WORLD_RAW ? w->v->running || w->v->blocked
                                      : !w->v->running;
    case EV_RESYNCED:
        return !w->v->running;
    case EV_STOPPED:
        return pt->alive;
    case EV_CREATED:
        /* kill_timer() has waited for the function. */
        return !pt->alive && !pt->in_fn;
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
    static const uint64_t periods[] = { 100000,     976563,     1000000,
                                        10000000,   1193181987, 1500,
                                        20000000000 };

    ev->period = one_in(w, 6) && !(w->options & WORLD_LOSSLESS)
                     ? 0
                     : periods[world_random(w, ARRAY_COUNT(periods))];
    ev->delta = ev->period && one_in(w, 2) ? ev->period
                                           : 1 + world_random(w, 3000000);
    /* A LAPIC timer's first tick comes after a period and a half. */
    if (ev->period && one_in(w, 4))
        ev->delta += ev->delta >> 1;
}

struct event world_pick(struct world *w)
{
    struct event ev = { .kind = pick_kind(w) };
    struct vm *vm = &w->vm;

    if (ev.kind == EV_PASS)
        ev.now = pick_time(w);
    else
        ev.now = vm->now + (one_in(w, 2) ? world_random(w, 1000) : 0);
    /* A reading takes at least so long. */
    if (ev.kind == EV_READ)
        ev.now += VPT_CLOCK_STEP;
    ev.mode = ev.to = vm->mode;
    ev.lag = vpt_clock_lag(&vm->clock, ev.now - vm->born);

    if (!(w->options & WORLD_OWN_RULE) && one_in(w, 20))
        vm->wakeup_after = one_in(w, 3) ? 0 : world_random(w, 8);
    ev.wakeup_after = vm->wakeup_after;

    if (ev.kind == EV_SWITCHED) {
        if (w->options & WORLD_LOSSLESS)
            ev.to = !vm->mode;
        else
            ev.to = (vm->mode + 1 + world_random(w, modes(w) - 1)) % modes(w);
    }
    if (ev.kind == EV_CREATED)
        pick_timer(w, &ev);
    return ev;
}

/* The guest's clock has gone on, by as much as a reading is said to take. */
static void read_clock(struct world *w)
{
    int64_t now = vm_read(&w->vm);

    if (now < w->last_read + VPT_CLOCK_STEP)
        world_fail(w, "read %" PRId64 " after %" PRId64, now, w->last_read);
    w->last_read = now;
}

static bool resume(struct world *w)
{
    bool was_armed = w->pt->armed;
    bool set;

    w->pt->armed = false;
    vm_restore(&w->vm, w->v);
    set = w->pt->armed;
    if (!set)
        w->pt->armed = was_armed;
    return set;
}

bool world_apply(struct world *w, const struct event *ev)
{
    struct vm *vm = &w->vm;

    note(w, ev);
    vm->now = ev->now;
    w->pt->was_reached = false;

    switch (ev->kind) {
    case EV_EXPIRED:
        vm_expire(w->pt);
        break;
    case EV_FIRED:
        vm_fire(vm, w->v, w->pt);
        break;
    case EV_DESCHEDULED:
        vm_save(vm, w->v, VM_PREEMPTED);
        break;
    case EV_BLOCKED:
        vm_save(vm, w->v, VM_BLOCKED);
        break;
    case EV_RESUMED:
        return resume(w);
    case EV_DELIVERED:
        return vm_deliver(vm, w->v, w->pt);
    case EV_READ:
        read_clock(w);
        break;
    case EV_SWITCHED:
        if (w->options & WORLD_RAW)
            vm->mode = ev->to;
        else
            vm_switch(vm, ev->to);
        break;
    case EV_RESYNCED:
        vm_resync(vm);
        break;
    case EV_STOPPED:
        vm_destroy(vm, w->v, w->pt);
        break;
    case EV_CREATED:
        vm_create(vm, w->pt, ev->period, ev->delta);
        break;
    default:
        break;
    }
    return false;
}
