/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that Linux guests may end in any way while they profile: by a reboot, by
 * a panic, and by powering off with events open. Nothing of their claims is left,
 * and the counts of another guest are exact all the time.
 *
 * How: each of two Linuxes has two lives. The first opens events and ends, one by
 * reboot(2), one by a panic; the second opens them again, finds its counts exact,
 * and powers off with the events on. d1 counts a loop meanwhile, some 15 slices
 * long, again and again.
 *
 * guests: d1,control d2,linux d3,linux slice=200
 * lab: qemu=fch timeout=500 idle=200
 */
#include "guest.h"

#define LOOP 1000000

static bool gone(unsigned int domain)
{
    struct xen_sysctl_profile p = { .op = 0 };

    return profile(XEN_PROFILE_status, domain, &p) == -ESRCH;
}

static bool profiles(unsigned int domain)
{
    struct xen_sysctl_profile p = { .op = 0 };

    return !profile(XEN_PROFILE_status, domain, &p) && p.u.status.self;
}

void test_main(unsigned int vcpu)
{
    unsigned int rounds = 0, wrong = 0, covered = 0;
    uint32_t each;

    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(MMCR0, FC | FCH);
    mtspr(PMC5, 0);
    counted_spin(1000);
    each = mfspr(PMC5) - 3000;
    in_range(each, 1, 20, "the loop, and a few");
    do {
        uint32_t before = mfspr(PMC5);

        counted_spin(LOOP);
        wrong += (uint32_t)mfspr(PMC5) - before != 3 * LOOP + each;
        covered |= profiles(2) | profiles(3) << 1;
        rounds++;
    } while (!gone(2) || !gone(3));
    print("# %u rounds", rounds);
    is(wrong, 0, "its counts are exact, whatever becomes of the others");
    is(covered, 3, "both others have profiled");
    is(profile_status(1).claims, 1, "none of their claims is left");
}
