/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies made from the configurations that other tools have. */
#ifndef XENTIMECTL_POLICY_IMPORT_H
#define XENTIMECTL_POLICY_IMPORT_H

#include "policy/model.h"
#include "policy/xml.h"

/*
 * Adds the rule of the domain that has that name (or NULL) and UUID (or NULL).
 * Returns NULL with the fault noted.  The rule is the policy's, and valid until
 * the next one is added.
 */
struct policy_rule *policy_imported_rule(struct policy *p, const char *name,
                                         const char *uuid,
                                         struct xml_faults *faults);

/*
 * Drops those of a type's settings that the tool which made the configuration
 * would not give to a domain of that type, and notes each.
 */
void policy_imported_type(struct policy_rule *rule, enum xentime_type type,
                          struct xml_faults *faults);

policy_parser policy_import_xl;      /* xl.cfg(5) */
policy_parser policy_import_libvirt; /* libvirt's domain XML */
policy_parser policy_import_xe;      /* XAPI: "xe vm-param-list" */

/* Tells whether a text is what "xe vm-param-list" prints. */
bool policy_is_xe(const char *text);

#endif /* XENTIMECTL_POLICY_IMPORT_H */
