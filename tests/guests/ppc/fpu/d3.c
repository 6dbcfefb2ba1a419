/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Has no floating point. It looks nevertheless, and finds a program interrupt or
 * nothing of the others'.
 */
#include "vsx.h"

static struct vsx found;
static bool refused;

static void no(struct frame *frame)
{
    refused = true;
    frame->msr &= ~(MSR_FP | MSR_VEC | MSR_VSX);
    frame->pc += 4;
}

void test_main(unsigned int vcpu)
{
    unsigned int bad = 0;

    (void)vcpu;
    on_interrupt(0x700, no);
    for (unsigned int round = 0; round < 40 && !refused; round++) {
        mtmsr(mfmsr() | MSR_FP | MSR_VEC | MSR_VSX);
        vsx_read(&found);
        for (unsigned int n = 0; n < NR_VSX; n++)
            bad += (found.reg[n][0] | found.reg[n][1]) != 0;
        bad += (mfspr(EBBHR) | mfspr(EBBRR)) != 0;
        until(time_base() + 1500 * US);
    }
    is(bad, 0, "nothing of the others");
}
