/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "keep.h"
#include "shared.h"
#include "timers.h"
#include "x86.h"
#include "xen.h"

#define NS_PER_SEC 1000000000u
#define NEVER INT64_MIN

static volatile struct shared_page *const shared =
    (volatile struct shared_page *)GUEST_SHARED_ADDR;
static volatile struct keep_page *const page =
    (volatile struct keep_page *)GUEST_KEEP_ADDR;

/* Xen updates runstate; slept and waited are from the last tick. */
static volatile struct runstate runstate;
static uint64_t slept, waited;

static struct {
    bool on, begun, gains;
    uint64_t period_tsc, period_ps;
    uint64_t ref, tsc; /* at the first tick */
    uint64_t seen;     /* TSC that is accounted for */
    uint64_t shown_ps[KEEPERS];
    int64_t most[KEEPERS];
    uint64_t second;       /* ns: when this one ends */
    uint64_t last;         /* the tick before */
    int64_t top_ps;        /* the most that KEEP_TICK_TSC was ahead */
    struct keep_gain gain; /* what is known of the next gain */
} keep;

void keep_check(uint64_t period_tsc, uint64_t period_ps)
{
    if (page->done == shared->control.keep)
        return;

    keep.on = period_tsc;
    keep.begun = false;
    keep.gains = shared->control.keep_gains && !xen_watch_runstate(&runstate);
    keep.period_tsc = period_tsc;
    keep.period_ps = period_ps;
    page->n = page->gains = 0;
    page->ticks = page->made_up = page->delay_tsc = 0;
    page->done = shared->control.keep;
}

static uint64_t pit_delay(void)
{
    uint32_t period, elapsed = pit_elapsed(&period);

    return div64(elapsed * keep.period_tsc, period);
}

static void begin(uint64_t ref, uint64_t tsc, uint64_t delay)
{
    unsigned int i;

    keep.begun = true;
    keep.ref = ref;
    keep.tsc = tsc;
    keep.seen = tsc - delay;
    keep.second = NS_PER_SEC;
    keep.last = 0;
    keep.top_ps = 0;
    for (i = 0; i < KEEPERS; i++) {
        keep.shown_ps[i] = 0;
        keep.most[i] = 0;
    }
}

/*
 * Returns the ticks to add for this one, as x86-64 Linux 2.6.9 to 2.6.18 does
 * without HPET and PM timer, in arch/x86_64/kernel/time.c.
 */
static uint32_t ticks_by_tsc(uint64_t tsc, uint64_t delay)
{
    uint64_t passed = tsc - keep.seen, offset;
    uint32_t lost = 0;

    offset = passed > keep.period_tsc ? passed - keep.period_tsc : 0;
    if (offset > keep.period_tsc) {
        lost = (uint32_t)div64(offset, (uint32_t)keep.period_tsc);
        offset -= lost * keep.period_tsc;
    }
    keep.seen = tsc - (delay > offset ? delay : offset);

    return 1 + lost;
}

static void end_second(uint64_t passed)
{
    volatile struct keep_second *s = &page->second[page->n];
    unsigned int i;

    if (passed < keep.second)
        return;

    s->at_ns = keep.second;
    for (i = 0; i < KEEPERS; i++) {
        s->ahead_ps[i] = keep.most[i];
        keep.most[i] = NEVER;
    }
    barrier();
    page->n++;
    keep.on = page->n < KEEP_SECONDS;
    while (keep.second <= passed)
        keep.second += NS_PER_SEC;
}

static int64_t ahead_ps(enum keeper i, uint64_t passed)
{
    return (int64_t)(keep.shown_ps[i] - passed * 1000);
}

static void note_ahead(uint64_t passed)
{
    unsigned int i;

    for (i = 0; i < KEEPERS; i++) {
        int64_t ahead = ahead_ps(i, passed);

        if (ahead > keep.most[i])
            keep.most[i] = ahead;
    }
}

/* Notes what the vCPU did since the last tick, if this one made up for it. */
static void note_made_up(uint64_t passed, uint32_t ticks)
{
    uint64_t now_slept = runstate.time[RUNSTATE_BLOCKED];
    uint64_t now_waited = runstate.time[RUNSTATE_RUNNABLE];

    if (ticks > 1)
        keep.gain = (struct keep_gain){
            .at_ns = passed,
            .made_up = ticks - 1,
            .slept_ns = (uint32_t)(now_slept - slept),
            .waited_ns = (uint32_t)(now_waited - waited),
        };
    slept = now_slept;
    waited = now_waited;
}

static void note_gain(uint64_t passed)
{
    int64_t ahead = ahead_ps(KEEP_TICK_TSC, passed);
    struct keep_gain gain = keep.gain;

    if (ahead < keep.top_ps + (int64_t)keep.period_ps / 2)
        return;

    keep.top_ps = ahead;
    /* The first second may have begun in the midst of a backlog. */
    if (passed < NS_PER_SEC)
        return;
    gain.gap_ns = (uint32_t)(passed - keep.last);
    gain.since_ns = (uint32_t)(passed - gain.at_ns);
    gain.at_ns = passed;
    if (page->gains < KEEP_GAINS)
        page->gain[page->gains] = gain;
    page->gains++;
}

void keep_tick(void)
{
    uint64_t delay, ref, tsc;
    uint32_t ticks;

    if (!keep.on)
        return;

    delay = pit_delay();
    ref = pvclock_read(0, &tsc);
    if (!keep.begun) {
        begin(ref, tsc, delay);
        return;
    }

    ticks = ticks_by_tsc(tsc, delay);
    page->ticks++;
    page->delay_tsc += delay;
    page->made_up += ticks - 1;
    keep.shown_ps[KEEP_TICK] += keep.period_ps;
    keep.shown_ps[KEEP_TICK_TSC] += ticks * keep.period_ps;
    keep.shown_ps[KEEP_CLOCK] = pvclock_ns(0, tsc - keep.tsc) * 1000;
    ref -= keep.ref;
    end_second(ref);
    note_ahead(ref);
    if (keep.gains) {
        note_made_up(ref, ticks);
        note_gain(ref);
        keep.last = ref;
    }
}
