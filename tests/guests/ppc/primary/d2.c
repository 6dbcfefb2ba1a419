/* SPDX-License-Identifier: GPL-2.0-only */
/* The second, which wants to be the primary too. */
#include "sampling.h"

#define MS (512 * 1000UL)

void test_main(unsigned int vcpu)
{
    uint64_t begin = time_base() & ~(64 * MS - 1);

    (void)vcpu;
    until(begin + 64 * MS);
    is(primary(0x10000, 0), -EBUSY, "another is the primary");
    is(no_primary(), -EINVAL, "it cannot stop that");
    is(passive(1, 1000, false), -EBUSY, "nor have passive domains");
    until(begin + 128 * MS);
    is(primary(0x10000, 0), 0, "now it is");
    is(profile_status(1).primary, domid, "as its status says");
    /* And ends as one. */
}
