/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows nothing of being passive; has the hypervisor flush the TLB often. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    uint64_t end = time_base() + 512 * 100000UL;

    (void)vcpu;
    interrupts(true);
    while ((int64_t)(time_base() - end) < 0) {
        hcall(H_REGISTER_PROC_TBL, 0x1d, 0xa0000, 0, 0);
        spin(1000);
    }
    interrupts(false);
    ok(true, "nothing interrupted it");
}
