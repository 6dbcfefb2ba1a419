/* SPDX-License-Identifier: GPL-2.0-only */
/* Is ended while it profiles, on both of its vCPUs. */
#include "guest.h"

#define MS (512 * 1000UL)

void test_main(unsigned int vcpu)
{
    uint64_t begin = time_base() & ~(64 * MS - 1);

    perfmon(PERFMON_ENABLE, 0);
    mtspr(PMC1, 0x33333);
    mtspr(MMCR0, 0);
    until(begin + 128 * MS);
    if (!vcpu)
        *(volatile uint64_t *)0x8000000 = 1; /* it has no such memory */
    for (;;)
        cede();
}
