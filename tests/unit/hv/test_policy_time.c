/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest time and the ticks that bring it back, with vpt-policy.c and
 * vpt-clock.c as they are compiled into the hypervisor, in cases that Xen got
 * wrong once: each test's head says what a guest saw.
 */

#include <inttypes.h>

#include "policy_vm.h"
#include "unit.h"

#define MS 1000000LL
#define US 1000LL
#define BORN (5000 * MS)
#define HANDLER (20 * US) /* of a tick, in the guest */
#define FREEZING ARRAY_COUNT(freezing)

static const unsigned int freezing[] = { 0, 4 };
static struct vm vm;

static void start(unsigned int vcpus, unsigned int mode)
{
    vm_start(&vm, vcpus, mode, BORN);
    vm.now += 100 * MS;
}

static struct vm_timer *timer(unsigned int vcpu)
{
    return &vm.vcpu[vcpu].timer[0];
}

static void fire_all(struct vm_vcpu *v)
{
    struct vm_timer *pt;

    for (pt = v->timer; pt < v->timer + VM_TIMERS; pt++)
        while (pt->armed && vm.now >= pt->expires)
            vm_fire(&vm, v, pt);
}

/* Guest time is behind by no more than the tick is late. */
static void deliver_all(struct vm_vcpu *v)
{
    struct vm_timer *pt;

    while ((pt = vm_earliest(v))) {
        int64_t late = vm.now - vpt_tick_due(&pt->t);
        bool leads = vpt_freezes_time(vm.mode) && !pt->t.one_shot &&
                     v->id == vm.timekeeper;

        vm_deliver(&vm, v, pt);
        if (leads && vm_lag(&vm) > late)
            fail_because("%" PRId64 " behind, the tick is %" PRId64 " late",
                         vm_lag(&vm), late);
        assert_true(vm_gtime(&vm) <= vm_real(&vm));
        vm.now += HANDLER;
        fire_all(v);
    }
}

/* Runs the vCPU until @until; it takes its ticks when they come. */
static void run_until(struct vm_vcpu *v, int64_t until)
{
    fire_all(v);
    deliver_all(v);
    while (vm.now < until) {
        int64_t next = until;
        struct vm_timer *pt;

        for (pt = v->timer; pt < v->timer + VM_TIMERS; pt++)
            if (pt->armed && pt->expires < next)
                next = pt->expires;
        if (next > vm.now)
            vm.now = next;
        fire_all(v);
        deliver_all(v);
    }
}

static void wait_for_cpu(struct vm_vcpu *v, int64_t ns)
{
    int64_t until = vm.now + ns;

    vm_save(&vm, v, VM_PREEMPTED);
    /* A timer that goes on fires when it is due. */
    for (; v->timer[0].armed && v->timer[0].expires < until;) {
        vm.now = v->timer[0].expires;
        vm_fire(&vm, v, &v->timer[0]);
    }
    vm.now = until;
    vm_restore(&vm, v);
}

/*
 * A LAPIC timer's first tick comes after a period and a half, that of a timer
 * with VPT_ALIGN after up to two, the RTC's after less than one.  Guest time
 * was then behind by as much for ever, or ahead.
 */
static void ticks_out_of_step(void **state)
{
    static const int64_t periods[] = { 100 * US, MS, 10 * MS, 15625 * US };
    int64_t delta, period;
    size_t i, k;

    (void)state;
    for (i = 0; i < FREEZING; i++)
        for (k = 0; k < ARRAY_COUNT(periods); k++)
            for (delta = 1; delta < 2 * periods[k]; delta += periods[k] / 8) {
                period = periods[k];
                start(1, freezing[i]);
                vm_create(&vm, timer(0), period, delta);
                run_until(&vm.vcpu[0], vm.now + 4 * period + 7);
                assert_int_equal(vm_lag(&vm), 0);
                wait_for_cpu(&vm.vcpu[0], 30 * MS);
                assert_true(vm_lag(&vm) > 30 * MS - 3 * period);
                run_until(&vm.vcpu[0], vm.now + 100 * MS + period);
                if (vm_lag(&vm))
                    fail_because("mode %u, period %" PRId64 ", delta %" PRId64
                                 ": %" PRId64,
                                 freezing[i], period, delta, vm_lag(&vm));
                assert_int_equal(vm.tally.dropped + vm.tally.collapsed, 0);
            }
}

/*
 * The guest sets its RTC to 64 Hz and back to 1024 Hz, in phase with its
 * divider, as Windows does: each time guest time was 4 ms ahead of real time
 * from then on.  In a backlog, what it had still to bring back was lost.
 */
static void another_rate(void **state)
{
    size_t i;
    int n;

    (void)state;
    for (i = 0; i < FREEZING; i++) {
        start(1, freezing[i]);
        for (n = 0; n < 40; n++) {
            int64_t period = n % 2 ? 976562 : 15625 * US;

            vm_create(&vm, timer(0), period, 1600 * US % period);
            run_until(&vm.vcpu[0], vm.now + 3 * period);
            assert_int_equal(vm_lag(&vm), 0);
            wait_for_cpu(&vm.vcpu[0], 30 * MS);
            vm_destroy(&vm, &vm.vcpu[0], timer(0));
            assert_int_equal(vm_lag(&vm), 0);
        }
    }
}

