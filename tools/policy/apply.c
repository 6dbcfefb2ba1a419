/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl policy apply: prints the plan, and carries it out. */

#include <stdlib.h>
#include <string.h>

#include "cli/operand.h"
#include "cli/run.h"
#include "output/json.h"
#include "output/report.h"
#include "output/text.h"
#include "policy/match.h"
#include "policy/model.h"
#include "policy/policy.h"
#include "policy/read.h"
#include "tool.h"

/* Why a change cannot be made; "" if it can. */
struct verdict {
    char text[768], hint[256];
};

static const char *const sources[] = {
    [POLICY_SILENT] = "none",
    [POLICY_DEFAULTS] = "defaults",
    [POLICY_RULE] = "rule",
    [POLICY_RECORD] = "record",
};

/* ---- the plan, as text ---- */

static void print_reason(const struct policy_desired *desired,
                         enum xentime_setting setting)
{
    if (desired->source[setting] == POLICY_RULE)
        printf("  (line %d)", desired->rule->line);
    else
        printf("  (%s)", sources[desired->source[setting]]);
}

static void print_remark(const char *text)
{
    fputs("      ", stdout);
    print_safe(stdout, text);
    putchar('\n');
}

static void print_change(const struct xentime_change *c,
                         const struct policy_desired *desired,
                         const struct verdict *v)
{
    const char *name = xentime_setting_name(c->setting);
    char value[SETTING_TEXT];

    if (c->old >= 0) {
        setting_text(c->setting, c->old, value);
        printf("-   %s %s\n", name, value);
    }
    setting_text(c->setting, c->value, value);
    printf("%c   %s %s", *v->text ? '!' : '+', name, value);
    print_reason(desired, c->setting);
    putchar('\n');
    if (*v->text) {
        print_remark(v->text);
        if (*v->hint)
            print_remark(v->hint);
    }
}

static void print_permission(const struct xentime_permission *p)
{
    printf("-   profiling %s\n+   profiling %s\n",
           p->allowed ? "not allowed" : "allowed",
           p->allowed ? "allowed" : "not allowed");
}

static const struct xentime_permission *permission_of(
    const struct policy_plan *plan, const struct xentime_domain *dom)
{
    size_t i;

    for (i = 0; i < plan->npermissions; i++)
        if (plan->permissions[i].dom == dom)
            return &plan->permissions[i];
    return NULL;
}

static void print_heading(const struct xentime_domain *dom,
                          const struct policy_desired *desired)
{
    fputs("  ", stdout);
    print_domain(stdout, dom);
    printf(" (%u)", dom->domid);
    if (desired->rule && desired->rule->name) {
        fputs(": ", stdout);
        print_safe(stdout, desired->rule->name);
    }
    putchar('\n');
}

/* Prints each domain once, with its changes together. */
static void print_plan(const struct policy_plan *plan,
                       const struct xentime_domain *doms, size_t n,
                       const struct verdict *verdicts)
{
    const struct xentime_permission *permission;
    size_t i, c = 0;

    for (i = 0; i < n; i++) {
        permission = permission_of(plan, &doms[i]);
        if (!permission &&
            (c == plan->nchanges || plan->changes[c].dom != &doms[i]))
            continue;
        print_heading(&doms[i], &plan->desired[i]);
        for (; c < plan->nchanges && plan->changes[c].dom == &doms[i]; c++)
            print_change(&plan->changes[c], &plan->desired[i], &verdicts[c]);
        if (permission)
            print_permission(permission);
    }
}

/* ---- the plan, as JSON ---- */

static json_object *change_json(const struct xentime_change *c,
                                const struct policy_desired *desired,
                                const struct verdict *v)
{
    json_object *o = json_domain(c->dom);
    enum policy_source source = desired->source[c->setting];

    json_object_object_add(o, "setting",
                           json_object_new_string(
                               xentime_setting_name(c->setting)));
    json_object_object_add(o, "old",
                           c->old < 0 ? NULL
                                      : setting_json(c->setting, c->old));
    json_object_object_add(o, "new", setting_json(c->setting, c->value));
    json_object_object_add(o, "source",
                           json_object_new_string(sources[source]));
    json_object_object_add(o, "line",
                           source == POLICY_RULE
                               ? json_object_new_int(desired->rule->line)
                               : NULL);
    json_object_object_add(o, "cannot", *v->text ? json_text(v->text) : NULL);
    return o;
}

static json_object *permission_json(const struct xentime_permission *p)
{
    json_object *o = json_domain(p->dom);

    json_object_object_add(o, "setting", json_object_new_string("profiling"));
    json_object_object_add(o, "old", json_object_new_boolean(!p->allowed));
    json_object_object_add(o, "new", json_object_new_boolean(p->allowed));
    json_object_object_add(o, "cannot", NULL);
    return o;
}

static json_object *plan_json(const struct policy_plan *plan,
                              const struct xentime_domain *doms,
                              const struct verdict *verdicts)
{
    json_object *list = json_object_new_array();
    size_t i;

    for (i = 0; i < plan->nchanges; i++) {
        const struct xentime_change *c = &plan->changes[i];

        if (c->old == XENTIME_GONE)
            continue;
        json_object_array_add(list,
                              change_json(c, &plan->desired[c->dom - doms],
                                          &verdicts[i]));
    }
    for (i = 0; i < plan->npermissions; i++)
        json_object_array_add(list, permission_json(&plan->permissions[i]));
    return list;
}

