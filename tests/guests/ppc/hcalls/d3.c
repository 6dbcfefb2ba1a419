/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs on, and is still answered in the end. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    until(time_base() + 512 * 100000UL);
    ok(true, "it is still here");
    is(hcall(0xfff8, 0, 0, 0, 0), (uint64_t)H_FUNCTION, "and is answered");
}
