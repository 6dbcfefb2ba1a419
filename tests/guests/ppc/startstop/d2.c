/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The domain that d1 profiles, and that profiles itself. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    struct xen_sysctl_profile none = { .op = 0 };

    at(64);
    perfmon(PERFMON_ENABLE, 0);
    if (vcpu)
        return;
    is(profile(XEN_PROFILE_start, 2, &none), -EPERM, "not for everybody");
    is(profile(XEN_PROFILE_features, 2, &none), -EPERM, "not even to ask");
    at(96);
    is(perfmon(0, PERFMON_ENABLE), H_SUCCESS, "one vCPU of two stops");
    at(144);
}