/* ---- carrying it out ---- */

/*
 * Asks of each change alone whether Xen would take it, and takes those of
 * domains that have ended off the plan.  Returns the gravest exit status.
 */
static int judge(struct tool *t, struct policy_plan *plan,
                 struct verdict *verdicts, unsigned int flags)
{
    int status = EXIT_DONE;
    size_t i, n = 0;

    for (i = 0; i < plan->nchanges; i++) {
        struct xentime_change c = plan->changes[i];
        bool taken = !xentime_check(t->xt, &c, 1, flags);

        if (c.old == XENTIME_GONE)
            continue;
        plan->changes[n] = plan->changes[i];
        if (!taken) {
            snprintf(verdicts[n].text, sizeof(verdicts[n].text), "%s",
                     xentime_last_error(t->xt)->text);
            snprintf(verdicts[n].hint, sizeof(verdicts[n].hint), "%s",
                     xentime_last_error(t->xt)->hint);
            if (status < error_status(t))
                status = error_status(t);
        }
        n++;
    }
    plan->nchanges = n;
    return status;
}

static size_t count_gone(const struct policy_plan *plan)
{
    size_t i, gone = 0;

    for (i = 0; i < plan->nchanges; i++)
        gone += plan->changes[i].old == XENTIME_GONE;
    return gone;
}

static void print_summary(const struct policy_plan *plan, size_t n, bool done)
{
    size_t changes = plan->nchanges + plan->npermissions - count_gone(plan);

    if (!plan->nchanges && !plan->npermissions)
        printf("all as the policy wishes (%zu domain%s)\n", n,
               n == 1 ? "" : "s");
    else
        printf("%zu change%s%s\n", changes, changes == 1 ? "" : "s",
               done ? ", done" : "");
}

static void warn_damaged(const struct policy_plan *plan)
{
    fputs("xentimectl: warning: ", stderr);
    print_safe(stderr, plan->why.text);
    fprintf(stderr, "; domains left alone for such a record: %zu\n",
            plan->damaged);
}

static void print_done(const struct tool *t, const struct policy_plan *plan,
                       const struct xentime_domain *doms, size_t n,
                       const struct verdict *verdicts)
{
    bool done = !t->opt[OPT_DRY_RUN];
    json_object *doc;

    if (t->opt[OPT_JSON]) {
        doc = json_object_new_object();
        json_object_object_add(doc, "changes", plan_json(plan, doms, verdicts));
        json_object_object_add(doc, "done", json_object_new_boolean(done));
        print_json(doc);
    } else {
        print_summary(plan, n, done);
    }
    print_gone(plan->changes, plan->nchanges);
}

/*
 * Prints the plan and carries it out, or only prints it with --dry-run.
 * Returns an exit status.
 */
static int show_and_do(struct tool *t, struct policy_plan *plan,
                       const struct xentime_domain *doms, size_t n,
                       struct verdict *verdicts)
{
    unsigned int flags = XENTIME_SKIP_GONE |
                         (t->opt[OPT_FORCE] ? XENTIME_FORCE : 0);
    bool dry = t->opt[OPT_DRY_RUN];
    int status = judge(t, plan, verdicts, flags);

    if (!t->opt[OPT_JSON]) {
        print_plan(plan, doms, n, verdicts);
        fflush(stdout);
    }
    if (status && !dry)
        return report(t, status,
                      "nothing was changed: this Xen would not take what is "
                      "marked with !");
    if (!dry && policy_carry_out(t->xt, plan, flags))
        return report_error(t);
    print_done(t, plan, doms, n, verdicts);
    if (plan->damaged) {
        warn_damaged(plan);
        return EXIT_FAILED;
    }
    return status;
}

static int apply(struct tool *t, const struct policy *p)
{
    struct policy_plan plan = { NULL };
    struct verdict *verdicts = NULL;
    struct xentime_domain *doms;
    int status;
    size_t n;

    if (xentime_list(t->xt, XENTIME_WANT_NAME, &doms, &n))
        return report_error(t);
    leave_out_dying(doms, &n);
    if (policy_plan(t->xt, p, doms, n, &plan)) {
        status = report_error(t);
    } else {
        verdicts = calloc(plan.nchanges + 1, sizeof(*verdicts));
        status = verdicts ? show_and_do(t, &plan, doms, n, verdicts)
                          : report(t, EXIT_FAILED, "out of memory");
    }
    free(verdicts);
    policy_free_plan(&plan);
    xentime_free_domains(doms, n);
    return status;
}

int policy_apply(struct tool *t)
{
    const char *file = t->nargs > 1 ? t->args[1] : POLICY_FILE;
    struct policy *p;
    int status = policy_read(t, file, &p);

    if (status)
        return status;
    status = tool_open(t);
    if (!status)
        status = apply(t, p);
    policy_free(p);
    return status;
}
