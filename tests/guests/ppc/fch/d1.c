/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a guest which clears MMCR0[FCH], to count the hypervisor, finds
 * it set again after each entry into the hypervisor: by a hypercall, and by a
 * slice that ended; and that a guest which does not profile finds its counters
 * frozen too, whatever it wrote.
 *
 * The bit's effect is tested by fch-exact, on a QEMU that has it.
 *
 * guests: d1 d1 slice=200
 * lab: qemu=10,fch
 */
#include "guest.h"

static void check(const char *who, uint64_t wanted)
{
    unsigned int unset = 0;

    for (unsigned int n = 0; n < 100; n++) {
        mtspr(MMCR0, FCP);
        perfmon(0, 0);
        unset += mfspr(MMCR0) != wanted;
    }
    is(unset, 0, "%s: set by 100 hypercalls", who);

    unset = 0;
    for (unsigned int n = 0; n < 100; n++) {
        mtspr(MMCR0, FCP);
        until(time_base() + 512 * 500);
        unset += !(mfspr(MMCR0) & FCH);
    }
    is(unset, 0, "%s: set by 100 slices that ended", who);
}

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    check("nobody profiles", FC | FCH);
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    check("it profiles", FCP | FCH);
}
