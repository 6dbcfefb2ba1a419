/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is sampled, and knows nothing of it. */
#include "linux.h"

void test_main(void)
{
    spin(120000000);
    ok(true, "it has run to its end");
}
