/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that guests run: each of three prints, is preempted, and goes on.
 *
 * guests: d1,vcpus=2 d1 d1
 * lab: qemu=10,7.2,fch
 */
#include "guest.h"

static volatile unsigned int other;

void test_main(unsigned int vcpu)
{
    uint64_t begin = time_base();

    if (vcpu) {
        other = vcpu;
        return;
    }

    is(mfmsr() >> 60, 8, "not in hypervisor state");
    until(begin + 512 * 2000);
    ok(true, "goes on after ten slices");
    is(hcall(0xfff8, 1, 2, 3, 4), (uint64_t)H_FUNCTION, "no such hypercall");
    is(hcall(H_PUT_TERM_CHAR, 0, 17, 0, 0), (uint64_t)H_PARAMETER,
       "a line that is too long");
    is(hcall(H_PUT_TERM_CHAR, 1, 1, 0, 0), (uint64_t)H_PARAMETER,
       "a terminal that there is not");
}
