/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does not profile; has interrupts on. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    interrupts(true); /* an interrupt would end the test */
    until(time_base() + 512 * 400000UL);
    interrupts(false);
    ok(true, "nothing interrupted it");
}
