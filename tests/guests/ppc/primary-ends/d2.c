/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goes on for longer than d1. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    until(time_base() + 512 * 300000UL);
    ok(true, "it is still here");
}
