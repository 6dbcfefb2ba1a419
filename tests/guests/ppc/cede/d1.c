/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that H_CEDE waits, for the decrementer and for H_PROD, that it does not
 * if there was a prod before it, and that others run meanwhile; with nobody else
 * there is left to run, too, when the CPU itself sleeps.
 *
 * How: by the time base. d2 counts the turns that it has while d1 waits.
 *
 * guests: d1,vcpus=2 d2 slice=200
 * lab: qemu=10
 */
#include "guest.h"

static volatile unsigned int decrementers;
static volatile bool waits, woken;

static void decrementer(struct frame *frame)
{
    (void)frame;
    decrementers++;
    mtspr(DEC, INT32_MAX);
}

/* vCPU 1 waits for vCPU 0, to the end of the decrementer if need be. */
static void second(void)
{
    waits = true;
    cede();
    woken = true;
    /* It has nothing to do any more, so that vCPU 0 can be alone. */
    for (;;)
        cede();
}

/* Returns how long it waits, in ms, if the decrementer is due in `due` of them. */
static uint64_t wait(unsigned int due)
{
    uint64_t begin = time_base();

    mtspr(DEC, due * MS);
    cede();
    return (time_base() - begin) / MS;
}

void test_main(unsigned int vcpu)
{
    uint64_t begin;

    on_interrupt(0x900, decrementer);
    if (vcpu) {
        second();
        return;
    }
    while (!waits)
        give_way();
    give_way();
    ok(!woken, "vCPU 1 waits");
    is(wait(3), 3, "the decrementer ends a wait");
    is(decrementers, 1, "it is taken, as H_CEDE lets interrupts come");
    ok(!woken, "vCPU 1 still waits");
    hcall(H_PROD, 1, 0, 0, 0);
    begin = time_base();
    while (!woken)
        give_way();
    in_range((time_base() - begin) / US, 0, 2000, "a prod ends its wait");
    is(decrementers, 1, "long before its decrementer was due");

    hcall(H_PROD, 0, 0, 0, 0);
    is(wait(3), 0, "it does not wait if it was prodded before");
    is(wait(3), 3, "but the next time");
    at(100);
    is(wait(500), 500, "it waits alone, with d2 gone");
    is(wait(500), 500, "and again, with nobody to run in between");
    is(decrementers, 4, "and the decrementer is taken each time");
}
