/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that what a boot loader leaves in LPCR does not reach guests. A Linux
 * that starts Xen leaves the wide decrementer on (LD): a guest that then writes
 * 0xffffffff, which says "now" in 32 bits, would wait for 8 s.
 *
 * How: the hypervisor is one that finds LPCR as Linux leaves it
 * (tests/lab/ppc/faulty.patch).
 *
 * guests: d1 slice=200
 * lab: hv=faulty
 */
#include "guest.h"

static volatile unsigned int taken;

static void decrementer(struct frame *frame)
{
    (void)frame;
    taken++;
    mtspr(DEC, 0x7fffffff);
}

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    on_interrupt(0x900, decrementer);
    mtspr(DEC, ~0UL);
    is(mfspr(DEC) >> 63, 0, "the decrementer is not sign extended");
    mtspr(DEC, 0xffffffff);
    interrupts(true);
    until(time_base() + 10 * US);
    interrupts(false);
    is(taken, 1, "a decrementer of -1 interrupts at once");
}
