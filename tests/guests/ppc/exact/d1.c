/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that counts are exact: of a loop whose instructions are known, over
 * and over, when nothing comes in between.
 *
 * How: a single guest with a slice that is longer than the test. PMC5 and a
 * programmed PMC1 count instructions.
 *
 * guests: d1 slice=1000000
 */
#include "guest.h"

/* Counts the instructions between the write to MMCR0 that starts the counters
 * and the one that stops them. */
static uint32_t count(uint64_t loops)
{
    mtspr(MMCR0, FC | FCH);
    mtspr(MMCR1, 0x02000000); /* PMC1: instructions */
    mtspr(PMC1, 0);
    mtspr(PMC5, 0);
    counted_spin(loops);
    return mfspr(PMC5);
}

void test_main(unsigned int vcpu)
{
    uint32_t first, more;

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    first = count(1000);
    in_range(first, 3000, 3004, "1,000 loops are 3,000 instructions");
    is(mfspr(PMC1), first, "on a programmed counter too");
    more = count(101000);
    is(more - first, 300000, "100,000 loops more are 300,000 more");
    for (unsigned int i = 0; i < 100; i++)
        if (count(1000) != first) {
            ok(false, "the same every time");
            return;
        }
    ok(true, "the same every time");
}
