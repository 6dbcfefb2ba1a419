/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends while it profiles, counters running. */
#include "guest.h"

#define MS (512 * 1000UL)

void test_main(unsigned int vcpu)
{
    uint64_t begin = time_base() & ~(64 * MS - 1);

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(PMC1, 0x22222);
    mtspr(MMCR0, 0);
    until(begin + 96 * MS);
}
