/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that FCH, as the hypervisor forces it, keeps the hypervisor out of a
 * guest's counts: a loop under preemption counts the same number of
 * instructions every time, and the guest that clears FCH gains nothing but
 * the few instructions before it is set.
 *
 * Only a QEMU that implements the freeze bits can show it.
 *
 * guests: d1 d2 slice=200
 * lab: qemu=fch
 */
#include "guest.h"

static uint32_t count(uint64_t loops)
{
    mtspr(MMCR0, FC | FCH);
    mtspr(PMC5, 0);
    counted_spin(loops);
    return mfspr(PMC5);
}

/* Counts with FCH clear, that is until the hypervisor sets it. */
static uint32_t count_open(uint64_t loops)
{
    mtspr(MMCR0, FC);
    mtspr(PMC5, 0);
    mtspr(MMCR0, 0);
    spin(loops);
    mtspr(MMCR0, FC | FCH);
    return mfspr(PMC5);
}

void test_main(unsigned int vcpu)
{
    uint32_t first;
    unsigned int wrong = 0;

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    first = count(1000000);
    in_range(first, 3000000, 3000004, "a million loops");
    for (unsigned int n = 0; n < 20; n++)
        wrong += count(1000000) != first;
    is(wrong, 0, "the same every time, under preemption");
    for (unsigned int n = 0; n < 20; n++) {
        uint32_t open = count_open(1000000);

        if (!in_range(open, first, first + 40,
                      "FCH clear: hardly more, it is set at the first exit"))
            return;
    }
}
