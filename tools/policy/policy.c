/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl policy: its subcommands. */

#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "cli/commands.h"
#include "cli/operand.h"
#include "cli/option.h"
#include "output/json.h"
#include "output/report.h"
#include "output/text.h"
#include "policy/model.h"
#include "policy/read.h"
#include "policy/write.h"
#include "tool.h"

/* ---- check ---- */

static int policy_check(struct tool *t)
{
    json_object *doc;
    struct policy *p;
    int status = EXIT_DONE, i;

    for (i = 1; i < t->nargs || i == 1; i++) {
        const char *file = i < t->nargs ? t->args[i] : POLICY_FILE;

        if (policy_read(t, file, &p)) {
            status = EXIT_FAILED;
            if (t->opt[OPT_JSON])
                return status;
            continue;
        }
        if (!t->opt[OPT_JSON]) {
            print_safe(stdout, file);
            printf(": a policy of %zu rule%s\n", p->nrules,
                   p->nrules == 1 ? "" : "s");
        }
        policy_free(p);
    }
    if (t->opt[OPT_JSON]) {
        doc = json_object_new_object();
        json_object_object_add(doc, "valid", json_object_new_boolean(true));
        print_json(doc);
    }
    return status;
}

/* ---- export ---- */

typedef int export_fn(const struct tool *t, const struct policy_rule *rule);

static const struct format {
    const char *name;
    export_fn *write; /* NULL: a policy, of any number of domains */
} formats[] = {
    { "policy", NULL },
    { "libvirt", policy_write_libvirt },
    { "xl", policy_write_xl },
};

const char *policy_format(size_t i)
{
    return i < ARRAY_LEN(formats) ? formats[i].name : NULL;
}

static const struct format *find_format(const char *name)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(formats); i++)
        if (!name || !strcmp(name, formats[i].name))
            return &formats[i];
    return NULL;
}

/* Takes the settings as they are; a sync_wakeup_after of 0 is left out. */
static enum xentime_error take_settings(xentime *xt,
                                        const struct xentime_domain *dom,
                                        struct policy_want *want)
{
    enum xentime_error rc;
    bool allowed;
    int s;

    for (s = 0; s < XENTIME_SETTINGS; s++) {
        if (!xentime_type_has(dom->type, s))
            continue;
        rc = xentime_get(xt, dom, s, &want->setting[s]);
        if (rc == XENTIME_ERR_UNSUPPORTED)
            want->setting[s] = -1;
        else if (rc)
            return rc;
    }
    if (!want->setting[XENTIME_SYNC_WAKEUP])
        want->setting[XENTIME_SYNC_WAKEUP] = -1;
    rc = xentime_may_profile(xt, dom->uuid, &allowed);
    if (!rc && !allowed)
        want->profiling = 0;
    return rc;
}

static enum xentime_error add_domain(xentime *xt, struct policy *p,
                                     const struct xentime_domain *dom)
{
    struct policy_rule *rule = policy_add_rule(p);
    struct policy_match *match = rule ? policy_add_match(rule) : NULL;
    enum xentime_error rc;

    if (!match)
        return XENTIME_ERR_FAIL;
    if (dom->name)
        rule->name = strdup(dom->name);
    match->has_uuid = true;
    memcpy(match->uuid, dom->uuid, sizeof(match->uuid));
    rc = take_settings(xt, dom, &rule->want);
    if (rc == XENTIME_ERR_NODOM) {
        policy_free_rule(rule);
        p->nrules--;
        rc = XENTIME_OK;
    }
    return rc;
}

static int take_domains(struct tool *t, struct policy *p,
                        const struct xentime_domain *doms, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (xentime_type_has(doms[i].type, XENTIME_TIMER_MODE) &&
            add_domain(t->xt, p, &doms[i]))
            return report_error(t);
    return EXIT_DONE;
}

static int export(struct tool *t, const struct format *format,
                  const struct policy *p)
{
    if (!format->write)
        return policy_write(t, p);
    if (!p->nrules)
        return report(t, EXIT_CANNOT,
                      "a PV domain has no timer_mode, nor a virtual HPET");
    return format->write(t, p->rules);
}

/* Takes the tsc_mode of the one domain of which the policy is. */
static int take_tsc_mode(struct tool *t, struct policy *p,
                         const struct xentime_domain *dom)
{
    struct xentime_tsc_info tsc;

    if (!p->nrules)
        return EXIT_DONE;
    if (xentime_get_tsc(t->xt, dom, &tsc))
        return report_error(t);
    p->rules->want.tsc_mode = tsc.mode;
    return EXIT_DONE;
}

static int export_domains(struct tool *t, const struct format *format,
                          const struct xentime_domain *doms, size_t n)
{
    struct policy *p = policy_new();
    int status;

    if (!p)
        return report(t, EXIT_FAILED, "out of memory");
    status = take_domains(t, p, doms, n);
    if (!status && format->write)
        status = take_tsc_mode(t, p, doms);
    if (!status)
        status = export(t, format, p);
    policy_free(p);
    return status;
}

int policy_export(struct tool *t)
{
    const struct format *format = find_format(t->opt[OPT_FORMAT]);
    struct xentime_domain *doms;
    char known[WORDS_TEXT];
    int status;
    size_t n;

    words_text(policy_format, " or ", known);
    if (!format)
        return report_usage(t, "--format takes %s", known);
    if (format->write && t->nargs != 2)
        return report_usage(t, "--format %s is of one domain", format->name);
    status = open_domains(t, 1, XENTIME_WANT_NAME, &doms, &n);
    if (status)
        return status;
    if (t->nargs == 1)
        leave_out_dying(doms, &n);
    if (format->write && n > 1)
        status = report_usage(t, "--format %s is of one domain", format->name);
    else
        status = export_domains(t, format, doms, n);
    xentime_free_domains(doms, n);
    return status;
}

/* ---- the command ---- */

static const struct subcommand {
    const char *name;
    int min_args, max_args; /* -1: any number */
    uint64_t opts;
    int (*run)(struct tool *t);
} subcommands[] = {
    { "check", 0, -1, 0, policy_check },
    { "apply", 0, 1, OPT(DRY_RUN) | OPT(FORCE) | OPT(WAIT), policy_apply },
    { "export", 0, -1, OPT(FORMAT), policy_export },
    { "import", 1, -1, 0, policy_import },
};

const char *policy_verb(size_t i)
{
    return i < ARRAY_LEN(subcommands) ? subcommands[i].name : NULL;
}

int cmd_policy(struct tool *t)
{
    const struct subcommand *s = NULL;
    char known[WORDS_TEXT];
    size_t i;
    int o;

    for (i = 0; i < ARRAY_LEN(subcommands); i++)
        if (!strcmp(t->args[0], subcommands[i].name))
            s = &subcommands[i];
    words_text(policy_verb, " or ", known);
    if (!s)
        return report_usage(t, "\"%s\" is not %s", t->args[0], known);
    if (t->nargs - 1 < s->min_args)
        return report_usage(t, "%s which FILE?", s->name);
    if (s->max_args >= 0 && t->nargs - 1 > s->max_args)
        return report_usage(t, "one argument too many: %s",
                            t->args[s->max_args + 1]);
    for (o = 0; o < OPTIONS; o++)
        if (t->opt[o] && !((s->opts | COMMON_OPTS) & (UINT64_C(1) << o)))
            return report_usage(t, "%s has no --%s", s->name,
                                option_defs[o].name);
    return s->run(t);
}
