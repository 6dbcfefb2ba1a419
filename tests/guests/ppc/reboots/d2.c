/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs beside d1, and ends at 90 ms. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    uint64_t last = time_base(), longest = 0;
    unsigned int turns = 0;

    (void)vcpu;
    while (before(90)) {
        uint64_t now = time_base();

        if (now - last > longest)
            longest = now - last;
        turns += now - last > 50 * US;
        last = now;
    }
    print("# %u turns, longest wait %lu us", turns, longest / US);
    in_range(turns, 20, 500, "it had its turns");
}
