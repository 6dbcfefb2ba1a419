/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what a policy desires for a domain, and what is to change for that. */

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "policy/match.h"
#include "policy/model.h"

/* ---- rules ---- */

static bool fits(const char *pattern, const char *text)
{
    return !pattern || (text && !fnmatch(pattern, text, 0));
}

/* A domain that xl is receiving is called NAME--incoming until it runs. */
static bool name_fits(const char *pattern, const char *name)
{
    static const char incoming[] = "--incoming";
    size_t len = name ? strlen(name) : 0, less = sizeof(incoming) - 1;
    char *known;
    bool fit;

    if (!pattern || len <= less || strcmp(name + len - less, incoming) != 0)
        return fits(pattern, name);
    known = strndup(name, len - less);
    fit = fits(pattern, known ? known : name);
    free(known);
    return fit;
}

static enum xentime_error label_matches(xentime *xt,
                                        const struct policy_match *m,
                                        const struct xentime_domain *dom,
                                        bool *matches)
{
    enum xentime_error rc;
    char *value;

    if (!m->label)
        return XENTIME_OK;
    rc = xentime_label(xt, dom->uuid, m->label, &value);
    if (!rc)
        *matches = value && fits(m->value, value);
    free(value);
    return rc;
}

static enum xentime_error match_holds(xentime *xt, const struct policy_match *m,
                                      const struct xentime_domain *dom,
                                      bool *holds)
{
    *holds = name_fits(m->name, dom->name) &&
             (m->type < 0 || m->type == (int)dom->type) &&
             (!m->has_uuid || !memcmp(m->uuid, dom->uuid, sizeof(m->uuid)));
    return *holds ? label_matches(xt, m, dom, holds) : XENTIME_OK;
}

static enum xentime_error find_rule(xentime *xt, const struct policy *p,
                                    const struct xentime_domain *dom,
                                    const struct policy_rule **rule)
{
    enum xentime_error rc;
    bool holds;
    size_t i, k;

    *rule = NULL;
    for (i = 0; p && i < p->nrules; i++)
        for (k = 0; k < p->rules[i].nmatch; k++) {
            rc = match_holds(xt, &p->rules[i].match[k], dom, &holds);
            if (rc)
                return rc;
            if (holds) {
                *rule = &p->rules[i];
                return XENTIME_OK;
            }
        }
    return XENTIME_OK;
}

/* ---- what is desired ---- */

static void take(struct policy_desired *desired, const struct policy_want *want,
                 enum policy_source source, const struct xentime_domain *dom)
{
    int s;

    for (s = 0; s < XENTIME_SETTINGS; s++)
        if (want->setting[s] >= 0 && xentime_type_has(dom->type, s)) {
            desired->want.setting[s] = want->setting[s];
            desired->source[s] = source;
        }
    if (want->profiling >= 0)
        desired->want.profiling = want->profiling;
}

static enum xentime_error take_records(xentime *xt,
                                       const struct xentime_domain *dom,
                                       struct policy_desired *desired)
{
    struct xentime_record rec = { 0 };
    enum xentime_error rc;
    bool found;
    int s;

    for (s = 0; s < XENTIME_SETTINGS; s++) {
        if (!xentime_type_has(dom->type, s))
            continue;
        rc = xentime_record_read(xt, dom->uuid, s, &rec, &found);
        if (rc)
            return rc;
        if (found && rec.persist) {
            desired->want.setting[s] = rec.requested;
            desired->source[s] = POLICY_RECORD;
        }
    }
    return XENTIME_OK;
}

enum xentime_error policy_find_desired(xentime *xt, const struct policy *p,
                                       const struct xentime_domain *dom,
                                       struct policy_desired *desired)
{
    enum xentime_error rc;

    memset(desired, 0, sizeof(*desired));
    policy_want_nothing(&desired->want);
    rc = find_rule(xt, p, dom, &desired->rule);
    if (rc)
        return rc;
    if (p)
        take(desired, &p->defaults, POLICY_DEFAULTS, dom);
    if (desired->rule)
        take(desired, &desired->rule->want, POLICY_RULE, dom);
    return take_records(xt, dom, desired);
}

