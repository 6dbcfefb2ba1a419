/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a guest that does nothing but reboot takes no turn from another.
 *
 * How: d1 reboots at once, again and again, until 100 ms after the guests were
 * loaded. It has as much memory as makes Xen take longer for a reboot than a slice
 * is, whose end must not be taken for that of d2's. d2 looks for the longest time
 * in which it did not run.
 *
 * guests: d1,memory=16 d2 slice=200
 * lab: qemu=10
 */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    if (before(100))
        rtas(RTAS_SYSTEM_REBOOT, 1, NULL);
    ok(true, "it has rebooted, and goes on");
}
