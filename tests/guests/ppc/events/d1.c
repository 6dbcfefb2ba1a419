/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves that domains count different events at once, each exactly: this one
 * instructions, the other cycles and instructions on other counters, switched
 * at times of their own choosing, with the hypervisor in between.
 *
 * How: each counts a stretch of a known number of instructions that no slice
 * can cut, and then gives way with its counters stopped but loaded.
 *
 * guests: d1 d2 slice=1000000
 */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    uint32_t last = 0, each = 0;
    unsigned int wrong = 0;

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(MMCR0, FC | FCH);
    mtspr(MMCR1, 0x02000000); /* PMC1: instructions */
    mtspr(PMC1, 0);
    for (unsigned int n = 0; n < 1000; n++) {
        counted_spin(1000);
        if (n == 1)
            each = mfspr(PMC1) - last;
        else if (n > 1)
            wrong += mfspr(PMC1) - last != each;
        last = mfspr(PMC1);
        cede();
    }
    in_range(each, 3000, 3004, "instructions of a stretch");
    is(wrong, 0, "1,000 stretches, with the other's in between");
    is(last, 1000 * each, "all of them");
    is(mfspr(PMC2), 0, "its PMC2 counted nothing");
}
