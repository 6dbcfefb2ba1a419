/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts, with interrupts on, and is never interrupted. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    uint64_t end = time_base() + 512 * 100000UL;

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(PMC5, 0x80000000UL - 1000);
    mtspr(MMCR0, FCH);
    interrupts(true); /* an interrupt would end the test */
    until(end);
    interrupts(false);
    ok(mfspr(PMC5) & 0x80000000UL, "its counter overflowed, in silence");
}
