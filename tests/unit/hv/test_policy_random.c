/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpt-policy.c, as it is compiled into the hypervisor, does with ticks what
 * the modes say: in thousands of random schedules (policy_world.h) it agrees
 * after every event with a model that has every single tick in a list
 * (policy_model.h), and with what must be so whatever the schedule.
 *
 * That the schedules are worth something is checked too: what they are to
 * lead to is counted.
 */

#include "policy_model.h"

#define SEEDS 1000
#define STEPS 250

/* Counts of what has been seen in all schedules. */
static struct {
    uint64_t events[EV_KINDS];
    uint64_t pair[VM_MODES][VM_MODES]; /* with more than one tick pending */
    uint64_t runs_on[4]; /* in mode 2, by wakeup_after; [3]: 3 or more */
    uint64_t runs_on_no_more;
    uint64_t on_time;       /* resumed at the moment of a tick */
    uint64_t one_shot;      /* delivered */
    uint64_t one_shot_kept; /* over a change of mode */
    uint64_t reached;       /* guest time moved by a tick */
    uint64_t backlog;       /* 1000 ticks and more */
    uint64_t in_a_row;      /* dropped in more than one piece */
    uint64_t passed;        /* mode 4: merged, as guest time was there */
    uint64_t forgotten;     /* mode 4: too old */
    uint64_t withheld;      /* mode 5 */
    uint64_t not_its_tick;  /* fired after somebody had dealt with the tick */
    uint64_t stopped[2];    /* guest time, in the modes 0 and 4 */
} seen;

static void compare(const struct world *w, const struct model *m)
{
    const struct vpt_tally *tally = &w->vm.tally;
    const struct vpt_ticks *t = &w->pt->t;
    const int64_t now = w->vm.now;
    uint64_t count[FATES];

    model_count(m, count);
    world_same(w, t->pending_intr_nr, count[PENDING]);
    world_same(w, tally->delivered, count[DELIVERED]);
    world_same(w, tally->collapsed, count[COLLAPSED]);
    world_same(w, tally->dropped, count[DROPPED] + count[WITHHELD]);
    world_same(w, tally->due,
               count[PENDING] + count[DELIVERED] + count[COLLAPSED] +
                   count[DROPPED] + count[WITHHELD]);

    world_same(w, t->scheduled, model_next(m)->due);
    world_same(w, t->do_not_freeze, m->runs_on);
    world_same(w, t->period, m->period);
    world_same(w, t->one_shot, m->one_shot);
    /* Nobody is to ask about a one-shot timer that has fired. */
    if (!t->one_shot || model_next(m)->fate == AHEAD)
        world_same(w, vpt_ticks_unseen(t, now), model_unseen(m, now));
}

/* Checks the sums, which needs no model. */
static void check_sums(const struct world *w, const struct vpt_tally *before,
                       int64_t first_due)
{
    const struct vpt_ticks *t = &w->pt->t;
    uint64_t due = w->vm.tally.due - before->due;

    if (!vm_adds_up(&w->vm))
        world_fail(w, "the sums differ");
    /* Every moment at which a tick falls is counted, once. */
    if (t->one_shot)
        assert_true(due <= 1);
    else
        world_same(w, t->scheduled, first_due + due * t->period);
}

/*
 * Guest time goes on, is not ahead of real time, and is behind only where a
 * mode wants that and a tick is there to bring it back.
 */
static void check_time(const struct world *w, const struct event *ev,
                       int64_t before)
{
    const struct vm *vm = &w->vm;
    bool waits = !w->v->running, ticks = vm_has_tick(w->v);

    if (vm_gtime(vm) < before)
        world_fail(w, "guest time goes back");
    if (vm_gtime(vm) > vm_real(vm))
        world_fail(w, "guest time is ahead");
    if (!ticks)
        world_same(w, vm_lag(vm), 0);

    switch (vm->mode) {
    case 0:
        if (ev->kind == EV_DESCHEDULED)
            world_same(w, vm->clock.stopped, ticks);
        if (vm->clock.stopped && (!ticks || !waits || w->v->blocked))
            world_fail(w, "guest time stands still");
        break;
    case 4:
        world_same(w, vm->clock.stopped,
                   ticks && waits && w->pt->t.pending_intr_nr);
        break;
    default:
        world_same(w, vm_lag(vm), 0);
        break;
    }
}

/* Guest time is as far behind as the tick is late, or less. */
static void check_reached(const struct world *w, const struct event *ev,
                          const struct tick *tick)
{
    int64_t late = ev->now - tick->due;
    bool freezes = ev->mode == 0 || ev->mode == 4;

    world_same(w, w->pt->was_reached, freezes && ev->lag > late);
    if (freezes)
        world_same(w, vm_lag(&w->vm), ev->lag < late ? ev->lag : late);
}

static void watch(const struct world *w, const struct event *ev,
                  const struct vpt_ticks *was, const struct vpt_tally *tally)
{
    const struct vpt_ticks *t = &w->pt->t;

    seen.events[ev->kind]++;
    seen.backlog += t->pending_intr_nr >= 1000;
    seen.reached += w->pt->was_reached;
    if (w->vm.clock.stopped)
        seen.stopped[w->vm.mode == 4]++;
    if (w->vm.mode == 4 && ev->kind != EV_STOPPED)
        seen.forgotten += w->vm.tally.dropped - tally->dropped;

    switch (ev->kind) {
    case EV_FIRED:
        seen.not_its_tick += t->pending_intr_nr == was->pending_intr_nr;
        break;
    case EV_RESUMED:
        seen.on_time += ev->now == was->scheduled && !was->pending_intr_nr;
        /* fall through */
    case EV_DELIVERED:
        if (ev->mode == 2 && t->do_not_freeze)
            seen.runs_on[ev->wakeup_after < 3 ? ev->wakeup_after : 3]++;
        seen.runs_on_no_more += was->do_not_freeze && !t->do_not_freeze;
        if (ev->mode == 2)
            seen.in_a_row += was->missed && t->missed > was->missed;
        if (ev->kind == EV_DELIVERED) {
            seen.one_shot += was->one_shot;
            if (ev->mode == 4)
                seen.passed += w->vm.tally.collapsed - tally->collapsed;
        }
        break;
    case EV_SWITCHED:
        if (was->one_shot)
            seen.one_shot_kept++;
        else if (was->pending_intr_nr + vpt_ticks_unseen(was, ev->now) > 1)
            seen.pair[ev->mode][ev->to]++;
        break;
    default:
        break;
    }
}

