/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domains that several tests of commands look at. */
#ifndef UNIT_TOOLS_DOMAINS_H
#define UNIT_TOOLS_DOMAINS_H

/* The name of domain 30, which is longer than any line. */
extern char long_name[301];

/* Adds dom0, a PVH and two HVM domains, one of them with a very long name. */
void add_domains_of_each_kind(void);

#endif /* UNIT_TOOLS_DOMAINS_H */
