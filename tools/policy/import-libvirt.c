/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a policy's rule from libvirt's domain XML. */

#include <string.h>

#include "policy/import.h"

static const xmlNode *child(const xmlNode *node, const char *name,
                            const xmlNode *after)
{
    const xmlNode *at = after ? after->next : node->children;

    for (; at; at = at->next)
        if (at->type == XML_ELEMENT_NODE &&
            !strcmp((const char *)at->name, name))
            return at;
    return NULL;
}

static char *child_text(const xmlNode *node, const char *name)
{
    const xmlNode *at = child(node, name, NULL);

    return at ? (char *)xmlNodeGetContent((xmlNode *)at) : NULL;
}

/* Takes the timers that policies know; any other is left to libvirt. */
static void take_timer(const xmlNode *node, struct policy_rule *rule,
                       struct xml_faults *faults)
{
    char *name = xml_attribute(node, "name");
    char *present = xml_attribute(node, "present");
    char *policy = xml_attribute(node, "tickpolicy");
    int mode;

    if (name && present && !strcmp(name, "hpet")) {
        rule->want.setting[XENTIME_VHPET] = !strcmp(present, "yes");
        if (strcmp(present, "yes") != 0 && strcmp(present, "no") != 0)
            xml_fault(faults, xmlGetLineNo(node),
                      "present=\"%.64s\" is not yes or no", present);
    } else if (name && policy && !strcmp(name, "platform")) {
        for (mode = 0; xentime_mode_name(mode); mode++)
            if (xentime_mode_name(mode)->tickpolicy &&
                !strcmp(policy, xentime_mode_name(mode)->tickpolicy))
                rule->want.setting[XENTIME_TIMER_MODE] = mode;
        if (rule->want.setting[XENTIME_TIMER_MODE] < 0)
            xml_fault(faults, xmlGetLineNo(node),
                      "tickpolicy=\"%.64s\" is not one of libvirt's", policy);
    }
    xmlFree(name);
    xmlFree(present);
    xmlFree(policy);
}

static void take_domain(const xmlNode *root, struct policy *p,
                        struct xml_faults *faults)
{
    const xmlNode *clock = child(root, "clock", NULL), *timer = NULL;
    char *name = child_text(root, "name"), *uuid = child_text(root, "uuid");
    struct policy_rule *rule = policy_imported_rule(p, name, uuid, faults);

    if (rule)
        rule->line = xmlGetLineNo(root);
    while (rule && clock && (timer = child(clock, "timer", timer)))
        take_timer(timer, rule, faults);
    xmlFree(name);
    xmlFree(uuid);
}

void policy_import_libvirt(const char *text, size_t len, struct policy *p,
                           struct xml_faults *faults)
{
    xmlDoc *doc = xml_parse(text, len, faults);
    const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;

    if (root && strcmp((const char *)root->name, "domain") != 0)
        xml_fault(faults, xmlGetLineNo(root),
                  "libvirt's domain XML begins with <domain>");
    else if (root)
        take_domain(root, p, faults);
    xmlFreeDoc(doc);
}
