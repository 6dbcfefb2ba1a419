/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vPMU modes and XEN_SYSCTL_profile of the fake Xen: see fake_xen.h, Xen's
 * arch/x86/cpu/vpmu.c and profile.h.
 */

#include <errno.h>
#include <string.h>

#include "fake_xen.h"
#include "profile.h"
#include <xen/pmu.h>

#define SELF_OR_HV (XENPMU_MODE_SELF | XENPMU_MODE_HV)

void fake_count_sessions(void)
{
    fake->counts_sessions = true;
    fake->vpmu = fake->vpmu_before = XENPMU_MODE_OFF;
}

/* ---- the mode ---- */

static bool has_vpmu(const struct fake_domain *d)
{
    if (!d->id)
        return false;
    return fake->counts_sessions ? d->sessions && !d->passive : d->vpmu;
}

static bool any_vpmu(void)
{
    size_t i;

    for (i = 0; i < fake->count; i++)
        if (has_vpmu(&fake->dom[i]))
            return true;
    return false;
}

static int set_mode(int mode)
{
    if (!any_vpmu() || (fake->vpmu ^ mode) == SELF_OR_HV || fake->vpmu == mode)
        fake->vpmu = mode;
    else
        return EBUSY;
    return 0;
}

static uint32_t all_claims(void)
{
    uint32_t sum = 0;
    size_t i;

    for (i = 0; i < fake->count; i++)
        sum += fake->dom[i].sessions;
    return sum;
}

static bool is_held(void)
{
    return fake->counts_sessions && (all_claims() || fake->primary);
}

/* Notes the vPMU mode before the first session. */
static void hold(void)
{
    if (!is_held())
        fake->vpmu_before = fake->vpmu;
    fake->held = true;
}

static int mode_for_all(void)
{
    int mode = fake->vpmu_before;
    size_t i;

    if (all_claims() && mode < XENPMU_MODE_SELF)
        mode = XENPMU_MODE_SELF;
    if (fake->primary && mode < XENPMU_MODE_HV)
        mode = XENPMU_MODE_HV;
    for (i = 0; i < fake->count; i++)
        if (fake->dom[i].passive)
            mode = XENPMU_MODE_ALL;
    return mode;
}

void fake_profile_settle(void)
{
    if (!fake->counts_sessions || !fake->held)
        return;
    fake->vpmu = mode_for_all();
    fake->held = is_held();
}

int fake_pmu_op(unsigned int op, struct xen_pmu_params *params)
{
    if (fake->vpmu < 0)
        return EOPNOTSUPP;
    switch (op) {
    case XENPMU_mode_get:
        params->val = fake->vpmu;
        return 0;
    case XENPMU_mode_set:
        if (params->val > XENPMU_MODE_ALL || params->val == 3)
            return EINVAL;
        if (is_held())
            return fake->vpmu == (int)params->val ? 0 : EBUSY;
        fake->mode_sets++;
        if (fake->mode_stuck)
            return 0;
        return set_mode(params->val);
    default:
        return EINVAL;
    }
}

/* ---- sessions ---- */

static int start(struct fake_domain *d, const struct xen_sysctl_profile *op)
{
    bool passive = op->flags & XEN_PROFILE_PASSIVE;
    bool others = d->sessions && d->passive != passive;
    bool self = any_vpmu();

    if (op->flags & ~XEN_PROFILE_PASSIVE || (passive && !d->id))
        return EINVAL;
    if (others || (passive && self))
        return EBUSY;
    hold();
    if (!passive && d->id && mode_for_all() == XENPMU_MODE_ALL)
        return EBUSY;
    d->sessions++;
    d->passive = passive;
    return 0;
}

static int stop(struct fake_domain *d)
{
    if (!d->sessions)
        return EINVAL;
    if (!--d->sessions)
        d->passive = false;
    return 0;
}

static int primary_start(void)
{
    if (fake->primary)
        return EBUSY;
    hold();
    fake->primary = true;
    return 0;
}

static void status(const struct fake_domain *d, struct xen_profile_status *s)
{
    memset(s, 0, sizeof(*s));
    s->sessions = d->sessions;
    s->passive = d->passive;
    s->claims = all_claims();
    s->primary = fake->primary ? 0 : DOMID_INVALID;
    s->mode = fake->vpmu;
    s->initial = is_held() ? fake->vpmu_before : fake->vpmu;
}

static int domain_op(struct fake_domain *d, struct xen_sysctl_profile *op)
{
    if (!d)
        return ESRCH;
    switch (op->op) {
    case XEN_PROFILE_start:
        return start(d, op);
    case XEN_PROFILE_stop:
        return stop(d);
    default:
        status(d, &op->u.status);
        return 0;
    }
}

int fake_profile_op(struct fake_domain *d, struct xen_sysctl_profile *op)
{
    int e = 0;

    if (!fake->counts_sessions)
        return ENOSYS;
    if (op->version != XEN_SYSCTL_PROFILE_VERSION)
        return EOPNOTSUPP;
    switch (op->op) {
    case XEN_PROFILE_features:
        op->u.features = XEN_PROFILE_FEATURE_OWN_RDPMC;
        if (fake->vpmu >= 0)
            op->u.features |= XEN_PROFILE_FEATURE_DOMAIN |
                              XEN_PROFILE_FEATURE_PRIMARY |
                              XEN_PROFILE_FEATURE_PASSIVE;
        return 0;
    case XEN_PROFILE_primary_start:
        e = primary_start();
        break;
    case XEN_PROFILE_primary_stop:
        e = fake->primary ? 0 : EINVAL;
        fake->primary = false;
        break;
    default:
        e = domain_op(d, op);
        break;
    }
    fake_profile_settle();
    return e;
}
