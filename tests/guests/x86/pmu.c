/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>

#include "pmu.h"
#include "shared.h"

#define CTL_RESERVED (1ull << 19)

#define GENERAL_PROTECTION 13

static volatile struct shared_page *const shared =
    (volatile struct shared_page *)GUEST_SHARED_ADDR;
static volatile struct pmu_page *const pmu =
    (volatile struct pmu_page *)GUEST_PMU_ADDR;

/* The guest goes on here after a fault; 0: none is expected, or it came. */
static volatile uint32_t resume;

bool pmu_exception(struct frame *frame)
{
    if (frame->vector != GENERAL_PROTECTION || !resume)
        return false;
    frame->eip = resume;
    resume = 0;
    return true;
}

/* Tells whether the access faulted, and from then on expects no fault. */
static bool faulted(void)
{
    bool came = !resume;

    resume = 0;
    return came;
}

bool pmu_read(uint32_t msr, uint64_t *value)
{
    uint64_t v = 0;

    asm volatile("movl $1f, %0\n\trdmsr\n1:"
                 : "+m"(resume), "+A"(v)
                 : "c"(msr)
                 : "memory");
    *value = v;
    return faulted();
}

bool pmu_write(uint32_t msr, uint64_t value)
{
    asm volatile("movl $1f, %0\n\twrmsr\n1:"
                 : "+m"(resume)
                 : "c"(msr), "A"(value)
                 : "memory");
    return faulted();
}

bool pmu_rdpmc(uint32_t counter, uint64_t *value)
{
    uint64_t v = 0;

    asm volatile("movl $1f, %0\n\trdpmc\n1:"
                 : "+m"(resume), "+A"(v)
                 : "c"(counter)
                 : "memory");
    *value = v;
    return faulted();
}

static void try_read(enum pmu_access access, uint32_t msr)
{
    uint64_t value;

    pmu->faulted[access] = pmu_read(msr, &value);
    pmu->value[access] = value;
}

static void try_write(enum pmu_access access, uint32_t msr, uint64_t value)
{
    pmu->faulted[access] = pmu_write(msr, value);
}

void pmu_test(void)
{
    if (pmu->done == shared->control.pmutest)
        return;

    try_write(PMU_WRITE_RESERVED, PERF_CTL0, CTL_RESERVED);
    try_write(PMU_WRITE_COUNTER, PERF_CTR0, 0x1234);
    try_write(PMU_WRITE_CTRL, PERF_CTL0,
              EVENT_CYCLES | CTL_USER_AND_OS | (pmu->on ? CTL_ENABLE : 0));
    try_read(PMU_READ_CTRL, PERF_CTL0);
    try_read(PMU_READ_COUNTER, PERF_CTR0);
    try_read(PMU_READ_LATER, PERF15_CTR5);
    try_write(PMU_WRITE_LATER, PERF15_CTR5, 0x1234);
    pmu->done = shared->control.pmutest;
}
