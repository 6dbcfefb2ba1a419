/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads policy files: xentime-policy(5).  xentime-policy.rng describes them
 * too, for editors, but is not used here: libxml2's messages about what does
 * not fit a RELAX NG schema name neither the attribute nor, often, the line.
 */

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uuid/uuid.h>

#include "output/report.h"
#include "policy/read.h"
#include "output/text.h"
#include "policy/model.h"
#include "policy/xml.h"
#include "tool.h"

#define LABEL_MAX 64

struct reader {
    struct xml_faults *faults;
    struct policy *policy;
    /* The targets of what is read. */
    struct policy_want *want;
    struct policy_rule *rule;
    struct policy_match *match;
};

/*
 * An element may have a child @name once, or more often if @many.  Tables of
 * these, and of attribute_def, end with a NULL name.
 */
struct element_def {
    const char *name;
    bool many;
    void (*read)(struct reader *r, const xmlNode *node);
};

struct attribute_def {
    const char *name;
    bool needed;
    bool (*set)(struct reader *r, const char *value);
    /* A message says that a value has to be this, or one of these words. */
    const char *expected;
    word_list *words;
};

/* ---- elements and attributes by their tables ---- */

static void fault(struct reader *r, const xmlNode *node, const char *what)
{
    xml_fault(r->faults, xmlGetLineNo(node), "%s", what);
}

static bool is_blank(const xmlChar *text)
{
    return !text[strspn((const char *)text, " \t\r\n")];
}

static void read_child(struct reader *r, const xmlNode *node,
                       const struct element_def *defs, unsigned int *seen)
{
    const char *name = (const char *)node->name;
    char what[256];
    size_t i;

    for (i = 0; defs[i].name && strcmp(defs[i].name, name) != 0; i++)
        ;
    if (!defs[i].name || node->ns) {
        snprintf(what, sizeof(what), "no element <%.64s> in <%s>", name,
                 (const char *)node->parent->name);
        fault(r, node, what);
    } else if ((*seen & 1u << i) && !defs[i].many) {
        snprintf(what, sizeof(what), "<%s> a second time", name);
        fault(r, node, what);
    } else {
        *seen |= 1u << i;
        defs[i].read(r, node);
    }
}

static void read_children(struct reader *r, const xmlNode *parent,
                          const struct element_def *defs)
{
    unsigned int seen = 0;
    const xmlNode *node;
    char what[128];

    for (node = parent->children; node; node = node->next) {
        if (node->type == XML_ELEMENT_NODE) {
            read_child(r, node, defs, &seen);
        } else if (node->type != XML_COMMENT_NODE &&
                   node->type != XML_PI_NODE &&
                   !(node->type == XML_TEXT_NODE && is_blank(node->content))) {
            snprintf(what, sizeof(what), "text in <%s>",
                     (const char *)parent->name);
            fault(r, parent, what); /* a text's own line is its last one */
        }
    }
}

static void read_attribute(struct reader *r, const xmlNode *node,
                           const struct attribute_def *def, const char *value)
{
    char what[256], words[WORDS_TEXT] = "";

    if (def->set(r, value))
        return;
    if (def->words)
        words_text(def->words, " or ", words);
    snprintf(what, sizeof(what), "%s=\"%.64s\" of <%s> is not %s", def->name,
             value, (const char *)node->name,
             def->words ? words : def->expected);
    fault(r, node, what);
}

static void read_attributes(struct reader *r, const xmlNode *node,
                            const struct attribute_def *defs)
{
    const xmlAttr *attr;
    char what[256], *value;
    size_t i;

    for (attr = node->properties; attr; attr = attr->next) {
        const char *name = (const char *)attr->name;

        for (i = 0; defs[i].name && strcmp(defs[i].name, name) != 0; i++)
            ;
        if (defs[i].name && !attr->ns)
            continue;
        snprintf(what, sizeof(what), "<%s> has no attribute \"%.64s\"",
                 (const char *)node->name, name);
        fault(r, node, what);
    }
    for (i = 0; defs[i].name; i++) {
        value = xml_attribute(node, defs[i].name);
        if (value) {
            read_attribute(r, node, &defs[i], value);
            xmlFree(value);
        } else if (defs[i].needed) {
            snprintf(what, sizeof(what),
                     "<%s> needs %s=", (const char *)node->name, defs[i].name);
            fault(r, node, what);
        }
    }
}

