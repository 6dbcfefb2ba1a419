/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU with one virtual timer, for random schedules: time passes, the timer
 * fires (late or not), the vCPU is descheduled, blocks and runs again, ticks
 * are delivered, the mode changes, guest time is moved, the timer is stopped
 * and started again.  What vpt.c and vpt-switch.c do around vpt-policy.c is
 * done here; what is decided, vpt-policy.c decides.
 *
 * world_start() with the same seed and options gives the same schedule.  In a
 * loop, world_pick() says what happens next, and world_apply() makes it
 * happen; a test has its own idea of what that leads to.
 */
#ifndef POLICY_WORLD_H
#define POLICY_WORLD_H

#include <inttypes.h>
#include <stdio.h>

#include "asm/hvm/vpt-policy.h"
#include "unit.h"

enum event_kind {
    EV_PASS,        /* nothing but time */
    EV_FIRED,       /* Xen's timer */
    EV_DESCHEDULED, /* the vCPU has lost its CPU */
    EV_BLOCKED,     /* the vCPU has halted */
    EV_RESUMED,
    EV_DELIVERED,
    EV_SWITCHED,
    EV_REBASED, /* guest time has been moved to gtime */
    EV_STOPPED,
    EV_CREATED,
    EV_KINDS,
};

struct event {
    enum event_kind kind;
    int64_t now;
    int64_t gtime;     /* guest time, EV_REBASED: from now on */
    unsigned int mode; /* EV_SWITCHED: from this one */
    unsigned int to;   /* EV_SWITCHED */
    unsigned int wakeup_after;
    uint64_t period; /* EV_CREATED: 0 is one-shot */
    int64_t delta;   /* EV_CREATED: the first tick is due in */
};

#define WORLD_NO_SWITCH 1u /* the mode stays */
#define WORLD_RAW \
    2u /* the mode changes unnoticed, as on a stock Xen;
                              guest time is not moved */
#define WORLD_LOSSLESS \
    4u                    /* modes 0 and 1 only, and the timer is not
                              stopped */
#define WORLD_OWN_RULE 8u /* wakeup_after is 0 */

struct world {
    struct vpt_ticks t;
    struct vpt_tally tally; /* of all timers so far */
    bool alive;             /* there is a timer, or what it has pending */
    bool armed;             /* Xen's timer is set for expires */
    int64_t expires;
    bool running, blocked; /* neither: waiting for a CPU */
    int64_t now;
    int64_t offset; /* guest time - now */
    bool frozen;    /* guest time stands at frozen_at */
    int64_t frozen_at;
    bool led; /* the last tick has moved guest time */
    unsigned int mode, wakeup_after;
    unsigned int options;
    unsigned int weights[EV_KINDS];
    uint64_t rng;
    uint64_t seed;
    unsigned int steps;
    char log[16][128]; /* the last events */
};

void world_start(struct world *w, uint64_t seed, unsigned int options);
struct event world_pick(struct world *w);

/* The policy wants the timer to be set (and it is). */
bool world_apply(struct world *w, const struct event *ev);

int64_t world_gtime(const struct world *w);
uint64_t world_random(struct world *w, uint64_t below);

/* Fails the test with seed, events and a formatted remark. */
#define world_fail(w, ...) world_fail_at(w, __FILE__, __LINE__, __VA_ARGS__)
void world_fail_at(const struct world *w, const char *file, int line,
                   const char *fmt, ...)
    __attribute__((format(printf, 4, 5), noreturn));

/* @got and @want are the same; their types are integers. */
#define world_same(w, got, want) \
    do { \
        long long got_ = (got), want_ = (want); \
        if (got_ != want_) \
            world_fail(w, "%s: %lld, expected %lld", #got, got_, want_); \
    } while (0)

#endif /* POLICY_WORLD_H */
