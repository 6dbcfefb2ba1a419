/* SPDX-License-Identifier: GPL-2.0-only */
/* Goes on, and longer than the other. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    until(time_base() + 512 * 300000UL);
    ok(true, "it is still here");
}
