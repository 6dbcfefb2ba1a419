/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Panics in its first life; Linux then reboots at once (panic=-1). */
#include "lives.h"

void test_main(void)
{
    profile();
    if (first_life())
        write_file("/proc/sysrq-trigger", "c");
    ok(true, "it has panicked, rebooted, and can profile again");
}
