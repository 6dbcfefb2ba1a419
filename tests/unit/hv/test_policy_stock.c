/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpt-policy.c with wakeup_after 0 decides what Xen decided before: the same
 * random schedule (policy_world.h) goes to it and to the functions of Xen
 * 4.17's xen/arch/x86/hvm/vpt.c, which are here as they stood there but for
 * locks and lists.  After every event ticks and timer are the same, and with
 * one vCPU guest time is, too.  Some things differ, on purpose.
 * pending_intr_nr does not wrap; each of the others is explained in a patch,
 * whose number marks it below:
 *   - A tick is not counted once more by a timer that comes late (0002).
 *   - A tick brings guest time to when it was due (0005).
 *   - Guest time stands still for a periodic timer only (0007).
 *   - With the last such timer goes what guest time has lost (0007).
 *
 * vpt.c: Copyright (c) 2006, Xiaowei Yang, Intel Corporation.
 */

#include "policy_world.h"

/* ---- as much of Xen as vpt.c needs ---- */

typedef int64_t s_time_t;
typedef uint64_t u64;
typedef uint32_t u32;

struct timer {
    bool set;
    s_time_t expires;
};

struct vcpu {
    unsigned int timer_mode;
    u64 guest_time;
    u64 stime_offset;
    u64 real_offset; /* stime_offset, if time had never stood still */
    bool blocked;
    struct periodic_time *pt; /* the only one on tm_list */
};

struct periodic_time {
    bool on_list;
    bool one_shot;
    bool do_not_freeze;
    struct vcpu *vcpu;
    u32 pending_intr_nr;
    u64 period;
    s_time_t scheduled;
    struct timer timer;
};

enum {
    delay_for_missed_ticks,
    no_delay_for_missed_ticks,
    no_missed_ticks_pending,
    one_missed_tick_pending,
};

static s_time_t system_time;

#define NOW() system_time
#define mode_is(v, name) ((v)->timer_mode == (name))

static void set_timer(struct timer *timer, s_time_t expires)
{
    timer->set = true;
    timer->expires = expires;
}

static void stop_timer(struct timer *timer)
{
    timer->set = false;
}

static u64 hvm_get_guest_time(const struct vcpu *v)
{
    return NOW() + v->stime_offset;
}

static void hvm_set_guest_time(struct vcpu *v, u64 guest_time)
{
    v->stime_offset += guest_time - hvm_get_guest_time(v);
}

/* ---- vpt.c ---- */

static void pt_process_missed_ticks(struct periodic_time *pt)
{
    s_time_t missed_ticks, now = NOW();

    if (pt->one_shot)
        return;

    missed_ticks = now - pt->scheduled;
    if (missed_ticks <= 0)
        return;

    missed_ticks = missed_ticks / (s_time_t)pt->period + 1;
    if (mode_is(pt->vcpu, no_missed_ticks_pending))
        pt->do_not_freeze = !pt->pending_intr_nr;
    else
        pt->pending_intr_nr += missed_ticks;
    pt->scheduled += missed_ticks * pt->period;
}

static void pt_freeze_time(struct vcpu *v)
{
    if (!mode_is(v, delay_for_missed_ticks))
        return;

    /* 0007 */
    if (!v->pt->on_list || v->pt->one_shot)
        return;

    v->guest_time = hvm_get_guest_time(v);
}

static void pt_thaw_time(struct vcpu *v)
{
    if (!mode_is(v, delay_for_missed_ticks))
        return;

    if (v->guest_time == 0)
        return;

    hvm_set_guest_time(v, v->guest_time);
    v->guest_time = 0;
}

static void pt_save_timer(struct vcpu *v)
{
    struct periodic_time *pt = v->pt;

    if (v->blocked)
        return;

    if (pt->on_list && !pt->do_not_freeze)
        stop_timer(&pt->timer);

    pt_freeze_time(v);
}

static void pt_restore_timer(struct vcpu *v)
{
    struct periodic_time *pt = v->pt;

    if (pt->on_list && pt->pending_intr_nr == 0) {
        pt_process_missed_ticks(pt);
        set_timer(&pt->timer, pt->scheduled);
    }

    pt_thaw_time(v);
}

static void pt_timer_fn(void *data)
{
    struct periodic_time *pt = data;

    /* 0002 */
    if (NOW() < pt->scheduled || (pt->one_shot && pt->pending_intr_nr))
        return;

    pt->pending_intr_nr++;
    pt->scheduled += pt->period;
    pt->do_not_freeze = 0;
}

static void pt_irq_fired(struct vcpu *v, struct periodic_time *pt)
{
    /* 0005 */
    const u64 due = v->real_offset + pt->scheduled -
                    pt->pending_intr_nr * pt->period;

    if (pt->one_shot) {
        pt->on_list = false;
        pt->pending_intr_nr = 0;
    } else if (mode_is(v, one_missed_tick_pending) ||
               mode_is(v, no_missed_ticks_pending)) {
        pt_process_missed_ticks(pt);
        pt->pending_intr_nr = 0; /* 'collapse' all missed ticks */
        set_timer(&pt->timer, pt->scheduled);
    } else {
        if (--pt->pending_intr_nr == 0) {
            pt_process_missed_ticks(pt);
            if (pt->pending_intr_nr == 0)
                set_timer(&pt->timer, pt->scheduled);
        }
    }

    if (mode_is(v, delay_for_missed_ticks) && !pt->one_shot &&
        hvm_get_guest_time(v) < due)
        hvm_set_guest_time(v, due);
}

