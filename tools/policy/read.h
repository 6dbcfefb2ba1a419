/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads policies from files, and from memory. */
#ifndef XENTIMECTL_POLICY_READ_H
#define XENTIMECTL_POLICY_READ_H

#include <stddef.h>

#include "policy/model.h"
#include "policy/xml.h"
#include "tool.h"

/* The file of the policy, unless a command is given another one. */
#define POLICY_FILE "/etc/xentime/policy.xml"

/*
 * Reads and checks @file ("-": standard input), up to 1 MiB, without network,
 * DTD or entities. What is wrong is reported with its line. Returns an exit
 * status; *p is set only where that is EXIT_DONE, and the caller then frees it
 * with policy_free().
 */
int policy_read(const struct tool *t, const char *file, struct policy **p);

/*
 * Reads a policy from @len bytes. Returns NULL with the faults noted, or a
 * policy that the caller frees with policy_free().
 */
struct policy *policy_parse(const char *text, size_t len,
                            struct xml_faults *faults);

/*
 * Adds a rule for what a text configures: xl.cfg or libvirt's domain XML. @text
 * ends with a NUL after its @len bytes. This function is in import.c.
 */
void policy_import_text(const char *text, size_t len, struct policy *p,
                        struct xml_faults *faults);

#endif /* XENTIMECTL_POLICY_READ_H */
