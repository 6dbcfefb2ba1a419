/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reaches for data outside its memory. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    until(time_base() + 512 * 5000UL);
    *(volatile uint64_t *)0x100000 = 1;
    ok(false, "it should not get here");
}
