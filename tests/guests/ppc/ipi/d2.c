/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is there, and is never interrupted. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    hcall(H_CPPR, 0xff, 0, 0, 0);
    interrupts(true);
    until(time_base() + 20 * MS);
    interrupts(false);
    ok(true, "it was not interrupted");
}
