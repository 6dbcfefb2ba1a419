/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes every hypercall of Linux' with random arguments, many of them addresses
 * that are the others' in the machine, though not in this guest.
 */
#include "guest.h"

static void ignore(struct frame *frame)
{
    if (frame->vector == 0x900)
        mtspr(DEC, MS);
}

static uint64_t argument(void)
{
    uint64_t r = random();

    switch (r % 5) {
    case 0:
        return (r >> 8) % 8;
    case 1:
        return (r >> 8) % 0x40000000 & ~127UL;
    case 2:
        return 1UL << (r >> 8) % 64;
    case 3:
        return 0xc000000000000000UL | (r >> 8) % 0x40000000;
    default:
        return r;
    }
}

void test_main(unsigned int vcpu)
{
    static const uint64_t functions[] = {
        H_SET_MODE,
        H_CONFER,
        H_PROD,
        H_GET_TERM_CHAR,
        H_REGISTER_VPA,
        H_EOI,
        H_CPPR,
        H_IPI,
        H_IPOLL,
        H_XIRR,
        H_RTAS,
        H_PERFMON,
        H_CEDE,
        H_PUT_TERM_CHAR,
        H_GET_CPU_CHARACTERISTICS,
        XEN_MARK(XEN_SYSCTL),
    };
    unsigned int calls = 0;

    (void)vcpu;
    on_interrupt(0x500, ignore);
    on_interrupt(0x900, ignore);
    on_interrupt(0xf00, ignore);
    for (; before(3300); calls++) {
        mtspr(DEC, 20 * US);
        /* A terminal that there is not: what it prints is not TAP. */
        hcall(functions[random() % 16], argument() | 1, argument(), argument(),
              argument());
    }
    ok(calls > 10000, "many calls");
}
