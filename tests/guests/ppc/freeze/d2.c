/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs between the slices of d1, with FCS and FCP in turn. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    for (unsigned int n = 0; n < 500; n++) {
        mtspr(MMCR0, n % 2 ? FCS | FCH : FCP | FCH);
        until(time_base() + 300 * US);
    }
    ok(mfspr(PMC5) > 100000, "it counted");
}
