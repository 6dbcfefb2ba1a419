/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows nothing of being passive; an interrupt would end the test. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    interrupts(true);
    until(time_base() + 512 * 100000UL);
    interrupts(false);
    ok(true, "nothing interrupted it");
}
