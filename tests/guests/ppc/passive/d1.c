/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a domain which knows nothing of it is counted and sampled for
 * the control domain, each such domain told apart, and that it notices
 * nothing: no interrupt, and its own addresses in the samples.
 *
 * How: d1 is the primary and starts passive sessions of d2 and d3, which spin
 * each at an address of its own, interrupts on. A sample of d2 takes more than a
 * slice: there would be none if its registers were not kept. d3 leaves the hypervisor more
 * to do, and is counted there too.
 *
 * guests: d1,control d2 d3 slice=200
 * lab: qemu=10,fch
 */
#include "sampling.h"

void test_main(unsigned int vcpu)
{
    struct xen_profile_sample *s = ring()->sample;
    struct xen_sysctl_profile none = { .op = 0 }, junk = { .flags = 1 };
    unsigned int of[4] = { 0 }, hv[4] = { 0 }, wrong = 0, n;

    (void)vcpu;
    is(passive(2, 10000, false), -EBUSY, "not without being the primary");
    is(primary(0x20000, 0), 0, "it is the primary");
    is(passive(1, 10000, false), -EBUSY, "not itself");
    junk.u.events.reload[7] = 1;
    is(profile(XEN_PROFILE_start, 2, &junk), -EINVAL, "no such counter");
    junk.u.events.reload[7] = 0;
    junk.u.events.reload[0] = 0x80000000;
    is(profile(XEN_PROFILE_start, 2, &junk), -EINVAL, "always negative");
    is(profile_status(2).sessions, 0, "nothing was changed");

    is(passive(2, 300000, false), 0, "d2 is passive");
    is(passive(2, 10000, false), -EBUSY, "once is enough");
    is(profile_status(2).passive, 1, "as its status says");
    is(passive(3, 5000, true), 0, "d3 is passive, the hypervisor too");
    until(time_base() + 64 * MS);
    is(profile(XEN_PROFILE_stop, 2, &none), 0, "d2 is no more");
    is(profile_status(2).passive, 0, "as its status says");
    is(no_primary(), 0, "no primary, no passive domains");
    is(profile_status(3).passive, 0, "d3 neither");
    is(profile_status(3).sessions, 1, "its session is still to be stopped");
    is(profile(XEN_PROFILE_stop, 3, &none), 0, "which it is");
    is(profile_status(3).claims, 0, "nobody profiles");

    n = ring()->prod;
    for (unsigned int i = 0; i < n && i < ring()->nr; i++) {
        if (s[i].domid != 2 && s[i].domid != 3) {
            wrong++;
            continue;
        }
        if (s[i].flags & XEN_PROFILE_SAMPLE_HV) {
            hv[s[i].domid]++;
            wrong += s[i].pc >> 60 != 0xc;
        } else {
            of[s[i].domid]++;
            wrong += s[i].pc < 0x5000 || s[i].pc >= 0x20000 ||
                     !(s[i].flags & XEN_PROFILE_SAMPLE_SKID);
        }
        wrong += s[i].counter != 4 || s[i].vcpu;
    }
    is(wrong, 0, "all are of one of the two, and make sense");
    ok(of[2] >= 20, "%u samples of d2", of[2]);
    ok(of[3] >= 20, "%u samples of d3", of[3]);
    is(hv[2], 0, "d2 was not to be counted in the hypervisor");
    ok(hv[3] >= 5, "%u samples of the hypervisor for d3", hv[3]);
}
