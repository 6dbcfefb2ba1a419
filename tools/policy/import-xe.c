/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a policy's rules from what XAPI's "xe vm-param-list" or "xe vm-list
 * params=all" prints: XCP-ng and XenServer have no xl.cfg.  A domain is a record
 * that begins with its UUID:
 *
 *     uuid ( RO)              : 5f0d2a4e-7c1b-4f2e-9d35-0a1b2c3d4e5f
 *           name-label ( RW): winsrv
 *             platform (MRW): timeoffset: 3600; hpet: false
 *
 * Of a domain's platform XAPI hands "hpet" to Xen.  It has no word for
 * timer_mode.
 */

#include <stdlib.h>
#include <string.h>

#include "policy/import.h"
#include "tool.h"

/* The lines of a record that are used; NULL: it has no such line. */
struct record {
    const char *uuid, *name, *platform, *type;
    bool no_domain; /* a template or a snapshot */
};

/*
 * Splits "   key ( RW) [DEPRECATED]: value" in place.  Returns the value; NULL:
 * the line is something else.
 */
static char *split(char *line, char **key)
{
    char *access, *colon;

    *key = line + strspn(line, " \t");
    access = strstr(*key, " (");
    colon = access ? strchr(access, ':') : NULL;
    if (!colon || colon < access + 5 || access[5] != ')')
        return NULL;
    *access = '\0';
    colon++;
    colon += strspn(colon, " \t");
    colon[strcspn(colon, "\r")] = '\0';
    return colon;
}

bool policy_is_xe(const char *text)
{
    char line[64], *key;

    snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
    return split(line, &key) && !strcmp(key, "uuid");
}

/* Takes XAPI's map "key: value; key: value" apart; NULL: the key is not there. */
static const char *map_value(const char *map, const char *key, char value[16])
{
    size_t len = strlen(key);

    for (; map; map = strchr(map, ';')) {
        map += strspn(map, "; ");
        if (!strncmp(map, key, len) && map[len] == ':') {
            map += len + 1;
            map += strspn(map, " ");
            snprintf(value, 16, "%.*s", (int)strcspn(map, ";"), map);
            return value;
        }
    }
    return NULL;
}

/* Takes a platform's hpet, which XAPI has for on if it is empty. */
static void take_hpet(const char *platform, struct policy_rule *rule,
                      struct xml_faults *faults)
{
    static const struct {
        const char *word;
        int on;
    } words[] = {
        { "true", 1 }, { "1", 1 }, { "", 1 }, { "false", 0 }, { "0", 0 },
    };
    char buffer[16];
    const char *value = map_value(platform, "hpet", buffer);
    size_t i;

    for (i = 0; value && i < ARRAY_LEN(words); i++)
        if (!strcmp(value, words[i].word)) {
            rule->want.setting[XENTIME_VHPET] = words[i].on;
            return;
        }
    if (value)
        xml_fault(faults, 0, "platform: hpet \"%s\" is not true or false",
                  value);
}

static void take_record(const struct record *r, struct policy *p,
                        struct xml_faults *faults)
{
    struct policy_rule *rule;

    if (!r->uuid || r->no_domain)
        return;
    rule = policy_imported_rule(p, r->name, r->uuid, faults);
    if (!rule)
        return;
    take_hpet(r->platform, rule, faults);
    if (r->type && !strcmp(r->type, "pv"))
        policy_imported_type(rule, XENTIME_PV, faults);
    else if (r->type && !strcmp(r->type, "pvh"))
        policy_imported_type(rule, XENTIME_PVH, faults);
}

static void take_line(struct record *r, const char *key, const char *value)
{
    if (!strcmp(key, "name-label"))
        r->name = value;
    else if (!strcmp(key, "platform"))
        r->platform = value;
    else if (!strcmp(key, "domain-type"))
        r->type = value;
    else if (!strcmp(key, "is-a-template") || !strcmp(key, "is-a-snapshot"))
        r->no_domain = r->no_domain || !strcmp(value, "true");
}

void policy_import_xe(const char *text, size_t len, struct policy *p,
                      struct xml_faults *faults)
{
    char *copy = strndup(text, len), *at = copy, *line, *key, *value;
    struct record r = { NULL };

    if (!copy)
        xml_fault(faults, 0, "out of memory");
    while (at && (line = strsep(&at, "\n"))) {
        value = split(line, &key);
        if (!value)
            continue;
        if (!strcmp(key, "uuid")) {
            take_record(&r, p, faults);
            r = (struct record){ .uuid = value };
        } else {
            take_line(&r, key, value);
        }
    }
    take_record(&r, p, faults);
    free(copy);
}
