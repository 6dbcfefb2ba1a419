/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that domains count different events at once, each exactly: one
 * instructions, the other cycles, and instructions on another counter, with
 * the hypervisor in between.
 *
 * How: each counts a stretch of a known number of instructions that no slice
 * can cut, and then gives way with its counters stopped but loaded; 1,000
 * times.
 *
 * guests: d1 d1 slice=1000000
 */
#include "guest.h"

#define TIMES 1000

/* The first domain's PMC1 counts instructions; the second's PMC2 cycles and
 * PMC3 instructions. */
static uint32_t instructions(void)
{
    return domid == 1 ? mfspr(PMC1) : mfspr(PMC3);
}

void test_main(unsigned int vcpu)
{
    uint64_t loops = domid == 1 ? 1000 : 700;
    uint32_t last = 0, each = 0;
    unsigned int wrong = 0;

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(MMCR0, FC | FCH);
    mtspr(MMCR1, domid == 1 ? 0x02000000 : 0x001e0200);
    for (unsigned int n = 0; n < TIMES; n++) {
        counted_spin(loops);
        if (n == 1)
            each = instructions() - last;
        else if (n > 1)
            wrong += instructions() - last != each;
        last = instructions();
        give_way();
    }
    in_range(each, 3 * loops, 3 * loops + 4, "instructions of a stretch");
    is(wrong, 0, "the same each time, with the other's in between");
    is(last, TIMES * each, "all of them");
    if (domid == 1) {
        is(mfspr(PMC2), 0, "no cycles: they are the other's");
    } else {
        ok(mfspr(PMC2) >= last, "and cycles, on another counter");
        is(mfspr(PMC1), 0, "nothing on the other's counter");
    }
}
