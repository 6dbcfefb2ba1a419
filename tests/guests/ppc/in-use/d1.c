/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a guest that has asked for the monitor, and says by its virtual
 * processor area that it does not use it, is switched as if it had not asked:
 * its registers are not kept, and nobody finds them. While it says that it does
 * they are. (passive: what it says means nothing where it is passive.)
 *
 * Background: Linux asks once for each vCPU (H_PERFMON) and never takes it back.
 * The byte is pmcregs_in_use of its lppaca, which perf sets with its first event
 * and clears with the last.
 *
 * How: a value in PMC1 and MMCR1, frozen, and a turn of d2 in between.
 *
 * guests: d1,control d2 slice=1000000
 * lab: qemu=10,7.2
 */
#include "guest.h"

static struct vpa vpa;

static void leave(uint64_t value, bool in_use)
{
    vpa.byte[VPA_IN_USE] = in_use;
    mtspr(MMCR0, FC | FCH);
    mtspr(PMC1, value);
    mtspr(MMCR1, value << 24);
    give_way();
}

static void finds(uint64_t value, const char *what)
{
    is(mfspr(PMC1), value, "%s", what);
    is(mfspr(MMCR1), value << 24, "and MMCR1");
}

void test_main(unsigned int vcpu)
{
    struct xen_sysctl_profile none = { .op = 0 };

    (void)vcpu;
    vpa_init(&vpa);
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it asks for the monitor");
    leave(0x11, false);
    finds(0x11, "kept, as it has no area: PMC1");

    is(hcall(H_REGISTER_VPA, VPA_REGISTER, 0, (uint64_t)&vpa, 0), H_SUCCESS,
       "it has an area");
    leave(0x22, true);
    finds(0x22, "kept while they are in use: PMC1");
    leave(0x33, false);
    finds(0, "not kept while they are not: PMC1");
    leave(0x44, true);
    finds(0x44, "kept again when it says so, without a call: PMC1");
    mtspr(PMC1, 0x55);
    vpa.byte[VPA_IN_USE] = 0;
    is(hcall(H_REGISTER_VPA, VPA_DEREGISTER, 0, 0, 0), H_SUCCESS,
       "it has no area any more");
    give_way();
    is(mfspr(PMC1), 0x55, "kept, whatever stands where it was");

    is(profile(XEN_PROFILE_start, 2, &none), 0, "d2 is covered");
    give_way();
    is(profile(XEN_PROFILE_stop, 2, &none), 0, "d2 is not");
}
