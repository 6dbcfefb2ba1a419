/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vCPU with one virtual timer, for random schedules: time passes, the timer
 * fires (late or not, or waits for a lock meanwhile), the vCPU is descheduled,
 * blocks and runs again, ticks are delivered, the guest reads its clock, the
 * mode changes, guest time is brought back, the timer is stopped and started
 * again.  policy_vm.h is what Xen does then.
 *
 * world_start() with the same seed and options gives the same schedule.  In a
 * loop, world_pick() says what happens next, and world_apply() makes it
 * happen; a test has its own idea of what that leads to.
 */
#ifndef POLICY_WORLD_H
#define POLICY_WORLD_H

#include <inttypes.h>
#include <stdio.h>

#include "policy_vm.h"
#include "unit.h"

enum event_kind {
    EV_PASS,        /* nothing but time */
    EV_EXPIRED,     /* Xen's timer, whose function waits for a lock */
    EV_FIRED,       /* Xen's timer, or the function that has waited */
    EV_DESCHEDULED, /* the vCPU has lost its CPU */
    EV_BLOCKED,     /* the vCPU has halted */
    EV_RESUMED,
    EV_DELIVERED,
    EV_READ, /* the guest has read its clock, which may stand still */
    EV_SWITCHED,
    EV_RESYNCED,
    EV_STOPPED,
    EV_CREATED,
    EV_KINDS,
};

struct event {
    enum event_kind kind;
    int64_t now;
    int64_t lag;       /* of guest time, before */
    unsigned int mode; /* EV_SWITCHED: from this one */
    unsigned int to;   /* EV_SWITCHED */
    unsigned int wakeup_after;
    uint64_t period; /* EV_CREATED: 0 is one-shot */
    int64_t delta;   /* EV_CREATED: ns until the first tick is due */
};

#define WORLD_NO_SWITCH 1u /* the mode stays */
/*
 * The modes are a stock Xen's, which does nothing when HVM_PARAM_TIMER_MODE is
 * set.  Its timer function does not wait.
 */
#define WORLD_RAW 2u
/* Modes 0 and 1 only, and the timer is not stopped. */
#define WORLD_LOSSLESS 4u
#define WORLD_OWN_RULE 8u /* wakeup_after is 0 */

struct world {
    struct vm vm;
    struct vm_vcpu *v;   /* the only one */
    struct vm_timer *pt; /* and its timer */
    int64_t last_read;
    unsigned int options;
    unsigned int weights[EV_KINDS];
    uint64_t rng;
    uint64_t seed;
    unsigned int steps;
    char log[16][128]; /* the last events */
};

void world_start(struct world *w, uint64_t seed, unsigned int options);
struct event world_pick(struct world *w);

/* Returns whether the policy wants the timer to be set (and it is). */
bool world_apply(struct world *w, const struct event *ev);

uint64_t world_random(struct world *w, uint64_t below);

/* Fails the test with seed, events and a formatted remark. */
#define world_fail(w, ...) world_fail_at(w, __FILE__, __LINE__, __VA_ARGS__)
void world_fail_at(const struct world *w, const char *file, int line,
                   const char *fmt, ...)
    __attribute__((format(printf, 4, 5), noreturn));

/* Fails the test unless @got and @want, both integers, are the same. */
#define world_same(w, got, want) \
    do { \
        long long got_ = (got), want_ = (want); \
        if (got_ != want_) \
            world_fail(w, "%s: %lld, expected %lld", #got, got_, want_); \
    } while (0)

#endif /* POLICY_WORLD_H */
