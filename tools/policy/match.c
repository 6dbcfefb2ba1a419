/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy wishes for a domain, and what is to change for that. */

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

/* ---- wishes ---- */

static void take(struct policy_wish *wish, const struct policy_want *want,
                 enum policy_source source, const struct xentime_domain *dom)
{
    int s;

    for (s = 0; s < XENTIME_SETTINGS; s++)
        if (want->setting[s] >= 0 && xentime_type_has(dom->type, s)) {
            wish->want.setting[s] = want->setting[s];
            wish->source[s] = source;
        }
    if (want->profiling >= 0)
        wish->want.profiling = want->profiling;
}

static enum xentime_error take_records(xentime *xt,
                                       const struct xentime_domain *dom,
                                       struct policy_wish *wish)
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
            wish->want.setting[s] = rec.requested;
            wish->source[s] = POLICY_RECORD;
        }
    }
    return XENTIME_OK;
}

enum xentime_error policy_wish(xentime *xt, const struct policy *p,
                               const struct xentime_domain *dom,
                               struct policy_wish *wish)
{
    enum xentime_error rc;

    memset(wish, 0, sizeof(*wish));
    policy_want_nothing(&wish->want);
    rc = find_rule(xt, p, dom, &wish->rule);
    if (rc)
        return rc;
    if (p)
        take(wish, &p->defaults, POLICY_DEFAULTS, dom);
    if (wish->rule)
        take(wish, &wish->rule->want, POLICY_RULE, dom);
    return take_records(xt, dom, wish);
}

/* ---- plans ---- */

/* The changes of one domain; a setting that Xen does not know has no "old". */
static enum xentime_error plan_domain(xentime *xt,
                                      const struct xentime_domain *dom,
                                      struct policy_plan *plan,
                                      const struct policy_wish *wish)
{
    size_t before = plan->nchanges;
    enum xentime_error rc;
    int s, old;

    for (s = 0; s < XENTIME_SETTINGS; s++) {
        if (wish->want.setting[s] < 0)
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
        if (old != wish->want.setting[s])
            plan->changes[plan->nchanges++] = (struct xentime_change){
                .dom = dom,
                .setting = s,
                .value = wish->want.setting[s],
                .old = old,
            };
    }
    return XENTIME_OK;
}

/*
 * Permissions that are to change.  Where the policy says nothing, what an
 * earlier one said is over.
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
        bool wish = plan->wishes[i].want.profiling != 0;

        rc = xentime_may_profile(xt, doms[i].uuid, &allowed);
        if (rc)
            return rc;
        if (allowed != wish)
            list[(*count)++] = (struct xentime_permission){ &doms[i], wish };
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
    plan->wishes = calloc(n ? n : 1, sizeof(*plan->wishes));
    plan->changes = calloc(n * XENTIME_SETTINGS + 1, sizeof(*plan->changes));
    plan->permissions = calloc(n ? n : 1, sizeof(*plan->permissions));
    if (!plan->wishes || !plan->changes || !plan->permissions)
        return XENTIME_ERR_FAIL;
    for (i = 0; i < n && !rc; i++) {
        rc = policy_wish(xt, p, &doms[i], &plan->wishes[i]);
        if (!rc)
            rc = plan_domain(xt, &doms[i], plan, &plan->wishes[i]);
    }
    return rc ? rc
              : list_permissions(xt, plan, doms, n, plan->permissions,
                                 &plan->npermissions);
}

void policy_free_plan(struct policy_plan *plan)
{
    free(plan->wishes);
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
