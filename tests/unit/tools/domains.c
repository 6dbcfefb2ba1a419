/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domains that several tests of commands look at: see domains.h. */

#include <xenctrl.h>

#include "domains.h"
#include "run.h"

char long_name[301];

void add_domains_of_each_kind(void)
{
    memset(long_name, 'n', sizeof(long_name) - 1);
    fake_add(0, XENTIME_PV);
    fake_add(1, XENTIME_HVM)->param[XENTIME_TIMER_MODE] = 2;
    fake_add(2, XENTIME_PVH)->flags = XEN_DOMINF_paused;
    fake_add(30, XENTIME_HVM)->param[XENTIME_VHPET] = 0;
    name_domain(0, "Domain-0");
    name_domain(1, "web");
    name_domain(30, long_name);
}
