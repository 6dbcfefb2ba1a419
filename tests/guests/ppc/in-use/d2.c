/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes turns with d1, and never finds what that one left. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    unsigned int found = 0;

    (void)vcpu;
    for (unsigned int n = 0; n < 200; n++) {
        found += mfspr(PMC1) || mfspr(MMCR1);
        give_way();
    }
    is(found, 0, "it finds nothing of d1's");
}
