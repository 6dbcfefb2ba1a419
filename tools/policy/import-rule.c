/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule of one domain whose configuration is imported: see import.h. */

#include <stdlib.h>
#include <string.h>

#include <uuid/uuid.h>

#include "policy/import.h"
#include "policy/write.h"

/* Returns a pattern that matches a domain's name and nothing else. */
static char *quote_pattern(const char *name)
{
    char *quoted = malloc(2 * strlen(name) + 1), *to = quoted;

    for (; quoted && *name; name++) {
        if (strchr("*?[\\", *name))
            *to++ = '\\';
        *to++ = *name;
    }
    if (quoted)
        *to = '\0';
    return quoted;
}

struct policy_rule *policy_imported_rule(struct policy *p, const char *name,
                                         const char *uuid,
                                         struct xml_faults *faults)
{
    struct policy_rule *rule = policy_add_rule(p);
    struct policy_match *match = rule ? policy_add_match(rule) : NULL;

    if (match && name)
        rule->name = strdup(name);
    if (match && uuid) {
        match->has_uuid = true;
        if (!uuid_parse(uuid, match->uuid))
            return rule;
        xml_fault(faults, 0, "uuid \"%.64s\" is not a UUID", uuid);
        return NULL;
    }
    if (match && name && !policy_is_writable(name)) {
        xml_fault(faults, 0,
                  "the name cannot be written in XML, and there is no UUID");
        return NULL;
    }
    if (match && name)
        match->name = quote_pattern(name);
    if (match && match->name)
        return rule;
    xml_fault(faults, 0, "%s",
              match && !name ? "neither a name nor a UUID" : "out of memory");
    return NULL;
}

void policy_imported_type(struct policy_rule *rule, enum xentime_type type,
                          struct xml_faults *faults)
{
    int s;

    for (s = 0; s < XENTIME_SETTINGS; s++) {
        if (rule->want.setting[s] < 0 || xentime_type_has(type, s))
            continue;
        rule->want.setting[s] = -1;
        xml_note(faults, "a %s domain has no %s: it is left out",
                 xentime_type_name(type), xentime_setting_name(s));
    }
}
