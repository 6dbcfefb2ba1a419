/* SPDX-License-Identifier: GPL-2.0-only */
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

/* What has been seen in all schedules. */
static struct {
    uint64_t events[EV_KINDS];
    uint64_t pair[5][5]; /* switched with more than one tick pending */
    uint64_t runs_on[4]; /* in mode 2, with wakeup_after as is, 3: more */
    uint64_t runs_on_no_more;
    uint64_t on_time;       /* resumed at the moment of a tick */
    uint64_t one_shot;      /* delivered */
    uint64_t one_shot_kept; /* over a change of mode */
    uint64_t ahead_of_time; /* delivered before it was due */
    uint64_t led;           /* guest time moved by a tick */
    uint64_t below_zero;    /* last_plt_gtime */
    uint64_t backlog;       /* 1000 ticks and more */
    uint64_t in_a_row;      /* dropped in more than one piece */
    uint64_t passed;        /* mode 4: merged, as guest time was there */
} seen;

/* What was so when guest time was last put in step with ticks. */
static struct {
    bool valid;
    int64_t now, offset;
} in_step;

static void compare(const struct world *w, const struct model *m)
{
    uint64_t count[FATES];

    model_count(m, count);
    world_same(w, w->t.pending_intr_nr, count[PENDING]);
    world_same(w, w->tally.delivered, count[DELIVERED]);
    world_same(w, w->tally.collapsed, count[COLLAPSED]);
    world_same(w, w->tally.dropped, count[DROPPED]);
    world_same(w, w->tally.due,
               count[PENDING] + count[DELIVERED] + count[COLLAPSED] +
                   count[DROPPED]);

    world_same(w, w->t.scheduled, model_next(m)->due);
    world_same(w, w->t.do_not_freeze, m->runs_on);
    world_same(w, w->t.last_plt_gtime, m->last_gtime);
    world_same(w, w->t.period, m->period);
    world_same(w, w->t.one_shot, m->one_shot);
    /* Nobody is to ask about a one-shot timer that has fired. */
    if (!w->t.one_shot || model_next(m)->fate == AHEAD)
        world_same(w, vpt_ticks_unseen(&w->t, w->now), model_unseen(m, w->now));
}

/* Needs no model. */
static void check_sums(const struct world *w, const struct vpt_tally *before,
                       int64_t first_due)
{
    uint64_t due = w->tally.due - before->due;

    world_same(w, w->tally.due,
               w->tally.delivered + w->tally.collapsed + w->tally.dropped +
                   w->t.pending_intr_nr);
    /* Every moment at which a tick falls is counted, once. */
    if (w->t.one_shot)
        assert_true(due <= 1);
    else
        world_same(w, w->t.scheduled, first_due + due * w->t.period);
}

/*
 * After a change of the mode, or a move of guest time, ticks are in step with
 * guest time: unless that has been frozen since, no tick that is due is ahead
 * of it.  What was pending then is not ahead of it anyhow.
 */
static void check_in_step(const struct world *w, const struct tick *tick,
                          int64_t offset)
{
    if (!in_step.valid || tick->due > w->now)
        return;
    if (offset == in_step.offset || tick->due <= in_step.now)
        world_same(w, w->led, false);
}

