/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that no domain finds another's counters or events in its registers,
 * however often it is preempted: between two domains that both profile, and
 * with a third that does and counts.
 *
 * How: each vCPU fills every register of the performance monitor with values
 * that tell whose they are, and compares them for 2,000 slices of 200 us. The
 * third domain (d3) lets its counters run meanwhile. One of the domains has
 * two vCPUs.
 *
 * guests: d1,vcpus=2 d1 d3 slice=200
 * lab: qemu=10,7.2
 */
#include "guest.h"

#define SLICES 2000

static volatile unsigned int ready;
static unsigned int wrong[2];

/* MMCR0 gets bits that freeze, and bits that nothing looks at. */
static void fill(struct pmu_regs *r, uint64_t seed)
{
    for (unsigned int i = 0; i < NR_PMU_REGS; i++)
        r->reg[i] = seed * 0x0101010101UL + i;
    for (unsigned int i = 4; i < 10; i++)
        r->reg[i] &= 0x7fffffff;
    r->reg[0] = FC | FCS | FCH | (seed & 0xf) << 1;
}

void test_main(unsigned int vcpu)
{
    struct pmu_regs mine, found;
    uint64_t end = time_base() + SLICES * 200 * 512UL;
    unsigned int rounds = 0;

    if (perfmon(PERFMON_ENABLE, 0))
        wrong[vcpu]++;
    fill(&mine, domid * 16 + vcpu + 1);
    pmu_write(&mine);
    while ((int64_t)(time_base() - end) < 0) {
        pmu_read(&found);
        for (unsigned int i = 0; i < NR_PMU_REGS; i++)
            if (found.reg[i] != mine.reg[i] && !wrong[vcpu]++)
                print("# vCPU %u: %s is 0x%lx, should be 0x%lx", vcpu,
                      pmu_reg_name[i], found.reg[i], mine.reg[i]);
        rounds++;
        spin(1000);
    }
    if (vcpu) {
        ready = rounds;
        return;
    }

    ok(rounds > 100, "it ran");
    is(wrong[0], 0, "vCPU 0 finds its own registers");
    if (domid == 1) {
        while (!ready)
            give_way();
        is(wrong[1], 0, "and so does vCPU 1");
    }
}
