/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The second domain, which wants to be the primary too. */
#include "sampling.h"

void test_main(unsigned int vcpu)
{

    (void)vcpu;
    at(64);
    is(primary(0x10000, 0), -EBUSY, "another is the primary");
    is(no_primary(), -EINVAL, "it cannot stop that");
    is(passive(1, 1000, false), -EBUSY, "nor have passive domains");
    at(128);
    is(primary(0x10000, 0), 0, "now it is");
    is(profile_status(1).primary, domid, "as its status says");
    /* The domain ends while it is the primary. */
}
