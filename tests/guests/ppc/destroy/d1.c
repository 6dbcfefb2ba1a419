/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a domain which ends while it is profiled, in an orderly way or
 * by what it does, takes its claims with it, whoever made them, and leaves the
 * initial set behind.
 *
 * guests: d1,control d2 d3,vcpus=2 slice=200
 * lab: crashes=d3
 */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    struct xen_sysctl_profile none = { .op = 0 };
    struct pmu_regs found;

    (void)vcpu;
    is(profile(XEN_PROFILE_start, 2, &none), 0, "a session of d2");
    is(profile(XEN_PROFILE_start, 2, &none), 0, "and another");
    is(profile(XEN_PROFILE_start, 3, &none), 0, "and of d3");
    at(80);
    is(profile_status(2).claims, 6, "3 sessions, and 3 vCPUs themselves");
    at(112);
    is(profile(XEN_PROFILE_status, 2, &none), -ESRCH, "d2 is gone");
    is(profile(XEN_PROFILE_stop, 2, &none), -ESRCH, "nothing to stop");
    is(profile_status(3).claims, 3, "with all it had");
    at(160);
    is(profile(XEN_PROFILE_status, 3, &none), -ESRCH, "d3 is gone");
    is(profile_status(1).claims, 0, "nobody profiles");
    pmu_read(&found);
    is(found.reg[0], FC | FCH, "nothing counts");
    for (unsigned int i = 1; i < NR_PMU_REGS; i++)
        if (found.reg[i])
            is(found.reg[i], 0, "%s", pmu_reg_name[i]);
    is(profile(XEN_PROFILE_start, 1, &none), 0, "it can begin again");
    is(profile_status(1).claims, 1, "from one");
}
