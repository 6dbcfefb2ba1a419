/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proves that nothing a guest writes to the registers it can reach harms the
 * hypervisor or another guest.
 *
 * How: d1 writes random values to every register of the performance monitor,
 * and to the others a privileged guest has, in random order, counters running,
 * profiling on and off, for two seconds of the machine's time; d2, which
 * profiles, and d3, which does not, look at theirs meanwhile.
 *
 * guests: d1 d2 d3 slice=200
 * qemu: 10 7.2
 */
#include "guest.h"

static void ignore(struct frame *frame)
{
    (void)frame;
}

#define CASE(i, spr) \
    case i: \
        mtspr(spr, value); \
        break;
static void write(unsigned int which, uint64_t value)
{
    switch (which) {
        CASE(0, MMCR0)
        CASE(1, MMCR1)
        CASE(2, MMCR2) CASE(3, MMCRA) CASE(4, PMC1) CASE(5, PMC2) CASE(6, PMC3)
            CASE(7, PMC4) CASE(8, PMC5) CASE(9, PMC6) CASE(10, SIAR)
                CASE(11, SDAR) CASE(12, SIER)
                    CASE(13, 18) /* DSISR */ CASE(14, 19) /* DAR */ CASE(15,
                                                                         272)
                        CASE(16, 273)
                            CASE(17, 17) /* DSCR */ CASE(18, 815) /* TAR */
            CASE(19, DEC) CASE(20, PID)
                CASE(21, 29) /* AMR */ CASE(22, 61) /* IAMR */
            CASE(23, 157) /* UAMOR */ CASE(24, 153) /* FSCR */
    }
}

void test_main(unsigned int vcpu)
{
    uint64_t end = time_base() + 512 * 400000UL;
    unsigned int n = 0;

    (void)vcpu;
    on_interrupt(0xf00, ignore);
    on_interrupt(0x900, ignore);
    while ((int64_t)(time_base() - end) < 0) {
        uint64_t value = random();

        /* Often a value that means something. */
        if (n % 3 == 0)
            value &= 0x84008c81;
        else if (n % 3 == 1)
            value &= 0xffffffff;
        write(random() % 25, value);
        if (n % 50 == 0)
            perfmon(random() & 1 ? PERFMON_ENABLE : 0, 0);
        if (n % 50 == 25)
            perfmon(0, random() & 1 ? PERFMON_ENABLE : 0);
        if (n % 500 == 0) {
            /* An alert that never goes away would keep it here. */
            mtspr(MMCR0, FC);
            mtspr(DEC, 0x7fffffff);
            interrupts(n % 1000);
            spin(10);
            interrupts(false);
        }
        n++;
    }
    mtspr(MMCR0, FC);
    ok(n > 10000, "%u random writes", n);
}
