/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a guest's run latch (CTRL[RUN]) is its own. On POWER9, PMC5 and
 * PMC6 count only while it is set: if it were not moved, a guest's counters
 * would stand still after a neighbour has gone idle, as Linux clears the latch
 * before it cedes and believes that it is set where it set it once.
 *
 * How: d1 sets its latch and d2 clears its own, and both give way to each other.
 * QEMU counts PMC5 and PMC6 in any case, but instructions on PMC4 by event 0xfa
 * only while the latch is set: d1 counts the same loop before and after.
 *
 * guests: d1 d2 slice=1000000
 */
#include "guest.h"

#define CTRL_READ 136
#define CTRL_WRITE 152
#define ROUNDS 100
#define LOOP 1000

void test_main(unsigned int vcpu)
{
    unsigned int off = 0, other = 0;
    uint64_t first = 0;

    (void)vcpu;
    is(mfspr(CTRL_READ) & 1, 1, "a guest starts with its latch set");
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    mtspr(CTRL_WRITE, 1);
    mtspr(MMCR1, 0xfa);
    for (unsigned int n = 0; n < ROUNDS; n++) {
        mtspr(PMC4, 0);
        counted_spin(LOOP);
        if (!n)
            first = mfspr(PMC4);
        other += mfspr(PMC4) != first;
        give_way();
        off += !(mfspr(CTRL_READ) & 1);
    }
    in_range(first, 3 * LOOP, 3 * LOOP + 20, "PMC4 counts the loop");
    is(other, 0, "as much of it in each of %d rounds", ROUNDS);
    is(off, 0, "its latch is set whenever it comes back");
}
