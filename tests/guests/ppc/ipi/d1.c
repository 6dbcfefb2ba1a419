/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a vCPU can interrupt another, and itself, by PAPR's H_IPI: that the
 * interrupt comes when the other has EE on and its priority lets it, once, and
 * wakes it if it waits.
 *
 * Background: XICS (LoPAPR 1.1, Virtual Interrupt Controller). An interrupt is
 * there while the priority that was sent is less than the vCPU's own (H_CPPR);
 * H_XIRR takes it and sets the own one to it, H_EOI sets it back.
 *
 * guests: d1,vcpus=2 d2 slice=200
 * lab: qemu=10
 */
#include "guest.h"

#define SPRG0 272
#define NONE 0xff
#define PRIORITY 4
#define IPI 2

static volatile unsigned int taken[2], wrong;
static volatile bool waits, go_on;

static void external(struct frame *frame)
{
    unsigned int me = mfspr(SPRG0);
    uint64_t out[2];

    (void)frame;
    hcall_out(H_XIRR, 0, 0, out);
    wrong += out[0] != (0xff000000UL | IPI);
    hcall(H_IPI, me, NONE, 0, 0);
    taken[me]++;
    hcall_out(H_XIRR, 0, 0, out);
    wrong += out[0] != (uint64_t)PRIORITY << 24;
    wrong += hcall(H_EOI, 0xff000000UL | IPI, 0, 0, 0) != 0;
}

static void second(void)
{
    hcall(H_CPPR, NONE, 0, 0, 0);
    mtspr(DEC, INT32_MAX);
    waits = true;
    cede();
    waits = false;
    while (!go_on)
        ;
    interrupts(false);
}

void test_main(unsigned int vcpu)
{
    uint64_t out[2], begin;

    on_interrupt(0x500, external);
    mtspr(SPRG0, vcpu);
    if (vcpu) {
        second();
        return;
    }
    hcall(H_IPI, 0, PRIORITY, 0, 0);
    interrupts(true);
    give_way();
    is(taken[0], 0, "no interrupt at priority 0, which a vCPU starts with");
    hcall(H_CPPR, PRIORITY, 0, 0, 0);
    give_way();
    is(taken[0], 0, "nor at the same priority");
    interrupts(false);
    hcall(H_CPPR, NONE, 0, 0, 0);
    give_way();
    is(taken[0], 0, "nor with EE off");
    hcall_out(H_IPOLL, 0, 0, out);
    is(out[0], 0xff000000UL | IPI, "but it is there");
    is(out[1], PRIORITY, "with its priority");
    interrupts(true);
    give_way();
    is(taken[0], 1, "it comes with EE on");
    give_way();
    is(taken[0], 1, "once");
    interrupts(false);

    while (!waits)
        give_way();
    give_way();
    begin = time_base();
    hcall(H_IPI, 1, PRIORITY, 0, 0);
    while (waits)
        give_way();
    is(taken[1], 1, "one to a vCPU that waits wakes it");
    in_range((time_base() - begin) / US, 0, 2000, "at once");
    hcall(H_IPI, 1, PRIORITY, 0, 0);
    begin = time_base();
    while (taken[1] == 1 && time_base() - begin < 100 * MS)
        ;
    is(taken[1], 2, "one to a vCPU that runs comes with its next slice");
    go_on = true;
    is(wrong, 0, "what H_XIRR and H_EOI say each time");
}
