/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a policy's rule from xl.cfg(5), as xl reads that. */

#include <ctype.h>
#include <libxlutil.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/import.h"
#include "tool.h"

/* How many of libxlutil's messages on a file are shown. */
#define MESSAGES 3

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
 * Parses a timer_mode by its number or name as xl does, which takes capitals
 * too, and as an xl with this project's patches does for the modes that they
 * add; -1: there is none such.
 */
static int xl_mode(const char *word)
{
    int mode;

    for (mode = 0; xentime_mode_name(mode); mode++)
        if (!strcasecmp(word, xentime_mode_name(mode)->name) ||
            (isdigit((unsigned char)*word) && !word[1] && *word - '0' == mode))
            return mode;
    return -1;
}

/* Takes any number but 0 for yes, as xl does. */
static void take_hpet(const XLU_Config *cfg, struct policy_rule *rule,
                      struct xml_faults *faults)
{
    const char *text;
    long n;

    if (!xlu_cfg_get_long(cfg, "hpet", &n, 1))
        rule->want.setting[XENTIME_VHPET] = n != 0;
    else if (!xlu_cfg_get_string(cfg, "hpet", &text, 1))
        xml_fault(faults, 0, "hpet \"%.64s\" is not a number", text);
}

static void take_settings(const XLU_Config *cfg, struct policy_rule *rule,
                          struct xml_faults *faults)
{
    int *mode = &rule->want.setting[XENTIME_TIMER_MODE];
    char number[24];
    const char *word = xl_word(cfg, "timer_mode", number);

    if (word) {
        *mode = xl_mode(word);
        if (*mode < 0)
            xml_fault(faults, 0, "timer_mode \"%.64s\" is not one", word);
    }
    take_hpet(cfg, rule, faults);
}

/*
 * Finds the domain's type by xl's two words for it, of which "builder" was
 * superseded in Xen 4.10; -1: it has neither.
 */
static int xl_type(const XLU_Config *cfg)
{
    static const struct {
        const char *key, *word;
        enum xentime_type type;
    } words[] = {
        { "type", "pv", XENTIME_PV },      { "type", "pvh", XENTIME_PVH },
        { "type", "hvm", XENTIME_HVM },    { "builder", "generic", XENTIME_PV },
        { "builder", "hvm", XENTIME_HVM },
    };
    const char *text;
    size_t i;

    for (i = 0; i < ARRAY_LEN(words); i++)
        if (!xlu_cfg_get_string(cfg, words[i].key, &text, 1) &&
            !strcmp(text, words[i].word))
            return words[i].type;
    return -1;
}

/*
 * Without a type xl makes a PV domain, and ends if there is a timer_mode.  The
 * rule is kept: the file may be a part of one, with the type in another.
 */
static void take_type(const XLU_Config *cfg, struct policy_rule *rule,
                      struct xml_faults *faults)
{
    int type = xl_type(cfg);

    if (type >= 0)
        policy_imported_type(rule, type, faults);
    else if (rule->want.setting[XENTIME_TIMER_MODE] >= 0)
        xml_note(faults, "it has no type, so that xl takes it for a PV domain "
                         "and refuses its timer_mode");
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
    rule = policy_imported_rule(p, name, uuid, faults);
    if (!rule)
        return;
    take_settings(cfg, rule, faults);
    take_type(cfg, rule, faults);
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

void policy_import_xl(const char *text, size_t len, struct policy *p,
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
