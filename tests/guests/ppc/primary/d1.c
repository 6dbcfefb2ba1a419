/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that there is one primary at a time: another domain gets EBUSY until
 * the first stops, or ends; that the ring must be in the primary's memory; and
 * that only the primary may start passive sessions.
 *
 * guests: d1,control d2,control slice=200
 */
#include "sampling.h"

void test_main(unsigned int vcpu)
{
    struct xen_sysctl_profile p = { .u.primary = { .ring = RING } };

    (void)vcpu;
    is(profile(XEN_PROFILE_primary_start, 0, &p), -EINVAL, "a ring of 0");
    is(primary(40, 0), -EINVAL, "one without room for a sample");
    is(primary(0x80001, 0), -EINVAL, "one that ends outside its memory");
    is(primary(0xffffffff, 0), -EINVAL, "a huge one");
    p.u.primary.size = 0x10000;
    p.u.primary.ring = RING + 0x1000;
    is(profile(XEN_PROFILE_primary_start, 0, &p), -EINVAL, "not aligned");
    p.u.primary.ring = -0x10000UL;
    is(profile(XEN_PROFILE_primary_start, 0, &p), -EINVAL, "far outside");
    p.u.primary.ring = RING;
    p.u.primary.pad = 1;
    is(profile(XEN_PROFILE_primary_start, 0, &p), -EINVAL, "a field not 0");
    is(profile_status(1).primary, 0x7ff4, "nobody is primary");

    is(primary(0x10000, 0x80000000 - 999), -EINVAL, "samples all the time");
    is(primary(0x10000, 0x80000000 - 1000), 0, "it is the primary");
    is(primary(0x10000, 0), -EBUSY, "it is already");
    at(96);
    is(no_primary(), 0, "it is no longer");
    is(no_primary(), -EINVAL, "twice");
    at(160);
    is(profile_status(1).primary, 0x7ff4, "the other ended as one");
    is(primary(0x10000, 0), 0, "and it is again");
}
