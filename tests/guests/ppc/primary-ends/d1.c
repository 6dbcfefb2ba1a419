/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that the hypervisor is in order after sampling has ended while the
 * hypervisor ran: the primary stops, or stops profiling, or ends, by a
 * hypercall that is handled with interrupts on for the samples.
 *
 * How: over and over, with slices that end in between. d2 goes on meanwhile.
 *
 * guests: d1,control d2 slice=50
 * lab: qemu=10,7.2
 */
#include "sampling.h"

static void ignore(struct frame *frame)
{
    (void)frame;
    mtspr(MMCR0, FC | FCH);
}

void test_main(unsigned int vcpu)
{
    unsigned int failed = 0;

    (void)vcpu;
    on_interrupt(0xf00, ignore);
    on_interrupt(0x500, ignore);
    for (unsigned int n = 0; n < 2000; n++) {
        failed += perfmon(PERFMON_ENABLE, 0) != 0;
        failed += primary(0x10000, 0x80000000U - 3000) != 0;
        /* A pending alert of the guest's would keep Xen's interrupts off. */
        mtspr(PMC5, 0);
        mtspr(MMCR0, PMAE | PMCNCE);
        if (n % 2)
            failed += perfmon(0, PERFMON_ENABLE) != 0;
        failed += no_primary() != 0;
        perfmon(0, 0);
        spin(100 + n % 500);
        mtspr(MMCR0, FC | FCH);
    }
    is(failed, 0, "2,000 times primary and not");
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    is(primary(0x10000, 0x80000000U - 3000), 0, "it is the primary");
    mtspr(PMC5, 0x80000000UL - 1000);
    mtspr(MMCR0, PMAE | PMCNCE);
    /* The guest ends while it is the primary. */
}