static void check_event(struct world *w, struct model *m, struct event *ev,
                        const struct vpt_tally *before, int64_t *first_due)
{
    bool alive = w->pt->alive || ev->kind == EV_CREATED, set;
    int64_t gtime = vm_gtime(&w->vm);
    struct vpt_tally tally = w->vm.tally;
    struct vpt_ticks was = w->pt->t;

    set = world_apply(w, ev);
    if (alive)
        world_same(w, set, model_apply(m, ev));
    if (ev->kind == EV_CREATED)
        *first_due = w->pt->t.scheduled;
    check_time(w, ev, gtime);
    if (!m->n)
        return;

    compare(w, m);
    check_sums(w, before, *first_due);
    if (ev->kind == EV_DELIVERED && !was.one_shot)
        check_reached(w, ev, &m->ticks[m->delivered]);
    watch(w, ev, &was, &tally);
}

static void run_schedule(struct world *w, struct model *m)
{
    struct vpt_tally before = { 0 };
    int64_t first_due = 0;
    struct event ev;
    int i;

    for (i = 0; i < STEPS; i++) {
        ev = world_pick(w);
        if (ev.kind == EV_CREATED)
            before = w->vm.tally;
        check_event(w, m, &ev, &before, &first_due);
    }
}

static void count_withheld(const struct model *m)
{
    uint64_t count[FATES];

    model_count(m, count);
    seen.withheld += count[WITHHELD];
}

static void run_schedules(uint64_t first, unsigned int options)
{
    struct model m = { 0 };
    struct world w;
    uint64_t seed;

    for (seed = first; seed < first + SEEDS; seed++) {
        world_start(&w, seed, options);
        run_schedule(&w, &m);
        count_withheld(&m);
        model_free(&m);
    }
}

static void one_mode(void **state)
{
    (void)state;
    run_schedules(100000, WORLD_NO_SWITCH);
}

static void changing_modes(void **state)
{
    (void)state;
    run_schedules(200000, 0);
}

static void xens_own_rule(void **state)
{
    (void)state;
    run_schedules(300000, WORLD_OWN_RULE);
}

/*
 * In modes 0 and 1, and over changes between them, every tick is delivered in
 * the end.
 */
static void every_tick_is_delivered(void **state)
{
    struct model m = { 0 };
    struct world w;
    struct event ev;
    uint64_t seed;

    (void)state;
    for (seed = 1; seed <= SEEDS; seed++) {
        world_start(&w, seed, WORLD_LOSSLESS);
        run_schedule(&w, &m);
        world_same(&w, w.vm.tally.dropped + w.vm.tally.collapsed, 0);

        /* The guest is left alone, at the same moment. */
        ev = world_pick(&w);
        ev.now = w.vm.now;
        ev.kind = EV_RESUMED;
        if (w.pt->alive)
            world_apply(&w, &ev);
        ev.kind = EV_DELIVERED;
        while (w.pt->t.pending_intr_nr)
            world_apply(&w, &ev);
        world_same(&w, w.vm.tally.delivered, w.vm.tally.due);
        if (w.pt->alive && w.pt->t.scheduled < w.vm.now)
            world_fail(&w, "a tick is left behind");
        model_free(&m);
    }
}

/* This test comes after the others, whose schedules it looks at. */
static void schedules_went_everywhere(void **state)
{
    unsigned int i, k;

    (void)state;
    for (i = 0; i < EV_KINDS; i++)
        assert_in_range(seen.events[i], 1000, UINT64_MAX);
    for (i = 0; i < VM_MODES; i++)
        for (k = 0; k < VM_MODES; k++)
            if (i != k && seen.pair[i][k] < 50)
                fail_because("%u to %u: %" PRIu64, i, k, seen.pair[i][k]);
    for (i = 0; i < 4; i++)
        assert_in_range(seen.runs_on[i], 100, UINT64_MAX);
    assert_in_range(seen.runs_on_no_more, 10, UINT64_MAX);
    assert_in_range(seen.on_time, 100, UINT64_MAX);
    assert_in_range(seen.one_shot, 100, UINT64_MAX);
    assert_in_range(seen.one_shot_kept, 50, UINT64_MAX);
    assert_in_range(seen.reached, 1000, UINT64_MAX);
    assert_in_range(seen.backlog, 50, UINT64_MAX);
    assert_in_range(seen.in_a_row, 50, UINT64_MAX);
    assert_in_range(seen.passed, 1000, UINT64_MAX);
    assert_in_range(seen.forgotten, 50, UINT64_MAX);
    assert_in_range(seen.withheld, 1000, UINT64_MAX);
    assert_in_range(seen.not_its_tick, 100, UINT64_MAX);
    assert_in_range(seen.stopped[0], 1000, UINT64_MAX);
    assert_in_range(seen.stopped[1], 1000, UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_mode),
        cmocka_unit_test(changing_modes),
        cmocka_unit_test(xens_own_rule),
        cmocka_unit_test(every_tick_is_delivered),
        cmocka_unit_test(schedules_went_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
