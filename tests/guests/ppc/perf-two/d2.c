/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts cycles, of which QEMU has one for an instruction, and a few more where the
 * kernel is entered and left. */
#include "perf.h"

#define ROUNDS 4

void test_main(void)
{
    struct samples s;

    for (unsigned int i = 0; i < ROUNDS; i++)
        in_range(perf_stat("cycles:u", 1 + i % 2), HOT_INSTRUCTIONS(1 + i % 2),
                 HOT_INSTRUCTIONS(1 + i % 2) + 200,
                 "perf stat: cycles of %u million rounds", 1 + i % 2);
    s = perf_record("cycles:u", 100000, 3);
    in_range(s.nr, 89, 91, "perf record: samples of 9 million cycles");
    is(s.inside, s.nr, "all are of the loop");
}
