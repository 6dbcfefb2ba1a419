/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A domain of several vCPUs with several timers each, in random schedules:
 * whoever runs reads guest time, vCPUs lose their CPUs, sleep, go down and come
 * back, ticks come and are taken late, timers are started and stopped, the
 * mode changes, guest time is brought back, another vCPU becomes the
 * timekeeper.  What holds at any moment is checked, and that the schedules
 * came to what they are for.
 */

#include <inttypes.h>
#include <stdio.h>

#include "policy_vm.h"
#include "unit.h"

#define SEEDS 3000
#define STEPS 600
#define PLATFORM 0 /* the timer that goes where the timekeeper is */

enum act {
    PASS,
    READ,
    SAVE,
    RESTORE,
    FIRE,
    DELIVER,
    SWITCH,
    RESYNC,
    KEEP,
    CREATE,
    DESTROY,
    ACTS,
};

static const char *const names[] = {
    "pass",   "read",   "save", "restore", "fire",    "deliver",
    "switch", "resync", "keep", "create",  "destroy",
};

struct schedule {
    struct vm vm;
    uint64_t rng, seed;
    unsigned int weights[ACTS], sum;
    int64_t last_read;
    unsigned int reader; /* the last one */
    /*
     * How far guest time was behind when a vCPU became the timekeeper: with no
     * tick of that vCPU, nothing brings it back.
     */
    int64_t inherited;
    unsigned int steps;
    char log[12][96];
};

static struct {
    uint64_t acts[ACTS];
    uint64_t handed_over;  /* read by one vCPU after another, while behind */
    uint64_t stopped_read; /* while time stands still */
    uint64_t reached;
    uint64_t kept_behind; /* the timekeeper changes while time is behind */
    uint64_t stopped[VM_MODES];
} seen;

static uint64_t below(struct schedule *s, uint64_t limit)
{
    uint64_t z = s->rng += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % limit;
}

static void wrong(const struct schedule *s, const char *what, int64_t value)
{
    unsigned int i = s->steps > 12 ? s->steps - 12 : 0;

    for (; i < s->steps; i++)
        print_error("%s\n", s->log[i % 12]);
    unit_fail(__FILE__, __LINE__, "seed %" PRIu64 " step %u: %s: %" PRId64,
              s->seed, s->steps, what, value);
}

static void begin(struct schedule *s, uint64_t seed)
{
    unsigned int i;

    memset(s, 0, sizeof(*s));
    s->rng = s->seed = seed;
    for (i = 0; i < ACTS; i++)
        s->sum += s->weights[i] = 1u << below(s, i < SWITCH ? 6 : 3);
    /* Mostly there is a timer, and somebody who runs and reads. */
    s->weights[CREATE] += 16;
    s->weights[READ] += 24;
    s->weights[RESTORE] += 24;
    s->weights[FIRE] += 64;
    s->weights[DELIVER] += 48;
    s->sum += 16 + 24 + 24 + 64 + 48;
    if (below(s, 2)) {
        s->sum -= s->weights[KEEP];
        s->weights[KEEP] = 0;
    }
    vm_start(&s->vm, 1 + below(s, VM_VCPUS), below(s, VM_MODES), 1000000000000);
    s->vm.now += 1000000;
}

static enum act pick(struct schedule *s)
{
    unsigned int at = below(s, s->sum), i;

    for (i = 0; at >= s->weights[i]; i++)
        at -= s->weights[i];
    return i;
}

/* ---- what happens ---- */

static void read_time(struct schedule *s, const struct vm_vcpu *v)
{
    int64_t now;

    if (!v->running)
        return;
    s->vm.now += VPT_CLOCK_STEP;
    now = vm_read(&s->vm);
    if (now < s->last_read + VPT_CLOCK_STEP)
        wrong(s, "time went back", now - s->last_read);
    if (now > vm_real(&s->vm))
        wrong(s, "time is ahead", now - vm_real(&s->vm));
    s->last_read = now;
    seen.handed_over += s->reader != v->id && vm_lag(&s->vm) > 1000;
    seen.stopped_read += s->vm.clock.stopped;
    s->reader = v->id;
}

/* Time goes on for the timekeeper, and for nobody else. */
static void restore(struct schedule *s, struct vm_vcpu *v)
{
    bool stopped = s->vm.clock.stopped;

    if (v->running)
        return;
    vm_restore(&s->vm, v);
    if (v->id == s->vm.timekeeper)
        stopped = false;
    if (s->vm.clock.stopped != stopped)
        wrong(s, "time goes on, or does not", v->id);
}

static void fire(struct schedule *s, struct vm_vcpu *v, struct vm_timer *pt)
{
    if (!pt->in_fn && !(pt->armed && s->vm.now >= pt->expires))
        return;
    if (!pt->in_fn && below(s, 3) == 0)
        vm_expire(pt);
    else
        vm_fire(&s->vm, v, pt);
}

static void deliver(struct schedule *s, struct vm_vcpu *v)
{
    struct vm_timer *pt = vm_earliest(v);
    int64_t late, lag = vm_lag(&s->vm);
    bool keeper = v->id == s->vm.timekeeper;

    if (!v->running || !pt)
        return;
    late = s->vm.now - vpt_tick_due(&pt->t);
    keeper = keeper && !pt->t.one_shot;
    vm_deliver(&s->vm, v, pt);
    if (keeper && vpt_freezes_time(s->vm.mode) && vm_lag(&s->vm) > late)
        wrong(s, "time is behind the tick", vm_lag(&s->vm) - late);
    if (!keeper && vm_lag(&s->vm) != lag)
        wrong(s, "another vCPU's tick has moved time", vm_lag(&s->vm) - lag);
    seen.reached += pt->was_reached;
}

