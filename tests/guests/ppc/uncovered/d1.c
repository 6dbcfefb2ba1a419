/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a domain which does not profile finds the initial set in its
 * registers while others do, whatever it writes there itself, and that the
 * last stop puts that set back.
 *
 * How: d1 reads the registers before anybody profiles. d3 profiles for a
 * while, with values of its own, and stops. In that time d1 and d2, which do
 * not, scribble and look again after they have been away.
 *
 * guests: d1 d1 d3 slice=200
 */
#include "guest.h"

static struct pmu_regs initial, found;

static void compare(const char *when)
{
    unsigned int wrong = 0;

    pmu_read(&found);
    for (unsigned int i = 0; i < NR_PMU_REGS; i++)
        if (found.reg[i] != initial.reg[i]) {
            print("# %s is 0x%lx, was 0x%lx", pmu_reg_name[i], found.reg[i],
                  initial.reg[i]);
            wrong++;
        }
    is(wrong, 0, "%s", when);
}

void test_main(unsigned int vcpu)
{
    struct pmu_regs junk;

    (void)vcpu;
    /* d3 begins at 64 ms and ends at 128. */
    pmu_read(&initial);
    is(initial.reg[0] & (FC | FCH), FC | FCH, "nothing counts at first");
    at(72);
    compare("somebody profiles: the initial set");
    for (unsigned int i = 0; i < NR_PMU_REGS; i++)
        junk.reg[i] = domid * 0x1234567;
    junk.reg[0] = FC;
    for (unsigned int n = 0; n < 20; n++) {
        pmu_write(&junk);
        until(time_base() + MS); /* five slices: others ran */
        pmu_read(&found);
        for (unsigned int i = 0; i < NR_PMU_REGS; i++)
            if (found.reg[i] != initial.reg[i]) {
                is(found.reg[i], initial.reg[i], "%s is the initial one again",
                   pmu_reg_name[i]);
                return;
            }
    }
    ok(true, "what it writes is gone when it comes back");
    at(160);
    compare("nobody profiles any more: the initial set");
}
