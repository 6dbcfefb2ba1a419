/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that an instruction that a guest may not have comes back to it as a
 * program interrupt.
 *
 * guests: d1 slice=200
 */
#include "guest.h"

static volatile uint64_t where, why;

static void program(struct frame *frame)
{
    where = frame->pc;
    why = frame->msr;
    frame->pc += 4;
}

void test_main(unsigned int vcpu)
{
    uint64_t here;

    (void)vcpu;
    on_interrupt(0x700, program);
    asm volatile("bcl 20, 31, 1f\n"
                 "1: mflr %0\n"
                 ".long 0\n"
                 : "=r"(here)::"lr", "memory");
    is(where, here + 4, "an instruction that there is not");
    ok(why & 0x80000, "said to be illegal");
    where = 0;
    asm volatile("mfspr %0, 304" : "=r"(here)); /* HSPRG0 */
    ok(where, "the hypervisor's register");
}
