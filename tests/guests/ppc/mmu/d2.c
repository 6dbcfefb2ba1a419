/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs in real mode beside d1. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    until(time_base() + 512 * 15000UL);
    ok(true, "it is still here");
}