/* ---- plans ---- */

/* Plans a domain's changes; "old" is -1 if Xen does not know the setting. */
static enum xentime_error plan_domain(xentime *xt,
                                      const struct xentime_domain *dom,
                                      struct policy_plan *plan,
                                      const struct policy_desired *desired)
{
    size_t before = plan->nchanges;
    enum xentime_error rc;
    int s, old;

    for (s = 0; s < XENTIME_SETTINGS; s++) {
        if (desired->want.setting[s] < 0)
            continue;
        rc = xentime_get(xt, dom, s, &old);
        if (rc == XENTIME_ERR_NODOM) {
            plan->nchanges = before;
            return XENTIME_OK;
        }
        if (rc == XENTIME_ERR_UNSUPPORTED)
            old = -1;
        else if (rc)
            return rc;
        if (old != desired->want.setting[s])
            plan->changes[plan->nchanges++] = (struct xentime_change){
                .dom = dom,
                .setting = s,
                .value = desired->want.setting[s],
                .old = old,
            };
    }
    return XENTIME_OK;
}

/* Notes a domain of which a record is damaged: it stays as it is. */
static void leave_alone(xentime *xt, struct policy_plan *plan,
                        struct policy_desired *desired)
{
    if (!plan->damaged++)
        plan->why = *xentime_last_error(xt);
    memset(desired, 0, sizeof(*desired));
    policy_want_nothing(&desired->want);
    desired->damaged = true;
}

/*
 * Lists the permissions that are to change.  Where the policy says nothing,
 * profiling is allowed, whatever an earlier policy said.
 */
static enum xentime_error list_permissions(xentime *xt,
                                           const struct policy_plan *plan,
                                           const struct xentime_domain *doms,
                                           size_t n,
                                           struct xentime_permission *list,
                                           size_t *count)
{
    enum xentime_error rc;
    bool allowed;
    size_t i;

    *count = 0;
    for (i = 0; i < n; i++) {
        bool allow = plan->desired[i].want.profiling != 0;

        if (plan->desired[i].damaged)
            continue;
        rc = xentime_may_profile(xt, doms[i].uuid, &allowed);
        if (rc)
            return rc;
        if (allowed != allow)
            list[(*count)++] = (struct xentime_permission){ &doms[i], allow };
    }
    return XENTIME_OK;
}

enum xentime_error policy_plan(xentime *xt, const struct policy *p,
                               const struct xentime_domain *doms, size_t n,
                               struct policy_plan *plan)
{
    enum xentime_error rc = XENTIME_OK;
    size_t i;

    memset(plan, 0, sizeof(*plan));
    plan->desired = calloc(n ? n : 1, sizeof(*plan->desired));
    plan->changes = calloc(n * XENTIME_SETTINGS + 1, sizeof(*plan->changes));
    plan->permissions = calloc(n ? n : 1, sizeof(*plan->permissions));
    if (!plan->desired || !plan->changes || !plan->permissions)
        return XENTIME_ERR_FAIL;
    for (i = 0; i < n && !rc; i++) {
        rc = policy_find_desired(xt, p, &doms[i], &plan->desired[i]);
        if (!rc)
            rc = plan_domain(xt, &doms[i], plan, &plan->desired[i]);
        else if (xentime_last_error(xt)->errno_value == EBADMSG) {
            leave_alone(xt, plan, &plan->desired[i]);
            rc = XENTIME_OK;
        }
    }
    return rc ? rc
              : list_permissions(xt, plan, doms, n, plan->permissions,
                                 &plan->npermissions);
}

void policy_free_plan(struct policy_plan *plan)
{
    free(plan->desired);
    free(plan->changes);
    free(plan->permissions);
    memset(plan, 0, sizeof(*plan));
}

enum xentime_error policy_carry_out(xentime *xt, struct policy_plan *plan,
                                    unsigned int flags)
{
    return xentime_apply_policy(xt, plan->changes, plan->nchanges,
                                plan->permissions, plan->npermissions,
                                flags | XENTIME_KEEP);
}
