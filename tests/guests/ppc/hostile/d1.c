/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that nothing a guest writes to the registers it can reach harms the
 * hypervisor or another guest.
 *
 * How: d1 writes random values to every register of the performance monitor,
 * and to the others a privileged guest has, in random order, counters running,
 * profiling on and off, for 0.4 seconds of the machine's time; d2, which
 * profiles, and d3, which does not, look at theirs meanwhile.
 *
 * guests: d1 d2 d3 slice=200
 */
#include "guest.h"

static void ignore(struct frame *frame)
{
    (void)frame;
}

/* clang-format off */
#define REGISTERS(X) \
    X(MMCR0) X(MMCR1) X(MMCR2) X(MMCRA) X(PMC1) X(PMC2) X(PMC3) X(PMC4) \
    X(PMC5) X(PMC6) X(SIAR) X(SDAR) X(SIER) X(DEC) X(PID) \
    X(17)  /* DSCR */   X(18)  /* DSISR */  X(19)  /* DAR */ \
    X(29)  /* AMR */    X(61)  /* IAMR */   X(153) /* FSCR */ \
    X(157) /* UAMOR */  X(272) /* SPRG0 */  X(273) X(815) /* TAR */ \
    X(144) /* TIDR */   X(152) /* CTRL */   X(159) /* PSPB */ \
    X(256) /* VRSAVE */ X(896) /* PPR */
/* clang-format on */

static void write(unsigned int which, uint64_t value)
{
#define X(spr) \
    if (!which--) \
        mtspr(spr, value);
    REGISTERS(X)
#undef X
}

#define COUNT(spr) +1
#define NR_REGISTERS (0 REGISTERS(COUNT))

void test_main(unsigned int vcpu)
{
    unsigned int n = 0;

    (void)vcpu;
    on_interrupt(0xf00, ignore);
    on_interrupt(0x900, ignore);
    while (before(420)) {
        uint64_t value = random();

        /* Every third value has only bits that matter in MMCR0. */
        if (n % 3 == 0)
            value &= 0x84008c81;
        else if (n % 3 == 1)
            value &= 0xffffffff;
        write(random() % NR_REGISTERS, value);
        if (n % 50 == 0)
            perfmon(random() & 1 ? PERFMON_ENABLE : 0, 0);
        if (n % 50 == 25)
            perfmon(0, random() & 1 ? PERFMON_ENABLE : 0);
        if (n % 500 == 0) {
            /* An alert that never goes away would interrupt it for ever. */
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
