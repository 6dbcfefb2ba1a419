/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that an interrupt which is pending when its guest leaves the CPU is
 * held for it, and reaches nobody else: not a guest that profiles and would
 * take it, nor one that does not profile.
 *
 * How: this guest lets a counter overflow with interrupts off, stays away for
 * many slices, and turns them on. The others have interrupts on all the time.
 *
 * guests: d1 d2 d3 slice=200
 */
#include "guest.h"

static volatile unsigned int taken;

static void pmi(struct frame *frame)
{
    (void)frame;
    taken++;
    mtspr(MMCR0, FC | FCH);
}

void test_main(unsigned int vcpu)
{
    unsigned int lost = 0, early = 0;

    (void)vcpu;
    on_interrupt(0xf00, pmi);
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    for (unsigned int n = 0; n < 50; n++) {
        taken = 0;
        mtspr(PMC5, 0x80000000UL - 1000);
        mtspr(MMCR0, PMAE | PMCNCE | FCECE | FCH);
        spin(10000);
        until(time_base() + 512 * 2000); /* ten slices */
        early += taken;
        interrupts(true);
        spin(100);
        interrupts(false);
        lost += taken != 1;
    }
    is(early, 0, "none while interrupts are off");
    is(lost, 0, "50 times: held, and taken once interrupts are on");
    until(time_base() + 512 * 2000);
    interrupts(true);
    spin(1000);
    is(taken, 1, "and not again");
    interrupts(false);
}
