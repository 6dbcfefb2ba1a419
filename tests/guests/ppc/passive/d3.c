/* SPDX-License-Identifier: GPL-2.0-only */
/* Knows nothing of it either; asks the hypervisor for much. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    uint64_t end = time_base() + 512 * 100000UL;

    (void)vcpu;
    interrupts(true);
    while ((int64_t)(time_base() - end) < 0)
        hcall(0xfff8, 0, 0, 0, 0);
    interrupts(false);
    ok(true, "nothing interrupted it");
}
