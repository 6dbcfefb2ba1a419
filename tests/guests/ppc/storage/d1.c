/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a guest which reaches outside its memory ends, by data or by
 * instructions, and takes nobody with it.
 *
 * guests: d1 d2 d3 slice=200
 * lab: crashes=d2,d3 qemu=10,7.2
 */
#include "guest.h"

void test_main(unsigned int vcpu)
{
    (void)vcpu;
    until(time_base() + 512 * 20000UL);
    ok(true, "it is still here");
}
