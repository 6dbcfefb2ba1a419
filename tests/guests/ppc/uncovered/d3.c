/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The domain that profiles. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    struct pmu_regs mine, found;

    (void)vcpu;
    at(64);
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    for (unsigned int i = 0; i < NR_PMU_REGS; i++)
        mine.reg[i] = 0x333000 + i;
    mine.reg[0] = FC;
    pmu_write(&mine);
    at(128);
    pmu_read(&found);
    /* The hypervisor sets FCH. */
    is(found.reg[0], FC | FCH, "its MMCR0");
    for (unsigned int i = 1; i < NR_PMU_REGS; i++)
        if (found.reg[i] != mine.reg[i])
            is(found.reg[i], mine.reg[i], "its %s", pmu_reg_name[i]);
    is(perfmon(0, PERFMON_ENABLE), H_SUCCESS, "it stops");
    pmu_read(&found);
    is(found.reg[0], FC | FCH, "the initial MMCR0 is back at once");
    is(found.reg[4], 0, "and PMC1");
}
