/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a guest that has floating point keeps all of its registers over
 * any number of context switches, beside another that has them as well, and
 * that one that has not does not find them.
 *
 * Background: FP, VMX and VSX share 64 registers of 16 bytes (Power ISA 3.0B,
 * Book I, 7.2.1.1). On hardware HFSCR keeps the third guest from them; QEMU lets
 * it use them, and Xen then has it find zeros, unless it wrote itself.
 *
 * How: two guests, of which the first has two vCPUs, fill all registers with
 * values of their own, wait for some slices, and look. If the hypervisor did not
 * move them, each would find the values of the one that ran before.
 *
 * guests: d1,fpu,vcpus=2 d1,fpu d3 slice=200
 * lab: qemu=10,7.2
 */
#include "vsx.h"

#define ROUNDS 40

static struct vsx mine[2], found[2];
static unsigned int bad[2], bad_ebb[2];
static volatile bool ended[2];

static uint64_t value(unsigned int vcpu, unsigned int round, unsigned int n)
{
    return (uint64_t)(domid * 16 + vcpu) << 56 | (uint64_t)round << 32 | n;
}

static void fill(struct vsx *v, unsigned int vcpu, unsigned int round)
{
    for (unsigned int n = 0; n < 64; n++)
        for (unsigned int half = 0; half < 2; half++)
            v->reg[n][half] = value(vcpu, round, 2 * n + half);
    /* FPSCR: a rounding mode. VSCR: saturated or not. */
    v->reg[64][0] = (domid + vcpu + round) % 4;
    v->reg[64][1] = 0;
    v->reg[65][0] = (uint64_t)((domid + vcpu + round) % 2);
    v->reg[65][1] = 0;
}

static void keep_all(unsigned int vcpu)
{
    mtmsr(mfmsr() | MSR_FP | MSR_VEC | MSR_VSX);
    for (unsigned int round = 0; round < ROUNDS; round++) {
        fill(&mine[vcpu], vcpu, round);
        vsx_write(&mine[vcpu]);
        mtspr(EBBHR, value(vcpu, round, 4000));
        mtspr(EBBRR, value(vcpu, round, 5000));
        until(time_base() + 1500 * US);
        vsx_read(&found[vcpu]);
        for (unsigned int n = 0; n < NR_VSX; n++)
            bad[vcpu] += found[vcpu].reg[n][0] != mine[vcpu].reg[n][0] ||
                         (n < 64 &&
                          found[vcpu].reg[n][1] != mine[vcpu].reg[n][1]);
        bad_ebb[vcpu] += mfspr(EBBHR) != value(vcpu, round, 4000) ||
                         mfspr(EBBRR) != value(vcpu, round, 5000);
    }
    ended[vcpu] = true;
}

void test_main(unsigned int vcpu)
{
    keep_all(vcpu);
    if (vcpu)
        return;
    for (unsigned int n = 0; n < (domid == 1 ? 2 : 1); n++) {
        while (!ended[n])
            ;
        is(bad[n], 0, "vCPU %u: registers, FPSCR and VSCR", n);
        is(bad_ebb[n], 0, "vCPU %u: EBBHR and EBBRR", n);
    }
}
