/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts cycles on PMC2 and instructions on PMC3. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    uint32_t last = 0, each = 0;
    unsigned int wrong = 0;

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(MMCR0, FC | FCH);
    mtspr(MMCR1, 0x001e0200); /* PMC2: cycles, PMC3: instructions */
    mtspr(PMC2, 0);
    mtspr(PMC3, 0);
    for (unsigned int n = 0; n < 1000; n++) {
        counted_spin(700);
        if (n == 1)
            each = mfspr(PMC3) - last;
        else if (n > 1)
            wrong += mfspr(PMC3) - last != each;
        last = mfspr(PMC3);
        cede();
    }
    in_range(each, 2100, 2104, "instructions of a stretch");
    is(wrong, 0, "1,000 stretches");
    is(last, 1000 * each, "all of them");
    ok(mfspr(PMC2) >= last, "and cycles, on another counter");
    is(mfspr(PMC1), 0, "its PMC1 counted nothing");
}
