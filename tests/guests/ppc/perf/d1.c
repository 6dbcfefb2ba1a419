/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that Debian's perf, as it is, counts to the instruction in a Linux that has
 * the CPU alone, and that its samples are where the instructions are.
 *
 * How: lib/hot.S, whose instructions were counted by hand, under "perf stat" and
 * "perf record". Event modifiers (":u") are MMCR2's freeze bits, which stock QEMU
 * ignores. perf-two is the same with a second such guest.
 *
 * guests: d1,linux,perf,memory=256 slice=1000000
 * lab: qemu=fch with=perf timeout=300 idle=200
 */
#include "perf.h"

void test_main(void)
{
    struct samples s;

    for (unsigned int args = 1; args <= 3; args++)
        is(perf_stat("instructions:u", args), HOT_INSTRUCTIONS(args),
           "perf stat: %u million rounds", args);
    ok(perf_stat("instructions:k", 1) > 0, "the kernel has instructions, too");
    s = perf_record("instructions:u", 100000, 3);
    in_range(s.nr, 89, 90, "perf record: samples of 9,000,008 instructions");
    is(s.inside, s.nr, "all are of the loop");
}
