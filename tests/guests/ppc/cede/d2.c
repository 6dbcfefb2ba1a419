/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs while d1 waits, and ends at 50 ms. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    uint64_t last = time_base(), longest = 0;

    (void)vcpu;
    while (before(50)) {
        uint64_t now = time_base();

        if (now - last > longest)
            longest = now - last;
        last = now;
    }
    in_range(longest / US, 0, 1000, "it never had to wait for long");
}
