/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that no vCPU finds what another left in the performance monitor's
 * registers while nobody profiles at all: another domain's neither, nor that of
 * its own domain.
 *
 * How: nobody asks. Each vCPU writes to all of the registers and comes back to
 * them five slices later, in which the others did the same. Where the host has
 * stood still meanwhile it was not away, and finds what it wrote itself: such a
 * round does not count.
 *
 * Both domains have two vCPUs, so that none is ever alone and stays.
 *
 * guests: d1,vcpus=2 d1,vcpus=2 slice=200
 * lab: qemu=10,7.2
 */
#include "guest.h"

/* ROUNDS have to count, of MOST_ROUNDS at most. */
#define ROUNDS 20
#define MOST_ROUNDS 1000

static struct pmu_regs initial; /* what vCPU 0 finds first, for both vCPUs */
static volatile bool ready, second_done;
static volatile unsigned int wrong[2];

static bool same(const struct pmu_regs *a, const struct pmu_regs *b)
{
    for (unsigned int i = 0; i < NR_PMU_REGS; i++)
        if (a->reg[i] != b->reg[i])
            return false;
    return true;
}

/* Returns false if the vCPU has not been away. */
static bool compare(unsigned int vcpu, const struct pmu_regs *own)
{
    struct pmu_regs found;

    pmu_read(&found);
    if (same(&found, own))
        return false;
    for (unsigned int i = 0; i < NR_PMU_REGS; i++)
        if (found.reg[i] != initial.reg[i] && !wrong[vcpu]++)
            print("# vCPU %u: %s is 0x%lx, was 0x%lx", vcpu, pmu_reg_name[i],
                  found.reg[i], initial.reg[i]);
    return true;
}

static void look_at_first(void)
{
    unsigned int set = 0;

    pmu_read(&initial);
    for (unsigned int i = 1; i < NR_PMU_REGS; i++)
        set += initial.reg[i] != 0;
    is(initial.reg[0] & (FC | FCH), FC | FCH, "nothing counts at first");
    is(set, 0, "and the other registers are 0");
    ready = true;
}

static void write_and_come_back(unsigned int vcpu)
{
    struct pmu_regs junk, own;
    unsigned int n, back = 0;

    for (unsigned int i = 0; i < NR_PMU_REGS; i++)
        junk.reg[i] = (domid * 2 + vcpu) * 0x1234567;
    junk.reg[0] = FC;
    for (n = 0; n < MOST_ROUNDS && back < ROUNDS; n++) {
        pmu_write(&junk);
        pmu_read(&own);
        until(time_base() + MS);
        back += compare(vcpu, &own);
    }
    if (back < ROUNDS && !wrong[vcpu]++)
        print("# vCPU %u: away in %u rounds only", vcpu, back);
}

void test_main(unsigned int vcpu)
{
    if (!vcpu)
        look_at_first();
    while (!ready)
        give_way();
    write_and_come_back(vcpu);
    if (vcpu) {
        second_done = true;
        return;
    }

    while (!second_done)
        give_way();
    is(wrong[0], 0, "it finds the initial set each time it comes back");
    is(wrong[1], 0, "and so does its second vCPU");
}