static void create(struct schedule *s, struct vm_vcpu *v, struct vm_timer *pt)
{
    static const uint64_t periods[] = { 0, 100000, 1000000, 10000000 };
    uint64_t period = periods[below(s, ARRAY_COUNT(periods))];

    if (pt->alive || pt->in_fn ||
        (pt == &v->timer[PLATFORM] && v->id != s->vm.timekeeper))
        return;
    vm_create(&s->vm, pt, period, 1 + below(s, 2 * period + 100000));
}

/* The platform's timer moves to the new timekeeper, as by pt_adjust_vcpu(). */
static void keep_time(struct schedule *s, struct vm_vcpu *v)
{
    struct vm *vm = &s->vm;
    struct vm_vcpu *old = &vm->vcpu[vm->timekeeper];

    if (v == old)
        return;
    v->timer[PLATFORM] = old->timer[PLATFORM];
    memset(&old->timer[PLATFORM], 0, sizeof(old->timer[PLATFORM]));
    vm_keep_time(vm, v->id);
    s->inherited = vm_lag(vm);
    seen.kept_behind += s->inherited > 0;
}

static void do_act(struct schedule *s, enum act act)
{
    struct vm *vm = &s->vm;
    struct vm_vcpu *v = &vm->vcpu[below(s, vm->n)];
    struct vm_timer *pt = &v->timer[below(s, VM_TIMERS)];

    switch (act) {
    case PASS:
        vm->now += 1 + below(s, below(s, 3) ? 1000 : 5000000);
        break;
    case READ:
        read_time(s, v);
        break;
    case SAVE:
        if (v->running)
            vm_save(vm, v, below(s, 8) ? below(s, 2) : VM_DOWN);
        break;
    case RESTORE:
        restore(s, v);
        break;
    case FIRE:
        fire(s, v, pt);
        break;
    case DELIVER:
        deliver(s, v);
        break;
    case SWITCH:
        vm_pause(vm);
        vm_switch(vm, below(s, VM_MODES));
        break;
    case RESYNC:
        vm_pause(vm);
        vm_resync(vm);
        if (vm_lag(vm))
            wrong(s, "behind after a resync", vm_lag(vm));
        break;
    case KEEP:
        keep_time(s, v);
        break;
    case CREATE:
        create(s, v, pt);
        break;
    default:
        if (pt->alive)
            vm_destroy(vm, v, pt);
        break;
    }
}

/* ---- what holds ---- */

static void check(struct schedule *s, int64_t before)
{
    const struct vm *vm = &s->vm;
    const struct vm_vcpu *keeper = &vm->vcpu[vm->timekeeper];

    if (vm_gtime(vm) < before)
        wrong(s, "guest time goes back", vm_gtime(vm) - before);
    if (vm_gtime(vm) > vm_real(vm))
        wrong(s, "guest time is ahead", vm_gtime(vm) - vm_real(vm));
    if (!vm_adds_up(vm))
        wrong(s, "the sums differ", vm->tally.due);

    if (!vpt_freezes_time(vm->mode) && vm_lag(vm))
        wrong(s, "behind in this mode", vm_lag(vm));
    if (vm->clock.stopped &&
        (keeper->running || keeper->down || !vm_has_tick(keeper)))
        wrong(s, "time stands still", vm->timekeeper);
    if (!vm_has_tick(keeper) && vm_lag(vm) > s->inherited)
        wrong(s, "nothing brings it back", vm_lag(vm));
    if (!vm_lag(vm))
        s->inherited = 0;
    seen.stopped[vm->mode] += vm->clock.stopped;
}

static void note(struct schedule *s, enum act act)
{
    char *line = s->log[s->steps++ % 12];

    snprintf(line, sizeof(s->log[0]),
             "%4u %-8s mode %u keeper %u lag %" PRId64 "%s", s->steps,
             names[act], s->vm.mode, s->vm.timekeeper, vm_lag(&s->vm),
             s->vm.clock.stopped ? " stopped" : "");
}

static void random_schedules(void **state)
{
    struct schedule s;
    uint64_t seed;
    int i;

    (void)state;
    for (seed = 1; seed <= SEEDS; seed++) {
        begin(&s, seed);
        for (i = 0; i < STEPS; i++) {
            int64_t before = vm_gtime(&s.vm);
            enum act act = pick(&s);

            note(&s, act);
            do_act(&s, act);
            check(&s, before);
            seen.acts[act]++;
        }
    }
}

static void schedules_went_everywhere(void **state)
{
    unsigned int i;

    (void)state;
    for (i = 0; i < ACTS; i++)
        assert_in_range(seen.acts[i], 1000, UINT64_MAX);
    for (i = 0; i < VM_MODES; i++)
        assert_int_equal(seen.stopped[i] > 1000, vpt_freezes_time(i));
    assert_in_range(seen.handed_over, 500, UINT64_MAX);
    assert_in_range(seen.stopped_read, 500, UINT64_MAX);
    assert_in_range(seen.reached, 300, UINT64_MAX);
    assert_in_range(seen.kept_behind, 50, UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_schedules),
        cmocka_unit_test(schedules_went_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
