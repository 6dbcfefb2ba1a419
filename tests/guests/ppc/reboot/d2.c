/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has a session of d1, which ends with d1's first life, and looks on. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    struct xen_sysctl_profile none = { .op = 0 };

    (void)vcpu;
    is(profile(XEN_PROFILE_start, 1, &none), 0, "a session of d1");
    is(profile_status(1).sessions, 1, "it is there");
    at(50);
    is(profile_status(1).sessions, 0, "it is gone when d1 has rebooted");
    is(profile(XEN_PROFILE_stop, 1, &none), -EINVAL, "and cannot be stopped");
    is(profile(XEN_PROFILE_start, 1, &none), 0, "there can be another");
    at(200);
    is(profile_status(2).claims, 0, "nothing is left of d1");
}
