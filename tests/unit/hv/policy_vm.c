/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See policy_vm.h. */

#include <string.h>

#include "policy_vm.h"

#define each_timer(pt, v) \
    (pt) = (v)->timer; \
    (pt) < (v)->timer + VM_TIMERS; \
    (pt)++

void vm_start(struct vm *vm, unsigned int n, unsigned int mode, int64_t now)
{
    unsigned int i;

    memset(vm, 0, sizeof(*vm));
    vm->now = vm->born = now;
    vm->mode = mode;
    vm->n = n;
    for (i = 0; i < VM_VCPUS; i++) {
        vm->vcpu[i].id = i;
        vm->vcpu[i].running = i < n;
    }
}

/* ---- guest time ---- */

int64_t vm_real(const struct vm *vm)
{
    return vm->now - vm->born;
}

int64_t vm_gtime(const struct vm *vm)
{
    return vpt_clock_at(&vm->clock, vm_real(vm));
}

int64_t vm_lag(const struct vm *vm)
{
    return vpt_clock_lag(&vm->clock, vm_real(vm));
}

int64_t vm_read(struct vm *vm)
{
    return vpt_clock_read(&vm->clock, vm_real(vm));
}

bool vm_has_tick(const struct vm_vcpu *v)
{
    const struct vm_timer *pt;

    for (each_timer(pt, v))
        if (pt->alive && !pt->t.one_shot)
            return true;
    return false;
}

static bool has_pending_tick(const struct vm_vcpu *v)
{
    const struct vm_timer *pt;

    for (each_timer(pt, v))
        if (pt->alive && !pt->t.one_shot && pt->t.pending_intr_nr)
            return true;
    return false;
}

static bool keeps_time(const struct vm *vm, const struct vm_vcpu *v)
{
    return v->id == vm->timekeeper;
}

static bool is_paced(const struct vm *vm, const struct vm_vcpu *v)
{
    return vpt_paces_ticks(vm->mode) && keeps_time(vm, v);
}

static void stop_time(struct vm *vm, const struct vm_vcpu *v)
{
    if (!vpt_freezes_time(vm->mode) || !vm_has_tick(v) ||
        (is_paced(vm, v) && !has_pending_tick(v)))
        return;
    if (keeps_time(vm, v))
        vpt_clock_stop(&vm->clock, vm_real(vm));
}

static void start_time(struct vm *vm, const struct vm_vcpu *v)
{
    if (!keeps_time(vm, v))
        return;
    vpt_clock_start(&vm->clock, vm_real(vm));
    if (!vpt_freezes_time(vm->mode))
        vpt_clock_release(&vm->clock);
}

static void release_time(struct vm *vm, const struct vm_vcpu *v)
{
    if (keeps_time(vm, v))
        vpt_clock_release(&vm->clock);
}

static void wait_for_tick(struct vm *vm, const struct vm_vcpu *v,
                          const struct vm_timer *pt)
{
    if (pt->t.one_shot || !is_paced(vm, v) || (v->running && !v->away) ||
        v->down)
        return;
    vpt_clock_stop_at(&vm->clock, vm_real(vm), vpt_tick_due(&pt->t) - vm->born);
}

/* ---- timers ---- */

static bool set_timer(struct vm_timer *pt, bool wanted)
{
    if (wanted) {
        pt->armed = true;
        pt->expires = pt->t.scheduled;
    }
    return wanted;
}

void vm_create(struct vm *vm, struct vm_timer *pt, uint64_t period,
               int64_t delta)
{
    *pt = (struct vm_timer){
        .t = { .one_shot = !period,
               .period = period,
               .scheduled = vm->now + delta },
        .alive = true,
    };
    set_timer(pt, true);
}

/* kill_timer() waits for the timer's function, but one that has begun ends. */
void vm_destroy(struct vm *vm, struct vm_vcpu *v, struct vm_timer *pt)
{
    pt->alive = pt->armed = false;
    vpt_timer_stopped(&pt->t, &vm->tally);
    if (!vm_has_tick(v))
        release_time(vm, v);
}

void vm_expire(struct vm_timer *pt)
{
    pt->armed = false;
    pt->in_fn = true;
}

void vm_fire(struct vm *vm, struct vm_vcpu *v, struct vm_timer *pt)
{
    if (!pt->in_fn)
        vm_expire(pt);
    pt->in_fn = false;
    if (!pt->alive || vm->now < pt->t.scheduled)
        return;
    vpt_timer_fired(&pt->t, &vm->tally);
    wait_for_tick(vm, v, pt);
}

/* ---- the vCPU ---- */