static const struct element_def no_elements[] = { { .name = NULL } };
static const struct attribute_def no_attributes[] = { { .name = NULL } };

/* ---- values ---- */

static bool parse_yes_no(const char *value, int *yes)
{
    *yes = !strcmp(value, "yes");
    return *yes || !strcmp(value, "no");
}

static bool set_text(char **to, const char *value)
{
    *to = strdup(value);
    return *to && *value;
}

static bool is_label(const char *value)
{
    size_t i;

    for (i = 0; value[i]; i++)
        if (!isalnum((unsigned char)value[i]) && !strchr("_-", value[i]))
            return false;
    return i > 0 && i <= LABEL_MAX;
}

/* ---- <clock> ---- */

static bool set_any(struct reader *r, const char *value)
{
    (void)r;
    (void)value;
    return true;
}

static bool set_present(struct reader *r, const char *value)
{
    return parse_yes_no(value, &r->want->setting[XENTIME_VHPET]);
}

static bool set_tickpolicy(struct reader *r, const char *value)
{
    int mode;

    for (mode = 0; policy_tickpolicy(mode); mode++)
        if (!strcmp(value, policy_tickpolicy(mode))) {
            r->want->setting[XENTIME_TIMER_MODE] = mode;
            return true;
        }
    return false;
}

static const struct timer_def {
    const char *name;
    enum xentime_setting setting;
    struct attribute_def attributes[3];
} timers[] = {
    { "hpet",
      XENTIME_VHPET,
      { { "name", true, set_any, NULL, NULL },
        { "present", true, set_present, "yes or no", NULL },
        { .name = NULL } } },
    { "platform",
      XENTIME_TIMER_MODE,
      { { "name", true, set_any, NULL, NULL },
        { "tickpolicy", true, set_tickpolicy, NULL, policy_tickpolicy },
        { .name = NULL } } },
};

static void read_timer(struct reader *r, const xmlNode *node)
{
    char *name = xml_attribute(node, "name");
    size_t i;

    for (i = 0; i < ARRAY_LEN(timers); i++)
        if (name && !strcmp(name, timers[i].name))
            break;
    if (name && !strcmp(name, "tsc"))
        fault(r, node,
              "a policy cannot set tsc_mode, which a domain gets when it is "
              "created: it goes into xl.cfg, or libvirt's domain XML");
    else if (i == ARRAY_LEN(timers))
        fault(r, node, "<timer> needs name=\"hpet\" or name=\"platform\"");
    else if (r->want->setting[timers[i].setting] >= 0)
        fault(r, node, "this <timer> a second time");
    else
        read_attributes(r, node, timers[i].attributes);
    xmlFree(name);
    read_children(r, node, no_elements);
}

static void read_clock(struct reader *r, const xmlNode *node)
{
    static const struct element_def elements[] = {
        { "timer", true, read_timer },
        { .name = NULL },
    };

    read_attributes(r, node, no_attributes);
    read_children(r, node, elements);
}

/* ---- <tuning>, <profiling> ---- */

static bool set_sync_wakeup(struct reader *r, const char *value)
{
    char *end;
    long n;

    errno = 0;
    n = strtol(value, &end, 10);
    r->want->setting[XENTIME_SYNC_WAKEUP] = n;
    return !errno && isdigit((unsigned char)*value) && !*end &&
           n <= XENTIME_SYNC_WAKEUP_MAX;
}

static void read_tuning(struct reader *r, const xmlNode *node)
{
    static const struct attribute_def attributes[] = {
        { "sync-wakeup-after", true, set_sync_wakeup,
          "a number from 0 to 65535", NULL },
        { .name = NULL },
    };

    read_attributes(r, node, attributes);
    read_children(r, node, no_elements);
}

static bool set_allow(struct reader *r, const char *value)
{
    return parse_yes_no(value, &r->want->profiling);
}

static void read_profiling(struct reader *r, const xmlNode *node)
{
    static const struct attribute_def attributes[] = {
        { "allow", true, set_allow, "yes or no", NULL },
        { .name = NULL },
    };

    read_attributes(r, node, attributes);
    read_children(r, node, no_elements);
}

/* ---- <match> ---- */

static bool set_match_name(struct reader *r, const char *value)
{
    return set_text(&r->match->name, value);
}

static bool set_match_uuid(struct reader *r, const char *value)
{
    r->match->has_uuid = true;
    return !uuid_parse(value, r->match->uuid);
}

