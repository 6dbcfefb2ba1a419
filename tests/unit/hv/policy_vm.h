/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A domain, as vpt.c and vpt-switch.c keep it: what they do around
 * vpt-policy.c and vpt-clock.c is done here, function by function, without
 * locks, lists and interrupts.  All decisions are those of the latter two.
 *
 * Guest time begins at 0 with system time at vm->born.  A function does what it
 * does at vm->now; the caller moves that on.
 */
#ifndef POLICY_VM_H
#define POLICY_VM_H

#include "asm/hvm/vpt-clock.h"
#include "asm/hvm/vpt-policy.h"

#define VM_MODES 6
#define VM_VCPUS 4
#define VM_TIMERS 3

struct vm_timer {
    struct vpt_ticks t;
    bool alive; /* pt_active() */
    bool armed; /* Xen's timer is set for expires */
    int64_t expires;
    bool in_fn; /* Xen's timer has expired; pt_timer_fn() waits for a lock */
    bool was_reached; /* the last tick delivered has moved guest time */
};

struct vm_vcpu {
    unsigned int id;
    bool running, blocked, down; /* none of them: it waits for a CPU */
    bool away;                   /* tm_away */
    struct vm_timer timer[VM_TIMERS];
};

struct vm {
    int64_t now, born;
    unsigned int mode, wakeup_after;
    unsigned int n; /* vCPUs */
    unsigned int timekeeper;
    struct vpt_clock clock;
    struct vpt_tally tally; /* of all timers so far */
    struct vm_vcpu vcpu[VM_VCPUS];
};

void vm_start(struct vm *vm, unsigned int n, unsigned int mode, int64_t now);

int64_t vm_real(const struct vm *vm); /* what guest time could be at most */
int64_t vm_gtime(const struct vm *vm);
int64_t vm_lag(const struct vm *vm);
int64_t vm_read(struct vm *vm); /* as the guest does */
bool vm_has_tick(const struct vm_vcpu *v);

/* create_periodic_time(): period 0 is a one-shot timer. */
void vm_create(struct vm *vm, struct vm_timer *pt, uint64_t period,
               int64_t delta);
void vm_destroy(struct vm *vm, struct vm_vcpu *v, struct vm_timer *pt);

/* Xen's timer expires: execute_timer(), then pt_timer_fn() with the lock. */
void vm_expire(struct vm_timer *pt);
void vm_fire(struct vm *vm, struct vm_vcpu *v, struct vm_timer *pt);

/* The vCPU loses its CPU, halts, or goes down; and runs again. */
enum vm_why { VM_PREEMPTED, VM_BLOCKED, VM_DOWN };
void vm_save(struct vm *vm, struct vm_vcpu *v, enum vm_why why);
void vm_restore(struct vm *vm, struct vm_vcpu *v);

/*
 * Do what pt_update_irq() does, which picks the timer (NULL: none), and
 * pt_irq_fired(), which returns true if it has set the timer.
 */
struct vm_timer *vm_earliest(struct vm_vcpu *v);
bool vm_deliver(struct vm *vm, struct vm_vcpu *v, struct vm_timer *pt);

/* pt_set_timer_mode(), pt_resync(), pt_adjust_global_vcpu_target() */
void vm_switch(struct vm *vm, unsigned int to);
void vm_resync(struct vm *vm);
void vm_keep_time(struct vm *vm, unsigned int timekeeper);

/* Pauses the domain: every vCPU that runs is descheduled. */
void vm_pause(struct vm *vm);

/* Tells whether due == delivered + collapsed + dropped + pending. */
bool vm_adds_up(const struct vm *vm);

#endif /* POLICY_VM_H */