void vm_save(struct vm *vm, struct vm_vcpu *v, enum vm_why why)
{
    struct vm_timer *pt;

    v->running = false;
    v->blocked = why == VM_BLOCKED;
    v->down = why == VM_DOWN;
    if (v->blocked && !is_paced(vm, v))
        return;

    v->away = true;
    if (!v->blocked && vpt_withholds_ticks(vm->mode))
        for (each_timer(pt, v))
            if (pt->alive)
                vpt_vcpu_waits(&pt->t, vm->now);
    if (!is_paced(vm, v))
        for (each_timer(pt, v))
            if (!pt->t.do_not_freeze)
                pt->armed = false;
    if (v->down)
        release_time(vm, v);
    else
        stop_time(vm, v);
}

void vm_restore(struct vm *vm, struct vm_vcpu *v)
{
    struct vm_timer *pt;

    for (each_timer(pt, v))
        if (pt->alive)
            set_timer(pt, vpt_vcpu_resumed(vm->mode, &pt->t, vm->now,
                                           vm->wakeup_after, &vm->tally));
    v->running = true;
    v->blocked = v->down = v->away = false;
    start_time(vm, v);
}

struct vm_timer *vm_earliest(struct vm_vcpu *v)
{
    struct vm_timer *pt, *first = NULL;

    for (each_timer(pt, v))
        if (pt->alive && pt->t.pending_intr_nr &&
            (!first || vpt_tick_due(&pt->t) < vpt_tick_due(&first->t)))
            first = pt;
    return first;
}

bool vm_deliver(struct vm *vm, struct vm_vcpu *v, struct vm_timer *pt)
{
    const int64_t due = vpt_tick_due(&pt->t), gtime = vm_gtime(vm);
    int64_t reached = VPT_NEVER;
    bool set;

    if (vpt_freezes_time(vm->mode) && !pt->t.one_shot && keeps_time(vm, v)) {
        vpt_clock_reach(&vm->clock, vm_real(vm), due - vm->born);
        reached = vm->now - vm->clock.lag;
    }
    pt->was_reached = vm_gtime(vm) != gtime;
    set = vpt_tick_delivered(vm->mode, &pt->t, vm->now, reached,
                             vm->wakeup_after, &vm->tally);
    if (pt->t.one_shot)
        pt->alive = pt->armed = false;
    return set_timer(pt, set);
}

/* ---- the domain ---- */

static void switch_vcpu(struct vm *vm, struct vm_vcpu *v, unsigned int to)
{
    struct vm_timer *pt;

    for (each_timer(pt, v))
        if (pt->alive)
            vpt_mode_switched(vm->mode, to, &pt->t, vm->now, &vm->tally);
    start_time(vm, v);
    if (!vpt_freezes_time(to))
        release_time(vm, v);
}

/* pt_vcpu_waits(); a vCPU with a tick to take does not stay blocked. */
static void settle_vcpu(struct vm *vm, struct vm_vcpu *v)
{
    struct vm_timer *pt;

    for (each_timer(pt, v)) {
        if (!pt->alive || pt->t.one_shot)
            continue;
        if (!v->blocked && !is_paced(vm, v))
            pt->armed = false;
        else
            set_timer(pt, !pt->t.pending_intr_nr);
    }
    v->away = true;
    if (!v->down && (!v->blocked || is_paced(vm, v)))
        stop_time(vm, v);
}

void vm_switch(struct vm *vm, unsigned int to)
{
    unsigned int i;

    if (to == vm->mode)
        return;
    for (i = 0; i < vm->n; i++)
        switch_vcpu(vm, &vm->vcpu[i], to);
    vm->mode = to;
    for (i = 0; i < vm->n; i++)
        settle_vcpu(vm, &vm->vcpu[i]);
}

void vm_resync(struct vm *vm)
{
    unsigned int i;

    for (i = 0; i < vm->n; i++) {
        bool stopped = vm->clock.stopped;

        release_time(vm, &vm->vcpu[i]);
        if (stopped)
            stop_time(vm, &vm->vcpu[i]);
    }
}

void vm_keep_time(struct vm *vm, unsigned int timekeeper)
{
    if (timekeeper != vm->timekeeper)
        vpt_clock_start(&vm->clock, vm_real(vm));
    vm->timekeeper = timekeeper;
}

void vm_pause(struct vm *vm)
{
    unsigned int i;

    for (i = 0; i < vm->n; i++)
        if (vm->vcpu[i].running)
            vm_save(vm, &vm->vcpu[i], VM_PREEMPTED);
}

bool vm_adds_up(const struct vm *vm)
{
    uint64_t done = vm->tally.delivered + vm->tally.collapsed +
                    vm->tally.dropped;
    const struct vm_timer *pt;
    unsigned int i;

    for (i = 0; i < vm->n; i++)
        for (each_timer(pt, &vm->vcpu[i]))
            done += pt->t.pending_intr_nr;
    return done == vm->tally.due;
}
