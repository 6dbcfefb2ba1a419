/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The domain whose counters run: they only ever grow. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    uint64_t end = time_base() + 2000 * 200 * 512UL;
    unsigned int wrong = 0, rounds = 0;
    uint32_t last = 0, now;

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(PMC5, 0);
    mtspr(PMC1, 0x11);
    mtspr(MMCR1, 0);
    mtspr(MMCR0, FCH);
    while ((int64_t)(time_base() - end) < 0) {
        now = mfspr(PMC5);
        if (now - last > 0x40000000 || mfspr(MMCR1) || mfspr(PMC1) != 0x11)
            wrong++;
        last = now;
        rounds++;
        spin(1000);
    }
    ok(rounds > 100, "it ran");
    is(wrong, 0, "its counter only grows, its events stay");
    ok(last > 10000, "and it counts");
}
