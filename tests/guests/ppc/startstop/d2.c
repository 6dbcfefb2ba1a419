/* SPDX-License-Identifier: GPL-2.0-only */
/* The domain that is profiled, and does so itself. */
#include "guest.h"

#define MS (512 * 1000UL)

void test_main(unsigned int vcpu)
{
    uint64_t begin = time_base() & ~(64 * MS - 1);
    struct xen_sysctl_profile none = { .op = 0 };

    until(begin + 64 * MS);
    perfmon(PERFMON_ENABLE, 0);
    if (vcpu)
        return;
    is(profile(XEN_PROFILE_start, 2, &none), -EPERM, "not for everybody");
    is(profile(XEN_PROFILE_features, 2, &none), -EPERM, "not even to ask");
    until(begin + 96 * MS);
    is(perfmon(0, PERFMON_ENABLE), H_SUCCESS, "one vCPU of two stops");
    until(begin + 144 * MS);
}
