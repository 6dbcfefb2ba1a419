/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the rule that a domain matches, and what is to be changed for it. */
#ifndef XENTIMECTL_POLICY_MATCH_H
#define XENTIMECTL_POLICY_MATCH_H

#include "policy/model.h"
#include "xentime.h"

enum policy_source {
    POLICY_SILENT,   /* nothing says anything: leave it as it is */
    POLICY_DEFAULTS, /* the policy's <defaults> */
    POLICY_RULE,     /* the first rule that the domain matches */
    POLICY_RECORD,   /* a record in xenstore, as set-mode --persist
                        leaves it: it goes before any policy */
};

/* The settings that one domain should have, and who says so. */
struct policy_desired {
    struct policy_want want;
    enum policy_source source[XENTIME_SETTINGS];
    const struct policy_rule *rule; /* the one that it matches, or NULL */
    bool damaged; /* a record of it is, so that this wants nothing */
};

/*
 * Finds what the policy and the records want of @dom, which has to have its
 * name. With @p NULL it is the records alone. Settings that a domain of its
 * type does not have are left out.
 */
enum xentime_error policy_find_desired(xentime *xt, const struct policy *p,
                                       const struct xentime_domain *dom,
                                       struct policy_desired *desired);

/* The changes after which all domains are as the policy wants them. */
struct policy_plan {
    struct policy_desired *desired; /* one per domain, in their order */
    struct xentime_change *changes; /* for xentime_apply(); "old" is set, -1
                                       where this Xen does not know it */
    size_t nchanges;
    struct xentime_permission *permissions; /* the ones that are to change */
    size_t npermissions;
    /*
     * Domains with a damaged record, for which nothing is planned: it may be one
     * that persists.  @why is that of the first of them.
     */
    size_t damaged;
    struct xentime_error_info why;
};

/*
 * Makes the plan for @doms, which stay the caller's, have their names, and have
 * to live as long as the plan. It reads the settings as Xen has them now; a
 * domain that has ended meanwhile has no changes. The caller frees the plan
 * with policy_free_plan(), also after an error.
 */
enum xentime_error policy_plan(xentime *xt, const struct policy *p,
                               const struct xentime_domain *doms, size_t n,
                               struct policy_plan *plan);
void policy_free_plan(struct policy_plan *plan);

/*
 * Carries out all of the plan, or nothing. Records that persist go on doing so.
 * @flags: XENTIME_FORCE, or 0.
 */
enum xentime_error policy_carry_out(xentime *xt, struct policy_plan *plan,
                                    unsigned int flags);

#endif /* XENTIMECTL_POLICY_MATCH_H */
