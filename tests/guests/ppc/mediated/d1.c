/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that an interrupt between vCPUs comes as soon as the guest turns EE on,
 * with no exit to the hypervisor in between.
 *
 * Background: at an entry with EE off Xen cannot deliver it. It sets LPCR[MER],
 * and the CPU delivers it when the guest is ready (Power ISA 3.0B, Book III,
 * External Interrupt). QEMU ignores the bit; the lab's own heeds it.
 *
 * How: vCPU 1 has EE off at every exit: it has it on for one instruction at a
 * time, some microseconds after a slice began.
 *
 * guests: d1,vcpus=2 slice=200
 * lab: qemu=fch
 */
#include "guest.h"

#define NONE 0xff
#define PRIORITY 4

static volatile unsigned int taken;
static volatile bool ready, go_on = true;

static void external(struct frame *frame)
{
    uint64_t out[2];

    (void)frame;
    hcall_out(H_XIRR, 0, 0, out);
    hcall(H_IPI, 1, NONE, 0, 0);
    hcall(H_EOI, out[0], 0, 0, 0);
    taken++;
}

/* Turns EE on a moment after it has given way, which is its only exit. */
static void second(void)
{
    hcall(H_CPPR, NONE, 0, 0, 0);
    ready = true;
    while (go_on) {
        give_way();
        spin(1000);
        interrupts(true);
        interrupts(false);
    }
}

void test_main(unsigned int vcpu)
{
    unsigned int before;

    on_interrupt(0x500, external);
    if (vcpu) {
        second();
        return;
    }
    while (!ready)
        give_way();
    for (unsigned int n = 0; n < 3; n++) {
        before = taken;
        hcall(H_IPI, 1, PRIORITY, 0, 0);
        for (unsigned int turns = 0; turns < 10 && taken == before; turns++)
            give_way();
        is(taken, before + 1, "taken once, with EE off at each exit");
    }
    give_way();
    is(taken, 3, "and not again");
    go_on = false;
}
