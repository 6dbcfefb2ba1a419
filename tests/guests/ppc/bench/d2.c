/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives way at once, as often as d1 needs it. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    for (unsigned int n = 0; n < 50000; n++)
        give_way();
    ok(true, "it is still here");
}
