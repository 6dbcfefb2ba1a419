/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that starts and stops are counted: repeated, unmatched, of several
 * domains, by the domain itself and by the control domain; and that others
 * than the control domain get nowhere.
 *
 * guests: d1,control d2,vcpus=2 slice=200
 */
#include "guest.h"

static struct xen_sysctl_profile none;

static void refused(void)
{
    static struct xen_sysctl sysctl;
    struct xen_sysctl_profile p = { .flags = 2 };
    uint64_t at = (uint64_t)&sysctl;

    is(profile(XEN_PROFILE_start, 9, &none), -ESRCH, "no such domain");
    is(profile(XEN_PROFILE_start, 0, &none), -ESRCH, "not Xen either");
    is(profile(XEN_PROFILE_start, 0x7ff0, &none), -ESRCH, "nor itself by name");
    is(profile(77, 1, &none), -EOPNOTSUPP, "no such operation");
    is(profile(XEN_PROFILE_start, 2, &p), -EINVAL, "no such flag");
    is(profile(XEN_PROFILE_stop, 2, &none), -EINVAL, "a stop too many");
    p.flags = 1;
    is(profile(XEN_PROFILE_start, 2, &p), -EBUSY, "passive needs a primary");
    is(profile(XEN_PROFILE_primary_stop, 0, &none), -EINVAL,
       "nobody is primary");
    is(hcall(XEN_MARK(XEN_SYSCTL), 0x100000, 0, 0, 0), -EFAULT,
       "outside its memory");
    is(hcall(XEN_MARK(XEN_SYSCTL), -8UL, 0, 0, 0), -EFAULT, "far outside");
    sysctl.interface_version = 1;
    is(hcall(XEN_MARK(XEN_SYSCTL), at, 0, 0, 0), -13, "another interface");
    sysctl.interface_version = SYSCTL_INTERFACE_VERSION;
    sysctl.cmd = 1;
    is(hcall(XEN_MARK(XEN_SYSCTL), at, 0, 0, 0), -ENOSYS, "another sysctl");
    sysctl.cmd = XEN_SYSCTL_profile;
    sysctl.u.profile.version = 2;
    is(hcall(XEN_MARK(XEN_SYSCTL), at, 0, 0, 0), -EOPNOTSUPP,
       "another version");
    is(profile_status(2).claims, 0, "all of it changed nothing");
}

/* Each has a field of its own that it must not have. */
static const struct {
    const char *what;
    struct xen_sysctl_profile p; /* .op and .domid are given to profile() */
} unnamed[] = {
    { "features: padding", { .op = XEN_PROFILE_features, .pad = 1 } },
    { "features: a flag", { .op = XEN_PROFILE_features, .flags = 1 } },
    { "features: a domain", { .op = XEN_PROFILE_features, .domid = 2 } },
    { "features: another member",
      { .op = XEN_PROFILE_features, .u.events.control[1] = 1 } },
    { "start: an event",
      { .op = XEN_PROFILE_start, .domid = 2, .u.events.control[0] = 1 } },
    { "start: the last reload value",
      { .op = XEN_PROFILE_start, .domid = 2, .u.events.reload[7] = 1 } },
    { "stop: a flag", { .op = XEN_PROFILE_stop, .domid = 2, .flags = 1 } },
    { "stop: an event",
      { .op = XEN_PROFILE_stop, .domid = 2, .u.events.reload[0] = 1 } },
    { "status: a flag", { .op = XEN_PROFILE_status, .domid = 2, .flags = 2 } },
    { "status: behind it",
      { .op = XEN_PROFILE_status, .domid = 2, .u.events.reload[7] = 1 } },
    { "primary: a domain",
      { .op = XEN_PROFILE_primary_start,
        .domid = 2,
        .u.primary = { .ring = 0x80000, .size = 4096 } } },
    { "primary: a flag",
      { .op = XEN_PROFILE_primary_start,
        .flags = 1,
        .u.primary = { .ring = 0x80000, .size = 4096 } } },
    { "no primary: a domain", { .op = XEN_PROFILE_primary_stop, .domid = 2 } },
    { "no primary: a ring",
      { .op = XEN_PROFILE_primary_stop, .u.primary.ring = 0x80000 } },
};

/* While d2 has a session, to be stopped, and with a primary, to be stopped, so
 * that nothing else is in the way. */
static void zeros_only(void)
{
    struct xen_sysctl_profile p = { .u.primary = { .ring = 0x80000,
                                                   .size = 4096 } };

    for (unsigned int i = 0; i < sizeof(unnamed) / sizeof(unnamed[0]); i++) {
        struct xen_sysctl_profile it = unnamed[i].p;

        if (it.op == XEN_PROFILE_primary_stop)
            is(profile(XEN_PROFILE_primary_start, 0, &p), 0, "a primary");
        is(profile(it.op, it.domid, &it), -EINVAL, "%s", unnamed[i].what);
        if (it.op == XEN_PROFILE_primary_stop)
            is(profile(XEN_PROFILE_primary_stop, 0, &none), 0, "no primary");
    }
    is(profile_status(2).sessions, 1, "all of it changed nothing");
}

void test_main(unsigned int vcpu)
{
    struct xen_sysctl_profile p = none;

    (void)vcpu;
    is(profile(XEN_PROFILE_features, 0, &p), 0, "features");
    is(p.u.features, 0x1f, "all of them");
    refused();

    for (unsigned int i = 1; i <= 3; i++) {
        is(profile(XEN_PROFILE_start, 2, &none), 0, "start");
        is(profile_status(2).sessions, i, "%u sessions", i);
        if (i == 1)
            zeros_only();
    }
    is(profile(XEN_PROFILE_start, 1, &none), 0, "of another domain");
    is(profile_status(2).claims, 4, "4 in all");

    /* d2 turns both its vCPUs on, and one off again. */
    at(80);
    is(profile_status(2).self, 2, "two vCPUs of their own");
    is(profile_status(2).claims, 6, "6 in all");
    at(112);
    is(profile_status(2).self, 1, "one vCPU");

    for (unsigned int i = 3; i--;) {
        is(profile(XEN_PROFILE_stop, 2, &none), 0, "stop");
        is(profile_status(2).sessions, i, "%u sessions", i);
    }
    is(profile(XEN_PROFILE_stop, 2, &none), -EINVAL, "a stop too many");
    is(profile_status(2).claims, 2, "2 in all: itself, and d2's vCPU");
    is(profile(XEN_PROFILE_stop, 1, &none), 0, "of itself");
    is(profile_status(2).claims, 1, "1 in all");
    at(160);
    is(profile(XEN_PROFILE_status, 2, &none), -ESRCH, "d2 is gone");
    is(profile_status(1).claims, 0, "and nobody profiles");
}
