/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xl.cfg, libvirt's domain XML and XAPI's list of parameters: a file makes rules
 * with what these can have, or has a fault.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "policy/read.h"

const char *__asan_default_options(void);

/* libxlutil leaks what it has read of a list before an error in it. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static void check_rule(const struct policy_rule *rule)
{
    const int *setting = rule->want.setting;

    if (rule->nmatch != 1 || (!rule->match->name && !rule->match->has_uuid) ||
        setting[XENTIME_TIMER_MODE] < -1 ||
        setting[XENTIME_TIMER_MODE] >= XENTIME_TIMER_MODES ||
        setting[XENTIME_VHPET] < -1 || setting[XENTIME_VHPET] > 1 ||
        setting[XENTIME_SYNC_WAKEUP] != -1 || rule->want.profiling != -1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xml_faults faults = { .file = "f" };
    struct policy *p = policy_new();
    char *text = malloc(size + 1);
    size_t i;

    if (!p || !text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    policy_import_text(text, size, p, &faults);
    for (i = 0; !faults.n && i < p->nrules; i++)
        check_rule(&p->rules[i]);
    policy_free(p);
    free(text);
    for (i = 0; i < XML_FAULTS; i++) {
        free(faults.text[i]);
        free(faults.note[i]);
    }
    return 0;
}
