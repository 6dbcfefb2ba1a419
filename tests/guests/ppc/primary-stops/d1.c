/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that no overflow is lost, and none is told twice, when the primary
 * stops: what overflows in the hypervisor before that is a sample, what does
 * so after it, or in the guest, is an interrupt of the guest's own.
 *
 * How: a counter is set to overflow 1, 2, 3 ... 2,500 instructions later, and
 * the primary stops.
 *
 * guests: d1,control slice=1000000
 * lab: qemu=10,fch
 */
#include "sampling.h"

#define MOST 2500

static volatile unsigned int own;

static void pmi(struct frame *frame)
{
    (void)frame;
    own++;
    mtspr(MMCR0, FC | FCH);
}

static void ignore(struct frame *frame)
{
    (void)frame;
}

void test_main(unsigned int vcpu)
{
    unsigned int wrong = 0, samples = 0, failed = 0;

    (void)vcpu;
    on_interrupt(0xf00, pmi);
    on_interrupt(0x500, ignore);
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    for (unsigned int n = 1; n <= MOST; n++) {
        failed += primary(0x10000, 0x1000) != 0;
        own = 0;
        mtspr(PMC5, 0x80000000UL - n);
        mtspr(MMCR0, PMAE | PMCNCE);
        failed += no_primary() != 0;
        spin(MOST);
        interrupts(true);
        spin(10);
        interrupts(false);
        mtspr(MMCR0, FC | FCH);
        samples += ring()->prod;
        if (own + ring()->prod != 1 && !wrong++)
            print("# after %u: %u interrupts, %u samples", n, own,
                  ring()->prod);
    }
    is(failed, 0, "primary, and not, %u times", MOST);
    is(wrong, 0, "each overflow is told once");
    ok(samples > 20, "%u times by a sample", samples);
    ok(samples < MOST - 100, "and else by an interrupt");
}
