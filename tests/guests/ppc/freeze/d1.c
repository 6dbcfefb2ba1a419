/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a guest's other freeze bits stay in effect when a guest with
 * other bits preempts it: FCS, with which its kernel does not count, and FCP,
 * with which it does.
 *
 * Only a QEMU that implements the freeze bits can show it.
 *
 * guests: d1 d2 slice=200
 * lab: qemu=fch
 */
#include "guest.h"

static uint32_t count(uint64_t bits)
{
    mtspr(MMCR0, FC | FCH);
    mtspr(PMC5, 0);
    mtspr(MMCR0, bits | FCH);
    spin(1000000);
    mtspr(MMCR0, FC | FCH);
    return mfspr(PMC5);
}

void test_main(unsigned int vcpu)
{
    uint32_t all;

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    all = count(0);
    in_range(all, 3000000, 3000010, "no bit: all of a million loops");
    for (unsigned int n = 0; n < 5; n++) {
        in_range(count(FCS), 0, 3, "FCS: nothing");
        is(count(FCP), all, "FCP: all of them");
    }
    in_range(count(FCS | FCP), 0, 3, "both: nothing");
}
