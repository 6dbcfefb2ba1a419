/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a counter that overflows interrupts its own guest, once for each
 * time it is armed, at its own 0xf00, also under preemption by a guest that
 * does the same; and that a guest which profiles without alerts is never
 * interrupted.
 *
 * guests: d1 d1 d3 slice=200
 */
#include "guest.h"

#define PERIOD 100000

static volatile unsigned int taken, wrong;

static void arm(void)
{
    mtspr(PMC5, 0x80000000UL - PERIOD);
    mtspr(MMCR0, PMAE | PMCNCE | FCECE | FCH);
}

static void pmi(struct frame *frame)
{
    (void)frame;
    if (!(mfspr(PMC5) & 0x80000000UL) || !(mfspr(MMCR0) & PMAO))
        wrong++;
    if (++taken < 200)
        arm();
    else
        mtspr(MMCR0, FC | FCH);
}

void test_main(unsigned int vcpu)
{
    uint64_t limit = time_base() + 512 * 1000000UL;

    (void)vcpu;
    on_interrupt(0xf00, pmi);
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    arm();
    interrupts(true);
    while (taken < 200 && (int64_t)(time_base() - limit) < 0)
        ;
    spin(10 * PERIOD);
    is(taken, 200, "200 overflows, 200 interrupts");
    is(wrong, 0, "each with its counter negative and PMAO set");
    interrupts(false);
}