/*
 * Xen's timer has expired, and its function waits for a lock that a change of
 * the mode has, or the vCPU's resume: the tick was counted by both.
 */
static void timer_function_waits(void **state)
{
    const int64_t period = 10 * MS;
    unsigned int from, to, ticks;
    int64_t due;

    (void)state;
    for (from = 0; from < VM_MODES; from++)
        for (to = 0; to < VM_MODES; to++)
            for (ticks = 0; ticks < 3; ticks++) {
                start(1, from);
                vm_create(&vm, timer(0), period, period);
                due = timer(0)->expires;
                vm_save(&vm, &vm.vcpu[0], VM_BLOCKED);
                vm.now = due + ticks * period + US;
                vm_expire(timer(0));
                if (from == to)
                    vm_restore(&vm, &vm.vcpu[0]);
                else
                    vm_switch(&vm, to);
                vm_fire(&vm, &vm.vcpu[0], timer(0));
                assert_int_equal(vm.tally.due, ticks + 1);
                assert_int_equal(timer(0)->t.scheduled,
                                 due + (ticks + 1) * period);

                if (from != to)
                    vm_restore(&vm, &vm.vcpu[0]);
                run_until(&vm.vcpu[0], vm.now + 10 * period);
                assert_int_equal(vm.tally.due, ticks + 11);
                assert_true(vm_adds_up(&vm));
                assert_int_equal(vm_lag(&vm), 0);
            }
}

/* A timer that was stopped while its function waited still had a tick. */
static void stopped_timers_function_waits(void **state)
{
    unsigned int mode;

    (void)state;
    for (mode = 0; mode < VM_MODES; mode++) {
        start(1, mode);
        vm_create(&vm, timer(0), MS, MS);
        vm.now += MS;
        vm_expire(timer(0));
        vm_destroy(&vm, &vm.vcpu[0], timer(0));
        vm_fire(&vm, &vm.vcpu[0], timer(0));
        assert_null(vm_earliest(&vm.vcpu[0]));
        assert_int_equal(vm.tally.due, 0);
    }
}

/* ---- several vCPUs ---- */

/*
 * The timekeeper waits for a CPU for 30 ms while another vCPU runs: the latter
 * read real time, and handed it to the former, which had not come so far yet.
 */
static void one_vcpu_reads_what_the_other_has(void **state)
{
    int64_t last = 0, now;
    unsigned int mode, i;

    (void)state;
    for (mode = 0; mode < VM_MODES; mode++) {
        start(2, mode);
        vm_create(&vm, timer(0), MS, 1500 * US);
        run_until(&vm.vcpu[0], vm.now + 10 * MS);
        vm_save(&vm, &vm.vcpu[0], VM_PREEMPTED);
        for (last = i = 0; i < 60; i++) {
            vm.now += 500 * US;
            fire_all(&vm.vcpu[0]);
            now = vm_read(&vm);
            assert_true(now >= last + VPT_CLOCK_STEP);
            last = now;
        }
        vm_restore(&vm, &vm.vcpu[0]);
        if (vpt_freezes_time(mode))
            assert_true(vm_lag(&vm) > 28 * MS);
        for (i = 0; i < 100; i++) {
            struct vm_timer *pt = vm_earliest(&vm.vcpu[0]);

            vm.now += HANDLER;
            now = vm_read(&vm);
            assert_true(now >= last + VPT_CLOCK_STEP);
            assert_true(now <= vm_real(&vm));
            last = now;
            if (pt)
                vm_deliver(&vm, &vm.vcpu[0], pt);
        }
        assert_true(vm_lag(&vm) < MS);
    }
}

/* The time of others does not stop for a vCPU that is not the timekeeper. */
static void others_wait(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < FREEZING; i++) {
        start(2, freezing[i]);
        vm_create(&vm, timer(1), MS, MS);
        wait_for_cpu(&vm.vcpu[1], 30 * MS);
        assert_int_equal(vm_lag(&vm), 0);
        deliver_all(&vm.vcpu[1]);
        /* It has all its ticks nevertheless. */
        assert_in_range(vm.tally.delivered, 30, 31);
        assert_int_equal(vm.tally.collapsed + vm.tally.dropped, 0);
    }
}

/* ---- time without ticks ---- */

/*
 * Time does not stand still for one-shot timers, which bring nothing back, nor
 * for a vCPU that is down or whose last tick was stopped.
 */
