/* SPDX-License-Identifier: GPL-2.0-or-later */
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

/* Reads a policy into @p, a new one. */
policy_parser policy_parse;

/*
 * Adds a rule for what a text configures: xl.cfg or libvirt's domain XML. This
 * function is in import.c.
 */
policy_parser policy_import_text;

#endif /* XENTIMECTL_POLICY_READ_H */
