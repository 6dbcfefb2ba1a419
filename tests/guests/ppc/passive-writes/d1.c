/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a passive domain cannot have Xen counted, or other events than
 * those that were asked for, by writing to the registers, on a machine that lets
 * it write (one that does not heed HFSCR[PM]).
 *
 * How: d1 is the primary and asks for d2's instructions outside of Xen. d2
 * clears FCH, chooses events, and has Xen do much for it. There may be no sample
 * of Xen on its behalf, as far as the machine heeds FCH.
 *
 * guests: d1,control d2 slice=200
 * lab: qemu=10,fch
 */
#include "sampling.h"

/* Does the machine not count in the hypervisor with FCH set? */
static bool heeds_fch(void)
{
    uint64_t counted;

    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(PMC5, 0);
    mtspr(MMCR0, FCH);
    for (unsigned int n = 0; n < 1000; n++)
        hcall(H_PUT_TERM_CHAR, 1, 0, 0, 0);
    mtspr(MMCR0, FC | FCH);
    counted = mfspr(PMC5);
    is(perfmon(0, PERFMON_ENABLE), H_SUCCESS, "and stops");
    return counted < 50000;
}

void test_main(unsigned int vcpu)
{
    struct xen_profile_sample *s = ring()->sample;
    struct xen_sysctl_profile none = { .op = 0 };
    unsigned int guest = 0, hv = 0, wrong = 0;
    bool heeds = heeds_fch();

    (void)vcpu;
    is(primary(0x20000, 0), 0, "it is the primary");
    is(passive(2, 10000, false), 0, "d2 is passive");
    ok(before(30), "before it looks at what it finds");
    at(80);
    is(profile(XEN_PROFILE_stop, 2, &none), 0, "d2 is no more");
    is(no_primary(), 0, "no primary");

    for (unsigned int i = 0; i < ring()->prod && i < ring()->nr; i++) {
        if (s[i].flags & XEN_PROFILE_SAMPLE_HV)
            hv++;
        else
            guest++;
        wrong += s[i].domid != 2 || s[i].counter != 4 || s[i].event;
    }
    ok(guest >= 20, "%u samples of d2", guest);
    is(wrong, 0, "all are of the counter that was asked for");
    if (heeds)
        is(hv, 0, "and none of Xen");
}
