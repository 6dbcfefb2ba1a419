/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that an interrupt in Xen which comes through a vector for exits of
 * guests ends with Xen's registers on the console. It must not be taken for an
 * exit: Xen would go on with a stack frame that is gone.
 *
 * How: the hypervisor executes an instruction that there is not when a guest
 * registers a process table of 512 KiB (tests/lab/ppc/faulty.patch).
 *
 * guests: d1 slice=200
 * lab: hv=faulty crashes=xen
 */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    hcall(H_REGISTER_PROC_TBL, 0x1d, 0x80000, 0, 7);
    ok(false, "Xen goes on after a fault of its own");
}