static void watch(const struct world *w, const struct event *ev,
                  const struct vpt_ticks *was, const struct model *m)
{
    seen.events[ev->kind]++;
    seen.below_zero += (int64_t)w->t.last_plt_gtime < 0;
    seen.backlog += w->t.pending_intr_nr >= 1000;
    seen.led += w->led;

    switch (ev->kind) {
    case EV_RESUMED:
        seen.on_time += ev->now == was->scheduled && !was->pending_intr_nr;
        /* fall through */
    case EV_DELIVERED:
        if (ev->mode == 2 && w->t.do_not_freeze)
            seen.runs_on[ev->wakeup_after < 3 ? ev->wakeup_after : 3]++;
        seen.runs_on_no_more += was->do_not_freeze && !w->t.do_not_freeze;
        if (ev->mode == 2)
            seen.in_a_row += was->missed && w->t.missed > was->missed;
        if (ev->kind == EV_DELIVERED) {
            seen.one_shot += was->one_shot;
            seen.ahead_of_time += m->ticks[m->delivered].due > ev->now;
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
    bool alive = w->alive || ev->kind == EV_CREATED, set;
    int64_t gtime = world_gtime(w), offset = w->offset;
    uint64_t collapsed = w->tally.collapsed;
    struct vpt_ticks was = w->t;

    set = world_apply(w, ev);
    if (alive)
        world_same(w, set, model_apply(m, ev));
    if (ev->kind == EV_CREATED)
        *first_due = w->t.scheduled;
    if (ev->kind == EV_CREATED || ev->kind == EV_SWITCHED ||
        ev->kind == EV_REBASED) {
        in_step.valid = alive && ev->kind != EV_CREATED;
        in_step.now = ev->now;
        in_step.offset = w->offset;
    }
    if (ev->kind == EV_DESCHEDULED)
        world_same(w, w->frozen, ev->mode == 0 || ev->mode == 4);
    if (ev->kind == EV_DELIVERED)
        world_same(w, w->led,
                   (ev->mode == 0 || ev->mode == 4) &&
                       m->last_gtime > ev->gtime);
    if (!m->n)
        return;

    compare(w, m);
    check_sums(w, before, *first_due);
    if (ev->kind == EV_DELIVERED && ev->mode == 4)
        seen.passed += w->tally.collapsed - collapsed;
    /* A one-shot timer's guest time is that of when it was set. */
    if (ev->kind == EV_DELIVERED && !was.one_shot)
        check_in_step(w, &m->ticks[m->delivered], offset);
    if (world_gtime(w) < gtime)
        world_fail(w, "guest time goes back");
    watch(w, ev, &was, m);
}

static void run_schedule(struct world *w, struct model *m)
{
    struct vpt_tally before = { 0 };
    int64_t first_due = 0;
    struct event ev;
    int i;

    in_step.valid = false;
    for (i = 0; i < STEPS; i++) {
        ev = world_pick(w);
        if (ev.kind == EV_CREATED)
            before = w->tally;
        check_event(w, m, &ev, &before, &first_due);
    }
}

static void run_schedules(uint64_t first, unsigned int options)
{
    struct model m = { 0 };
    struct world w;
    uint64_t seed;

    for (seed = first; seed < first + SEEDS; seed++) {
        world_start(&w, seed, options);
        run_schedule(&w, &m);
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
 * Modes 0 and 1, and changes between them: every tick is delivered in the
 * end.
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
        world_same(&w, w.tally.dropped + w.tally.collapsed, 0);

        /* The guest is left alone, at the same moment. */
        ev = world_pick(&w);
        ev.now = w.now;
        ev.kind = EV_RESUMED;
        if (w.alive)
            world_apply(&w, &ev);
        ev.kind = EV_DELIVERED;
        while (w.t.pending_intr_nr)
            world_apply(&w, &ev);
        world_same(&w, w.tally.delivered, w.tally.due);
        if (w.alive && w.t.scheduled < w.now)
            world_fail(&w, "a tick is left behind");
        model_free(&m);
    }
}

/* After the others. */
static void schedules_went_everywhere(void **state)
{
    unsigned int i, k;

    (void)state;
    for (i = 0; i < EV_KINDS; i++)
        assert_in_range(seen.events[i], 1000, UINT64_MAX);
    for (i = 0; i < 5; i++)
        for (k = 0; k < 5; k++)
            if (i != k && seen.pair[i][k] < 50)
                fail_because("%u to %u: %" PRIu64, i, k, seen.pair[i][k]);
    for (i = 0; i < 4; i++)
        assert_in_range(seen.runs_on[i], 100, UINT64_MAX);
    assert_in_range(seen.runs_on_no_more, 10, UINT64_MAX);
    assert_in_range(seen.on_time, 100, UINT64_MAX);
    assert_in_range(seen.one_shot, 100, UINT64_MAX);
    assert_in_range(seen.one_shot_kept, 50, UINT64_MAX);
    assert_in_range(seen.ahead_of_time, 10, UINT64_MAX);
    assert_in_range(seen.led, 1000, UINT64_MAX);
    assert_in_range(seen.below_zero, 1000, UINT64_MAX);
    assert_in_range(seen.backlog, 50, UINT64_MAX);
    assert_in_range(seen.in_a_row, 50, UINT64_MAX);
    assert_in_range(seen.passed, 1000, UINT64_MAX);
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