static bool set_match_type(struct reader *r, const char *value)
{
    static const char *const words[] = {
        [XENTIME_PV] = "pv",
        [XENTIME_HVM] = "hvm",
        [XENTIME_PVH] = "pvh",
    };
    size_t i;

    for (i = 0; i < ARRAY_LEN(words); i++)
        if (!strcmp(value, words[i])) {
            r->match->type = i;
            return true;
        }
    return false;
}

static bool set_match_label(struct reader *r, const char *value)
{
    return set_text(&r->match->label, value) && is_label(value);
}

static bool set_match_value(struct reader *r, const char *value)
{
    return set_text(&r->match->value, value);
}

static void read_match(struct reader *r, const xmlNode *node)
{
    static const struct attribute_def attributes[] = {
        { "name", false, set_match_name, "a pattern", NULL },
        { "uuid", false, set_match_uuid, "a UUID", NULL },
        { "type", false, set_match_type, "pv, hvm or pvh", NULL },
        { "label", false, set_match_label,
          "a label: up to 64 of A-Z a-z 0-9 - _", NULL },
        { "value", false, set_match_value, "a pattern", NULL },
        { .name = NULL },
    };

    r->match = policy_add_match(r->rule);
    if (!r->match) {
        fault(r, node, "out of memory");
        return;
    }
    read_attributes(r, node, attributes);
    read_children(r, node, no_elements);
    if (!node->properties)
        fault(r, node, "<match> without any attribute: name=\"*\" is all");
    if (r->match->value && !r->match->label)
        fault(r, node, "<match> has a value= and no label=");
}

/* ---- <rule>, <defaults> ---- */

static bool set_rule_name(struct reader *r, const char *value)
{
    r->rule->name = strdup(value);
    return r->rule->name;
}

static void read_rule(struct reader *r, const xmlNode *node)
{
    static const struct element_def elements[] = {
        { "match", true, read_match },
        { "clock", false, read_clock },
        { "tuning", false, read_tuning },
        { "profiling", false, read_profiling },
        { .name = NULL },
    };
    static const struct attribute_def attributes[] = {
        { "name", false, set_rule_name, "a text", NULL },
        { .name = NULL },
    };

    r->rule = policy_add_rule(r->policy);
    if (!r->rule) {
        fault(r, node, "out of memory");
        return;
    }
    r->rule->line = xmlGetLineNo(node);
    r->want = &r->rule->want;
    read_attributes(r, node, attributes);
    read_children(r, node, elements);
    if (!r->rule->nmatch)
        fault(r, node, "<rule> without a <match>");
}

static void read_defaults(struct reader *r, const xmlNode *node)
{
    static const struct element_def elements[] = {
        { "clock", false, read_clock },
        { "tuning", false, read_tuning },
        { "profiling", false, read_profiling },
        { .name = NULL },
    };

    r->want = &r->policy->defaults;
    read_attributes(r, node, no_attributes);
    read_children(r, node, elements);
}

static bool is_version(struct reader *r, const char *value)
{
    (void)r;
    return !strcmp(value, "1");
}

static void read_root(struct reader *r, const xmlNode *node)
{
    static const struct element_def elements[] = {
        { "defaults", false, read_defaults },
        { "rule", true, read_rule },
        { .name = NULL },
    };
    static const struct attribute_def attributes[] = {
        { "version", true, is_version, "1, which this xentimectl knows", NULL },
        { .name = NULL },
    };

    if (strcmp((const char *)node->name, "xentime-policy") != 0 || node->ns) {
        fault(r, node, "no policy: its element is <xentime-policy>");
        return;
    }
    read_attributes(r, node, attributes);
    read_children(r, node, elements);
}

/* ---- policies ---- */

void policy_parse(const char *text, size_t len, struct policy *p,
                  struct xml_faults *faults)
{
    struct reader r = { .faults = faults, .policy = p };
    xmlDoc *doc = xml_parse(text, len, faults);

    if (doc)
        read_root(&r, xmlDocGetRootElement(doc));
    xmlFreeDoc(doc);
}

int policy_read(const struct tool *t, const char *file, struct policy **p)
{
    struct policy *read = policy_new();
    int status;

    if (!read)
        return report(t, EXIT_FAILED, "out of memory");
    status = xml_parse_file(t, file, policy_parse, read);
    if (status)
        policy_free(read);
    else
        *p = read;
    return status;
}
