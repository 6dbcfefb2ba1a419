/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a guest which reboots begins anew: its memory is what it was, its
 * registers too, and neither its claim to the performance monitor nor anything
 * that it counted is left; and that the others do not notice.
 *
 * How: it reboots until 60 ms after the guests were loaded, which only the time
 * base tells it. d2, the control domain, has a session of it that must be gone.
 *
 * guests: d1,vcpus=2 d2,control slice=200
 * lab: qemu=10
 */
#include "guest.h"

static unsigned int been_here;

void test_main(unsigned int vcpu)
{
    bool pristine = !been_here && !mfspr(PMC1) && !(mfmsr() & MSR_EE) &&
                    !mfspr(PID);

    if (vcpu)
        return;
    been_here = 1;
    mtspr(PID, 7);
    if (before(60) && pristine) {
        perfmon(PERFMON_ENABLE, 0);
        mtspr(PMC1, 0x1234);
        until(time_base() + 15 * MS);
        rtas(RTAS_SYSTEM_REBOOT, 1, NULL);
    }
    ok(pristine, "all is as it was");
}
