/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does not profile, and finds the initial set as long as d2 profiles. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    unsigned int wrong = 0;
    struct pmu_regs found;

    (void)vcpu;
    interrupts(true); /* an interrupt would end the test */
    at(50);
    while (before(400)) {
        pmu_read(&found);
        wrong += found.reg[0] != (FC | FCH);
        for (unsigned int i = 4; i < 10; i++)
            wrong += found.reg[i] != 0;
        spin(1000);
    }
    is(wrong, 0, "nothing counts, and nothing has counted");
}
