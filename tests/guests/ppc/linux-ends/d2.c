/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reboots in its first life. */
#include "lives.h"

void test_main(void)
{
    profile();
    if (first_life())
        reboot(RB_AUTOBOOT);
    ok(true, "it has rebooted, and can profile again");
}
