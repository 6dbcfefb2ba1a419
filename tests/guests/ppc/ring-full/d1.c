/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that a full ring counts what it loses, goes on once it is read, and
 * that nothing its reader writes there makes the hypervisor write elsewhere.
 *
 * How: a passive domain fills a ring of 16 samples. The memory behind it is
 * compared.
 *
 * guests: d1,control d2 slice=200
 */
#include "sampling.h"

#define SIZE (24 + 16 * 32)

static uint8_t *behind(void)
{
    return (uint8_t *)RING + SIZE;
}

static unsigned int changed(void)
{
    unsigned int n = 0;

    for (unsigned int i = 0; i < 0x10000; i++)
        n += behind()[i] != 0x5a;
    return n;
}

void test_main(unsigned int vcpu)
{
    static const uint32_t cons[] = { 0xffffffff, 0x80000000, 0x7fffffff,
                                     17,         1000,       0xfffffff0 };
    unsigned int prod, sum;
    uint64_t lost;

    (void)vcpu;
    memset(behind(), 0x5a, 0x10000);
    is(primary(SIZE, 0), 0, "it is the primary");
    is(ring()->nr, 16, "of 16 samples");
    is(passive(2, 10000, false), 0, "d2 is passive");
    until(time_base() + 32 * MS);
    is(ring()->prod, 16, "the ring is full");
    lost = ring()->lost;
    ok(lost > 10, "%lu samples are lost", lost);
    is(profile_status(2).samples, 16, "written, by its status");
    in_range(profile_status(2).lost, lost, lost + 5, "and lost");

    ring()->cons = 8;
    until(time_base() + 8 * MS);
    is(ring()->prod, 24, "8 are read, 8 come");
    ring()->nr = 0xffffffff;
    ring()->prod = 0x12345678;
    ring()->lost = 0;
    ring()->cons = 12;
    until(time_base() + 8 * MS);
    is(ring()->prod, 28, "its own counts are the hypervisor's alone");

    sum = 0;
    for (unsigned int i = 0; i < sizeof(cons) / sizeof(*cons); i++) {
        ring()->cons = cons[i];
        until(time_base() + 4 * MS);
        prod = ring()->prod;
        sum += prod - 28;
    }
    in_range(sum, 0, 100, "nonsense in cons: no more than a ring of samples");
    is(changed(), 0, "nothing behind the ring was written to");
    is(no_primary(), 0, "no longer");
}
