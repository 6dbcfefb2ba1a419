/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that Debian's perf, in two Linuxes at once that share the CPU by slices of
 * 200 us, says in each what it says alone (perf).
 *
 * How: this one counts and samples instructions, d2 cycles. Both boot at once and
 * do as much, so that neither is through when the other begins.
 *
 * guests: d1,linux,perf,memory=256 d2,linux,perf,memory=256 slice=200
 * lab: qemu=fch with=perf timeout=600 idle=400
 */
#include "perf.h"

#define ROUNDS 4

void test_main(void)
{
    struct samples s;

    for (unsigned int i = 0; i < ROUNDS; i++)
        is(perf_stat("instructions:u", 1 + i % 2), HOT_INSTRUCTIONS(1 + i % 2),
           "perf stat: %u million rounds", 1 + i % 2);
    s = perf_record("instructions:u", 100000, 3);
    in_range(s.nr, 89, 90, "perf record: samples of 9,000,008 instructions");
    is(s.inside, s.nr, "all are of the loop");
}
