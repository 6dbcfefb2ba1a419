/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Knows nothing of being passive; an interrupt would end the test. It says that
 * it does not use the monitor, as a Linux does.
 */
#include "guest.h"

static struct vpa vpa;

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    vpa_init(&vpa);
    is(hcall(H_REGISTER_VPA, VPA_REGISTER, 0, (uint64_t)&vpa, 0), H_SUCCESS,
       "it has a virtual processor area");
    interrupts(true);
    until(time_base() + 512 * 100000UL);
    interrupts(false);
    ok(true, "nothing interrupted it");
}
