/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes policies from domains' configurations, whichever tool has them. */

#include <stdlib.h>
#include <string.h>

#include "output/report.h"
#include "output/text.h"
#include "policy/import.h"
#include "policy/policy.h"
#include "policy/read.h"
#include "policy/write.h"
#include "tool.h"

#define BOM "\xef\xbb\xbf"

void policy_import_text(const char *text, size_t len, struct policy *p,
                        struct xml_faults *faults)
{
    bool bom = !strncmp(text, BOM, strlen(BOM));
    const char *begin = text + (bom ? strlen(BOM) : 0);

    begin += strspn(begin, " \t\r\n");
    if (begin == text + len)
        xml_fault(faults, 0, "there is nothing in it");
    else if (*begin == '<')
        policy_import_libvirt(text, len, p, faults);
    else if (memchr(text, '\0', len)) /* libxlutil would abort */
        xml_fault(faults, 0, "not a text: it has a NUL in it");
    else if (policy_is_xe(begin))
        policy_import_xe(begin, len - (begin - text), p, faults);
    else if (bom)
        xml_fault(faults, 1,
                  "it begins with a byte order mark, with which xl "
                  "does not take it: save it as UTF-8 without one");
    else
        policy_import_xl(text, len, p, faults);
}

static void note_file(const char *file, const char *what)
{
    fputs("xentimectl: note: ", stderr);
    print_safe(stderr, file);
    fprintf(stderr, ": %s\n", what);
}

static bool wants_nothing(const struct policy_rule *rule)
{
    int s;

    for (s = 0; s < XENTIME_SETTINGS; s++)
        if (rule->want.setting[s] >= 0)
            return false;
    return true;
}

/*
 * Drops those rules from number @first on whose domains are not given anything
 * that a policy can set, and says so of @file.
 */
static void drop_empty_rules(struct policy *p, size_t first, const char *file)
{
    size_t i, kept = first, found = p->nrules - first;

    for (i = first; i < p->nrules; i++)
        if (wants_nothing(&p->rules[i]))
            policy_free_rule(&p->rules[i]);
        else
            p->rules[kept++] = p->rules[i];
    p->nrules = kept;
    kept -= first;
    if (!kept)
        note_file(file, "nothing in it sets timer_mode or hpet");
    else if (kept < found)
        note_file(file, "not every domain in it sets timer_mode or hpet");
}

int policy_import(struct tool *t)
{
    struct policy *p = policy_new();
    int status = EXIT_DONE, i;

    if (!p)
        return report(t, EXIT_FAILED, "out of memory");
    for (i = 1; i < t->nargs && !status; i++) {
        size_t before = p->nrules;

        status = xml_parse_file(t, t->args[i], policy_import_text, p);
        if (!status)
            drop_empty_rules(p, before, t->args[i]);
    }
    if (!status)
        status = policy_write(t, p);
    policy_free(p);
    return status;
}
