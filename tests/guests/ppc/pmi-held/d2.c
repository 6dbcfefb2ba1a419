/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles, with interrupts on; its counter does not overflow. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    uint64_t end = time_base() + 512 * 400000UL;

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(PMC5, 0);
    mtspr(MMCR0, PMAE | PMCNCE | FCH);
    interrupts(true); /* an interrupt would end the test */
    until(end);
    interrupts(false);
    ok(mfspr(PMC5) > 100000, "it counted, and nothing interrupted it");
}
