/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a Linux which knows nothing of it is sampled for the control domain,
 * kernel and user space, and that a guest beside it that makes hypercalls with
 * whatever arguments does it no harm.
 *
 * How: d1 is the primary and samples d2 passively while that boots and runs. d2
 * would not get to its own checks, or d1 have none of its samples, if d3 had got
 * anything of theirs.
 *
 * guests: d1,control d2,linux d3 slice=200
 * lab: qemu=10,fch hv=plain timeout=400 idle=200
 */
#include "sampling.h"

#define KERNEL 0xcUL /* the upper four bits of its addresses */

void test_main(unsigned int vcpu)
{
    struct xen_profile_sample *s = ring()->sample;
    struct xen_sysctl_profile none = { .op = 0 };
    unsigned int kernel = 0, user = 0, real = 0, hv = 0, others = 0, n;

    (void)vcpu;
    is(primary(0x60000, 0), 0, "it is the primary");
    is(passive(2, 300000, true), 0, "d2 is passive");
    at(3000);
    is(profile(XEN_PROFILE_stop, 2, &none), 0, "d2 is no more");
    is(no_primary(), 0, "no primary");

    n = ring()->prod;
    for (unsigned int i = 0; i < n && i < ring()->nr; i++) {
        if (s[i].domid != 2)
            others++;
        else if (s[i].flags & XEN_PROFILE_SAMPLE_HV)
            hv++;
        else if (s[i].pc >> 60 == KERNEL)
            kernel++;
        else if (s[i].pc < 0x8000000)
            real++;
        else
            user++;
    }
    print("# %u samples of the kernel, %u in real mode, %u of user space,",
          kernel, real, user);
    print("# %u of the hypervisor, %lu lost", hv, ring()->lost);
    is(others, 0, "all are of d2");
    ok(kernel >= 500, "most are of the kernel, which boots");
    ok(user >= 20, "some are of its program");
    is(ring()->lost, 0, "none is lost");
    is(profile_status(2).claims, 0, "nobody profiles");
}
