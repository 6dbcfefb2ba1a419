/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs between the slices of d1, and counts other events. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(MMCR1, 0x1e1e1e1e);
    mtspr(MMCR0, 0);
    until(time_base() + 512 * 500000UL);
    ok(mfspr(PMC6) > 1000, "it counted");
}
