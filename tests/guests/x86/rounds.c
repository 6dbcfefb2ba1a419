/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdint.h>

#include "pmu.h"
#include "rounds.h"
#include "shared.h"
#include "x86.h"
#include "xen.h"

#define STOPPED_COUNTER 3

static volatile struct shared_page *const shared =
    (volatile struct shared_page *)GUEST_SHARED_ADDR;
static volatile struct rounds_page *const page =
    (volatile struct rounds_page *)GUEST_ROUNDS_ADDR;

/* Xen updates it whenever the vCPU gets a CPU again. */
static volatile struct runstate runstate;

static void look_by_rdpmc(void)
{
    uint32_t i;
    uint64_t v;

    for (i = 0; i < PMU_COUNTERS; i++) {
        if (pmu_rdpmc(i, &v))
            page->refused |= 1u << i;
        if (v > page->rdpmc[i])
            page->rdpmc[i] = v;
    }
}

static void look(void)
{
    uint32_t i;
    uint64_t v;

    page->refused = 0;
    for (i = 0; i < PMU_COUNTERS; i++)
        page->rdpmc[i] = 0;
    for (i = 0; i < page->looks; i++)
        look_by_rdpmc();
    for (i = 0; i < PMU_COUNTERS; i++) {
        pmu_read(PERF_CTL0 + i, &v);
        page->found_ctrl[i] = v;
        pmu_read(PERF_CTR0 + i, &v);
        page->found_counter[i] = v;
    }
}

/* Registers of counters that are not used are left alone. */
static void program(void)
{
    uint32_t i;

    for (i = 0; i < PMU_COUNTERS; i++) {
        page->least[i] = ~0ull;
        page->most[i] = 0;
        if (page->event[i]) {
            pmu_write(PERF_CTL0 + i, 0);
            pmu_write(PERF_CTR0 + i, 0);
        }
    }
    for (i = 0; i < PMU_COUNTERS; i++)
        if (page->event[i])
            pmu_write(PERF_CTL0 + i,
                      page->event[i] | CTL_USER_AND_OS | CTL_ENABLE);
    page->rounds = 0;
    page->preempted = 0;
}

void rounds_check(void)
{
    if (page->begun == shared->control.rounds)
        return;

    xen_watch_runstate(&runstate);
    look();
    program();
    page->begun = shared->control.rounds;
}

static void read_counters(uint64_t value[PMU_COUNTERS])
{
    uint32_t i;

    for (i = 0; i < PMU_COUNTERS; i++)
        if (page->event[i])
            pmu_read(PERF_CTR0 + i, &value[i]);
}

/* Runs 2 * n instructions, whatever the compiler is. */
static void run_loop(uint32_t n)
{
    asm volatile("1: decl %0\n\tjnz 1b" : "+r"(n) : : "cc");
}

/* Starts and stops another counter, which must not change what these count. */
static void start_and_stop(void)
{
    pmu_write(PERF_CTL0 + STOPPED_COUNTER,
              EVENT_CYCLES | CTL_USER_AND_OS | CTL_ENABLE);
    pmu_write(PERF_CTL0 + STOPPED_COUNTER, EVENT_CYCLES | CTL_USER_AND_OS);
}

static void count_turn(void)
{
    uint64_t waited = runstate.time[RUNSTATE_RUNNABLE];
    uint64_t before[PMU_COUNTERS] = { 0 }, after[PMU_COUNTERS] = { 0 }, n;
    uint32_t i;

    if (page->stop)
        start_and_stop();
    read_counters(before);
    run_loop(page->loops);
    read_counters(after);

    for (i = 0; i < PMU_COUNTERS; i++) {
        n = after[i] - before[i];
        if (n < page->least[i])
            page->least[i] = n;
        if (n > page->most[i])
            page->most[i] = n;
    }
    page->preempted += waited != runstate.time[RUNSTATE_RUNNABLE];
}

void rounds_turn(void)
{
    if (page->yield)
        xen_yield();
    else
        count_turn();
    page->rounds++;
}
