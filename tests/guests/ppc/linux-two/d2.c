/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts cycles, and on another counter an event that QEMU never sees. */
#include "linux.h"

#define ROUNDS 35
#define LOOP 1000000
#define L2_MISS PERF_TYPE_RAW, 0x200fe /* PM_DATA_FROM_L2MISS, on PMC2 */

void test_main(void)
{
    int cycles = event(CYCLES, USER, 0), misses = event(L2_MISS, USER, 0);
    uint64_t few = counted_spin(cycles, 1000) - 3000;
    unsigned int wrong = 0, missed = 0;
    struct samples s;

    ok(cycles >= 0 && misses >= 0, "events for cycles and L2 misses");
    for (unsigned int n = LOOP; n < LOOP + ROUNDS; n++) {
        uint64_t count = counted_spin(cycles, n);

        if (count < 3UL * n || count > 3UL * n + 3 * few)
            printf("# %lu cycles, not 3 * %u + %lu\n", count, n, few);
        wrong += count < 3UL * n || count > 3UL * n + 3 * few;
        missed += counted_spin(misses, 1000);
    }
    printf("# %u stretches of 3 n + %lu cycles and a bit\n", ROUNDS - wrong,
           few);
    is(wrong, 0, "cycles in user space");
    is(missed, 0, "no L2 misses: QEMU has none");
    s = sampled_spin(CYCLES, USER, 100000, 3000000);
    printf("# %u samples, %u of them in the loop\n", s.nr, s.inside);
    in_range(s.nr, 89, 91, "samples of its cycles");
    is(s.inside, s.nr, "all are of the loop");
}
