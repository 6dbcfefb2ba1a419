/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends while it profiles, with its counters running. */
#include "guest.h"

void test_main(unsigned int vcpu)
{

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(PMC1, 0x22222);
    mtspr(MMCR0, 0);
    at(96);
}
