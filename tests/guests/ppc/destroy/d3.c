/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is ended while it profiles, on both of its vCPUs. */
#include "guest.h"

void test_main(unsigned int vcpu)
{

    perfmon(PERFMON_ENABLE, 0);
    mtspr(PMC1, 0x33333);
    mtspr(MMCR0, 0);
    at(128);
    if (!vcpu)
        *(volatile uint64_t *)0x8000000 = 1; /* it has no such memory */
    for (;;)
        give_way();
}
