/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that H_PERFMON answers every argument as PAPR has it, and that what
 * it refuses changes nothing.
 *
 * How: each of the 64 bits to set, to reset and both, and all combinations of
 * the two modes that there are. The control domain's status tells what is
 * counted.
 *
 * guests: d1,control
 * lab: qemu=10,7.2
 */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    unsigned int wrong = 0;

    (void)vcpu;
    for (unsigned int bit = 0; bit < 62; bit++) {
        uint64_t mode = 1UL << bit;

        wrong += perfmon(mode, 0) != H_PARAMETER;
        wrong += perfmon(0, mode) != H_PARAMETER;
        wrong += perfmon(mode, mode) != H_PARAMETER;
        wrong += perfmon(mode | PERFMON_ENABLE, 0) != H_PARAMETER;
        wrong += perfmon(PERFMON_ENABLE, mode) != H_PARAMETER;
    }
    is(wrong, 0, "modes that there are not: H_Parameter");
    is(profile_status(domid).claims, 0, "and nobody profiles");

    for (uint64_t set = 0; set < 4; set++)
        for (uint64_t reset = 0; reset < 4; reset++) {
            long rc = perfmon(set << 62, reset << 62);
            bool before = profile_status(domid).self;

            is(rc, set & reset ? H_RESOURCE : H_SUCCESS,
               "set %lu, reset %lu (enable is 2)", set, reset);
            if (!(set & reset))
                is(before, set & 2 ? 1 : 0, "as it says");
            perfmon(0, PERFMON_ENABLE);
        }
    is(perfmon(0, 0), H_SUCCESS, "nothing to do");
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "set");
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "again");
    is(profile_status(domid).claims, 1, "counts once");
    is(perfmon(PERFMON_ENABLE, PERFMON_ENABLE), H_RESOURCE, "both at once");
    is(profile_status(domid).claims, 1, "changes nothing");
    is(perfmon(0, PERFMON_ENABLE), H_SUCCESS, "reset");
    is(perfmon(0, PERFMON_ENABLE), H_SUCCESS, "again");
    is(profile_status(domid).claims, 0, "nobody profiles");
}
