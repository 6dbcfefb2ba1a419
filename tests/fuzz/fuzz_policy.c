/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy file: one that is taken has only what a policy can have, and one
 * that is not taken has a fault.
 */

#include <stdlib.h>

#include "fuzz.h"
#include "policy/read.h"

static void check_want(const struct policy_want *want)
{
    if (want->setting[XENTIME_TIMER_MODE] < -1 ||
        want->setting[XENTIME_TIMER_MODE] >= XENTIME_TIMER_MODES ||
        want->setting[XENTIME_VHPET] < -1 || want->setting[XENTIME_VHPET] > 1 ||
        want->setting[XENTIME_SYNC_WAKEUP] < -1 ||
        want->setting[XENTIME_SYNC_WAKEUP] > XENTIME_SYNC_WAKEUP_MAX ||
        want->profiling < -1 || want->profiling > 1)
        abort();
}

static void check_policy(const struct policy *p)
{
    size_t i, k;

    check_want(&p->defaults);
    for (i = 0; i < p->nrules; i++) {
        check_want(&p->rules[i].want);
        if (!p->rules[i].nmatch || p->rules[i].line < 1)
            abort();
        for (k = 0; k < p->rules[i].nmatch; k++)
            if (p->rules[i].match[k].type < -1 ||
                p->rules[i].match[k].type > XENTIME_PVH)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xml_faults faults = { .file = "f" };
    xmlDoc *doc = xml_parse((const char *)data, size, &faults);
    struct policy *p = policy_new();
    size_t i;

    if (!p || !doc == !faults.n)
        abort();
    xmlFreeDoc(doc);
    for (i = 0; i < XML_FAULTS; i++)
        free(faults.text[i]);
    faults = (struct xml_faults){ .file = "f" };
    policy_parse((const char *)data, size, p, &faults);
    if (!faults.n)
        check_policy(p);
    policy_free(p);
    for (i = 0; i < XML_FAULTS; i++)
        free(faults.text[i]);
    return 0;
}
