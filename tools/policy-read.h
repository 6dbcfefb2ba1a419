/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy from memory. */
#ifndef XENTIMECTL_POLICY_READ_H
#define XENTIMECTL_POLICY_READ_H

#include "policy.h"
#include "policy-xml.h"

/* Without rules; NULL: out of memory. */
struct policy *policy_new(void);

/* NULL with the faults noted; to be freed by policy_free(). */
struct policy *policy_parse(const char *text, size_t len,
                            struct xml_faults *faults);

/* What it consists of; not the rule itself. */
void policy_free_rule(struct policy_rule *rule);

/*
 * Adds a rule for what a file of this text configures: xl.cfg or libvirt's
 * domain XML.  @text ends with a NUL after its @len bytes.
 */
void policy_import_text(const char *text, size_t len, struct policy *p,
                        struct xml_faults *faults);

#endif /* XENTIMECTL_POLICY_READ_H */