static void create_periodic_time(struct vcpu *v, struct periodic_time *pt,
                                 uint64_t delta, uint64_t period)
{
    pt->pending_intr_nr = 0;
    pt->do_not_freeze = 0;
    pt->period = period;
    pt->vcpu = v;
    pt->one_shot = !period;
    pt->scheduled = NOW() + delta;
    set_timer(&pt->timer, pt->scheduled);
    pt->on_list = 1;
}

static void destroy_periodic_time(struct vcpu *v, struct periodic_time *pt)
{
    pt->on_list = 0;
    pt->pending_intr_nr = 0;
    stop_timer(&pt->timer);

    /* 0007 */
    v->guest_time = 0;
    v->stime_offset = v->real_offset;
}

/* ---- the same for both ---- */

static uint64_t reached;

static void stock_apply(struct vcpu *v, const struct event *ev)
{
    struct periodic_time *pt = v->pt;

    system_time = ev->now;
    switch (ev->kind) {
    case EV_FIRED:
        stop_timer(&pt->timer);
        pt_timer_fn(pt);
        break;
    case EV_BLOCKED:
        v->blocked = true;
        /* fall through */
    case EV_DESCHEDULED:
        pt_save_timer(v);
        break;
    case EV_RESUMED:
        v->blocked = false;
        pt_restore_timer(v);
        break;
    case EV_DELIVERED:
        pt_irq_fired(v, pt);
        if (!pt->on_list)
            stop_timer(&pt->timer);
        break;
    case EV_SWITCHED:
        v->timer_mode = ev->to;
        break;
    case EV_CREATED:
        create_periodic_time(v, pt, ev->delta, ev->period);
        break;
    case EV_STOPPED:
        destroy_periodic_time(v, pt);
        break;
    default:
        break;
    }
}

static void compare(const struct world *w, const struct vcpu *v)
{
    const struct periodic_time *pt = v->pt;
    const struct vpt_ticks *t = &w->pt->t;

    world_same(w, w->pt->alive, pt->on_list);
    world_same(w, w->pt->armed, pt->timer.set);
    if (w->pt->armed)
        world_same(w, w->pt->expires, pt->timer.expires);
    world_same(w, t->pending_intr_nr, pt->pending_intr_nr);
    world_same(w, t->scheduled, pt->scheduled);
    world_same(w, t->do_not_freeze, pt->do_not_freeze);
}

static void compare_time(const struct world *w, const struct vcpu *v)
{
    world_same(w, w->vm.clock.stopped, v->guest_time != 0);
    world_same(w, vm_gtime(&w->vm),
               v->guest_time ? v->guest_time : hvm_get_guest_time(v));
    reached += w->pt->was_reached;
}

static void run_schedules(uint64_t seed, unsigned int options)
{
    uint64_t end = seed + 5000;
    int i;

    for (; seed < end; seed++) {
        struct world w;
        struct periodic_time pt = { .one_shot = true };
        struct vcpu v = { .pt = &pt };
        struct event ev;

        world_start(&w, seed, options | WORLD_OWN_RULE | WORLD_RAW);
        v.timer_mode = w.vm.mode;
        v.stime_offset = v.real_offset = -w.vm.born;
        for (i = 0; i < 200; i++) {
            ev = world_pick(&w);
            stock_apply(&v, &ev);
            world_apply(&w, &ev);
            compare(&w, &v);
            if (options & WORLD_NO_SWITCH)
                compare_time(&w, &v);
        }
    }
    assert_in_range(reached, 1000, UINT64_MAX);
}

static void as_xen_did(void **state)
{
    (void)state;
    run_schedules(0, WORLD_NO_SWITCH);
}

/* HVM_PARAM_TIMER_MODE is set under a vCPU, and nobody is told. */
static void as_xen_did_when_the_mode_changed(void **state)
{
    (void)state;
    run_schedules(1000000, 0);
}

/* Xen's count of pending ticks wraps at 2^32; that of vpt-policy.c does not. */
static void but_pending_does_not_wrap(void **state)
{
    const int64_t period = 100000, far = (1LL << 32) * period;
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < 4; mode++) {
        struct vpt_ticks t = { .period = period, .scheduled = 1 };
        struct periodic_time pt = { .period = period, .scheduled = 1 };
        struct vcpu v = { .timer_mode = mode, .pt = &pt };
        struct vpt_tally tally = { 0 };

        pt.vcpu = &v;
        pt.on_list = true;
        system_time = far;
        pt_restore_timer(&v);
        assert_true(vpt_vcpu_resumed(mode, &t, system_time, 0, &tally));
        assert_int_equal(t.scheduled, pt.scheduled);
        assert_int_equal(t.scheduled, far + 1);
        if (mode == no_missed_ticks_pending) {
            assert_int_equal(t.pending_intr_nr, pt.pending_intr_nr);
            continue;
        }
        assert_int_equal(pt.pending_intr_nr, 0);
        assert_int_equal(t.pending_intr_nr, UINT32_MAX);
        assert_int_equal(tally.dropped, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_xen_did),
        cmocka_unit_test(as_xen_did_when_the_mode_changed),
        cmocka_unit_test(but_pending_does_not_wrap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
