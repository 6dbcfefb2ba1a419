/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This guest idles as Linux does: it clears its latch and gives way. */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    unsigned int on = 0;

    (void)vcpu;
    mtspr(152, 0);
    for (unsigned int n = 0; n < 200; n++) {
        give_way();
        on += mfspr(136) & 1;
    }
    is(on, 0, "its latch stays off");
}
