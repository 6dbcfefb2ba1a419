/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy in memory: its rules, what they want, and its words: see model.h. */

#include <stdlib.h>
#include <string.h>

#include "policy/model.h"
#include "tool.h"

const char *policy_tickpolicy(size_t mode)
{
    const struct xentime_mode_name *m = xentime_mode_name(mode);

    if (!m)
        return NULL;
    return m->tickpolicy ? m->tickpolicy : m->aliases[0];
}

const struct policy_tsc_word *policy_tsc_word(int mode)
{
    static const struct policy_tsc_word words[] = {
        { NULL, NULL },
        { "always_emulate", "emulate" },
        { "native", "native" },
        { "native_paravirt", "paravirt" },
    };

    size_t i = mode < 0 ? 0 : mode;

    return i < ARRAY_LEN(words) && words[i].xl ? &words[i] : NULL;
}

void policy_want_nothing(struct policy_want *want)
{
    int s;

    for (s = 0; s < XENTIME_SETTINGS; s++)
        want->setting[s] = -1;
    want->profiling = want->tsc_mode = -1;
}

struct policy_rule *policy_add_rule(struct policy *p)
{
    struct policy_rule *rules, *rule;

    rules = reallocarray(p->rules, p->nrules + 1, sizeof(*rules));
    if (!rules)
        return NULL;
    p->rules = rules;
    rule = &rules[p->nrules++];
    memset(rule, 0, sizeof(*rule));
    policy_want_nothing(&rule->want);
    return rule;
}

struct policy_match *policy_add_match(struct policy_rule *rule)
{
    struct policy_match *matches, *match;

    matches = reallocarray(rule->match, rule->nmatch + 1, sizeof(*matches));
    if (!matches)
        return NULL;
    rule->match = matches;
    match = &matches[rule->nmatch++];
    memset(match, 0, sizeof(*match));
    match->type = -1;
    return match;
}

struct policy *policy_new(void)
{
    struct policy *p = calloc(1, sizeof(*p));

    if (p)
        policy_want_nothing(&p->defaults);
    return p;
}

void policy_free_rule(struct policy_rule *rule)
{
    size_t i;

    for (i = 0; i < rule->nmatch; i++) {
        free(rule->match[i].name);
        free(rule->match[i].label);
        free(rule->match[i].value);
    }
    free(rule->match);
    free(rule->name);
}

void policy_free(struct policy *p)
{
    size_t i;

    for (i = 0; p && i < p->nrules; i++)
        policy_free_rule(&p->rules[i]);
    if (p)
        free(p->rules);
    free(p);
}