static void nothing_brings_it_back(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < FREEZING; i++) {
        start(1, freezing[i]);
        vm_create(&vm, timer(0), 0, MS);
        wait_for_cpu(&vm.vcpu[0], 30 * MS);
        assert_int_equal(vm_lag(&vm), 0);
        /* Time does not stand still when the mode is set, either. */
        vm_pause(&vm);
        vm_switch(&vm, 1);
        vm_switch(&vm, freezing[i]);
        vm.now += 30 * MS;
        assert_int_equal(vm_lag(&vm), 0);

        start(1, freezing[i]);
        vm_create(&vm, timer(0), MS, MS);
        wait_for_cpu(&vm.vcpu[0], 30 * MS);
        assert_true(vm_lag(&vm) > 0);
        vm_save(&vm, &vm.vcpu[0], VM_DOWN);
        assert_int_equal(vm_lag(&vm), 0);
        vm.now += 1000 * MS;
        fire_all(&vm.vcpu[0]);
        assert_int_equal(vm_lag(&vm), 0);
    }
}

/* Modes that promise real time have it at once; 4 and 0 hand the lag over. */
static void lag_at_a_switch(void **state)
{
    unsigned int from, to;

    (void)state;
    for (from = 0; from < VM_MODES; from++)
        for (to = 0; to < VM_MODES; to++) {
            bool kept = vpt_freezes_time(from) && vpt_freezes_time(to);

            start(1, from);
            vm_create(&vm, timer(0), MS, MS);
            vm_save(&vm, &vm.vcpu[0], VM_PREEMPTED);
            vm.now += MS;
            fire_all(&vm.vcpu[0]);
            vm.now += 29 * MS;
            assert_int_equal(vm_lag(&vm) > 28 * MS, vpt_freezes_time(from));
            vm_switch(&vm, to);
            assert_int_equal(vm_lag(&vm) > 28 * MS, kept);
            vm_restore(&vm, &vm.vcpu[0]);
            run_until(&vm.vcpu[0], vm.now + 10 * MS);
            assert_int_equal(vm_lag(&vm), 0);
        }
}

/* A domain that was paused for an hour has no hour's ticks to take. */
static void paused_for_an_hour(void **state)
{
    (void)state;
    start(1, 4);
    vm_create(&vm, timer(0), MS, MS);
    run_until(&vm.vcpu[0], vm.now + 10 * MS);
    wait_for_cpu(&vm.vcpu[0], 3600000 * MS);
    assert_true(vm_lag(&vm) > 3599990 * MS);
    vm.tally = (struct vpt_tally){ .due = timer(0)->t.pending_intr_nr };
    run_until(&vm.vcpu[0], vm.now + 300 * MS);
    /* It takes 10 s of ticks, those missed since, and that which stopped it. */
    assert_in_range(vm.tally.delivered, 10001, 10500);
    assert_int_equal(vm_lag(&vm), 0);
    assert_true(vm_adds_up(&vm));
}

/* ---- virtual interrupt delivery ---- */

/*
 * Xen counts a tick as delivered when it puts it into the IRR, at every entry
 * to the guest while ticks are pending, also from the tick's own handler.  A
 * tick that found the bit set already was lost.  @waits is what pt_irr_busy()
 * decides: that such a tick stays pending.
 */
static unsigned int taken_of(unsigned int backlog, unsigned int exits,
                             bool waits)
{
    bool irr = false;
    unsigned int taken = 0, left = 0; /* exits of the handler, and its EOI */
    struct vm_timer *pt;

    start(1, 1);
    vm_create(&vm, timer(0), MS, MS);
    timer(0)->armed = false;
    timer(0)->t.pending_intr_nr = vm.tally.due = backlog;
    for (;;) {
        pt = vm_earliest(&vm.vcpu[0]);
        if (pt && !(irr && waits)) {
            irr = true;
            vm_deliver(&vm, &vm.vcpu[0], pt);
        }
        if (left) {
            left--;
        } else if (irr) {
            irr = false;
            taken++;
            left = exits + 1;
        } else if (!pt) {
            break;
        }
    }
    assert_int_equal(vm.tally.delivered, backlog);
    return taken;
}

static void posted_on_every_exit(void **state)
{
    unsigned int exits;

    (void)state;
    for (exits = 0; exits < 8; exits++) {
        assert_int_equal(taken_of(31, exits, true), 31);
        /* In Xen as it was, each exit of the handler and its EOI took one. */
        assert_in_range(taken_of(31, exits, false), 31 / (exits + 2),
                        31 / (exits + 1) + 2);
    }
    /* Latching and reading a PIT takes so many exits. */
    assert_in_range(taken_of(31, 5, false), 5, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_out_of_step),
        cmocka_unit_test(another_rate),
        cmocka_unit_test(timer_function_waits),
        cmocka_unit_test(stopped_timers_function_waits),
        cmocka_unit_test(one_vcpu_reads_what_the_other_has),
        cmocka_unit_test(others_wait),
        cmocka_unit_test(nothing_brings_it_back),
        cmocka_unit_test(lag_at_a_switch),
        cmocka_unit_test(paused_for_an_hour),
        cmocka_unit_test(posted_on_every_exit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
