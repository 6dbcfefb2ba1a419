/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes policies from domains' configurations: xl.cfg, libvirt's domain XML. */

#include <ctype.h>
#include <errno.h>
#include <libxlutil.h>
#include <stdlib.h>
#include <string.h>

#include <uuid/uuid.h>

#include "output/report.h"
#include "policy/model.h"
#include "policy/policy.h"
#include "policy/read.h"
#include "policy/write.h"
#include "policy/xml.h"
#include "tool.h"

/* How many of libxlutil's messages on a file are shown. */
#define MESSAGES 3

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

/*
 * Adds the rule of the domain that has that name (or NULL) and UUID (or NULL).
 * Returns NULL with the fault noted.
 */
static struct policy_rule *add_domain(struct policy *p, const char *name,
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

/* ---- xl.cfg(5) ---- */

/* Returns a key's number, in the buffer, or text; NULL: it has neither. */
static const char *xl_word(const XLU_Config *cfg, const char *key,
                           char number[24])
{
    const char *text;
    long n;

    if (!xlu_cfg_get_long(cfg, key, &n, 1)) {
        snprintf(number, 24, "%ld", n);
        return number;
    }
    return xlu_cfg_get_string(cfg, key, &text, 1) ? NULL : text;
}

/*
 * Parses a timer_mode by its number or name as xl does, and as an xl with this
 * project's patches does for the modes that they add; -1: there is none such.
 */
static int xl_mode(const char *word)
{
    int mode;

    for (mode = 0; xentime_mode_name(mode); mode++)
        if (!strcmp(word, xentime_mode_name(mode)->name) ||
            (isdigit((unsigned char)*word) && !word[1] && *word - '0' == mode))
            return mode;
    return -1;
}

static void take_xl_settings(const XLU_Config *cfg, struct policy_rule *rule,
                             struct xml_faults *faults)
{
    int *setting = rule->want.setting;
    char number[24];
    const char *word = xl_word(cfg, "timer_mode", number);

    if (word) {
        setting[XENTIME_TIMER_MODE] = xl_mode(word);
        if (setting[XENTIME_TIMER_MODE] < 0)
            xml_fault(faults, 0, "timer_mode \"%.64s\" is not one", word);
    }
    word = xl_word(cfg, "hpet", number);
    if (word) {
        setting[XENTIME_VHPET] = !strcmp(word, "1");
        if (strcmp(word, "0") != 0 && strcmp(word, "1") != 0)
            xml_fault(faults, 0, "hpet \"%.64s\" is not 0 or 1", word);
    }
}

static void take_xl(const XLU_Config *cfg, struct policy *p,
                    struct xml_faults *faults)
{
    const char *name = NULL, *uuid = NULL;
    struct policy_rule *rule;

    if (xlu_cfg_get_string(cfg, "name", &name, 1))
        name = NULL;
    if (xlu_cfg_get_string(cfg, "uuid", &uuid, 1))
        uuid = NULL;
    rule = add_domain(p, name, uuid, faults);
    if (rule)
        take_xl_settings(cfg, rule, faults);
}

/*
 * Adds libxlutil's messages, "FILE:LINE: config parsing error near ...".  In a
 * file that is no xl.cfg each line has one, so that three tell enough.
 */
static void add_messages(char *messages, struct xml_faults *faults)
{
    char *line, *at = messages;

    faults->most = MESSAGES;
    while (at && (line = strsep(&at, "\n")))
        if (*line && faults->n++ < MESSAGES)
            faults->text[faults->n - 1] = strdup(line);
}

static void import_xl(const char *text, size_t len, struct policy *p,
                      struct xml_faults *faults)
{
    char *messages = NULL;
    size_t size;
    FILE *f = open_memstream(&messages, &size);
    XLU_Config *cfg = f ? xlu_cfg_init(f, faults->file) : NULL;

    if (cfg && !xlu_cfg_readdata(cfg, text, len)) {
        take_xl(cfg, p, faults);
        fclose(f);
    } else {
        if (f)
            fclose(f);
        add_messages(messages, faults);
        if (!faults->n)
            xml_fault(faults, 0, "libxlutil does not take it");
    }
    if (cfg)
        xlu_cfg_destroy(cfg);
    free(messages);
}

/* ---- libvirt's domain XML ---- */

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
    struct policy_rule *rule = add_domain(p, name, uuid, faults);

    if (rule)
        rule->line = xmlGetLineNo(root);
    while (rule && clock && (timer = child(clock, "timer", timer)))
        take_timer(timer, rule, faults);
    xmlFree(name);
    xmlFree(uuid);
}

static void import_libvirt(const char *text, size_t len, struct policy *p,
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

/* ---- either of them ---- */

void policy_import_text(const char *text, size_t len, struct policy *p,
                        struct xml_faults *faults)
{
    size_t blanks = strspn(text, " \t\r\n");

    if (!strncmp(text, "\xef\xbb\xbf", 3) || text[blanks] == '<')
        import_libvirt(text, len, p, faults);
    else if (memchr(text, '\0', len)) /* libxlutil would abort */
        xml_fault(faults, 0, "not a text: it has a NUL in it");
    else
        import_xl(text, len, p, faults);
}

/* Drops the last rule if its file sets nothing that a policy can set. */
static void drop_empty_rule(struct policy *p)
{
    struct policy_rule *rule = p->nrules ? &p->rules[p->nrules - 1] : NULL;
    int s;

    for (s = 0; rule && s < XENTIME_SETTINGS; s++)
        if (rule->want.setting[s] >= 0)
            return;
    if (!rule)
        return;
    policy_free_rule(rule);
    p->nrules--;
}

int policy_import(struct tool *t)
{
    struct policy *p = policy_new();
    int status = EXIT_DONE, i;

    if (!p)
        return report(t, EXIT_FAILED, "out of memory");
    for (i = 1; i < t->nargs && !status; i++) {
        status = xml_parse_file(t, t->args[i], policy_import_text, p);
        if (!status)
            drop_empty_rule(p);
    }
    if (!status)
        status = policy_write(t, p);
    policy_free(p);
    return status;
}
