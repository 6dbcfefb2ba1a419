/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This guest profiles, and finds its own registers beside those d1 writes to. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    unsigned int wrong = 0;
    struct pmu_regs mine, found;

    (void)vcpu;
    interrupts(true); /* an interrupt would end the test */
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    for (unsigned int i = 0; i < NR_PMU_REGS; i++)
        mine.reg[i] = 0x2220 + i;
    mine.reg[0] = FC | FCH;
    pmu_write(&mine);
    mtspr(144, 0x2144);
    mtspr(159, 0x2159);
    mtspr(256, 0x2256);
    while (before(500)) {
        pmu_read(&found);
        for (unsigned int i = 0; i < NR_PMU_REGS; i++)
            wrong += found.reg[i] != mine.reg[i];
        wrong += mfspr(144) != 0x2144 || mfspr(159) != 0x2159 ||
                 mfspr(256) != 0x2256 || !(mfspr(136) & 1);
        spin(1000);
    }
    is(wrong, 0, "its registers are its own");
}
