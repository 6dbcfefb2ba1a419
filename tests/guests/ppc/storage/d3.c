/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jumps outside its memory. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    void (*outside)(void) = (void (*)(void))0x10000000;

    (void)vcpu;
    until(time_base() + 512 * 5000UL);
    outside();
}
