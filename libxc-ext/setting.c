/* SPDX-License-Identifier: LGPL-2.1-only */
/* Reading and writing one setting of one domain. */

#include <errno.h>
#include <stdio.h>

#include "capability.h"
#include "error.h"
#include "hypercall.h"
#include "patched.h"
#include "setting.h"

#include <xen/domctl.h>
#include <xen/hvm/save.h>
#include "vtimer.h"

/* IA-PC HPET 1.0a, 2.3.5 (overall enable) and 2.3.8 (timer N interrupt). */
#define HPET_ENABLE_CNF (1u << 0)
#define HPET_TN_INT_ENB_CNF (1u << 2)

/* ---- what is a setting ---- */

static enum xentime_error get_sync_wakeup(xentime *xt,
                                          const struct xentime_domain *dom,
                                          uint64_t *raw)
{
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_status };
    enum xentime_error rc = xt_vtimer_run(xt, dom, &op,
                                          "cannot read sync_wakeup_after");

    *raw = op.u.status.sync_wakeup_after;
    return rc;
}

static enum xentime_error set_sync_wakeup(xentime *xt,
                                          const struct xentime_domain *dom,
                                          int value)
{
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_tune };

    op.u.tune.sync_wakeup_after = value;
    return xt_vtimer_run(xt, dom, &op, "cannot set sync_wakeup_after");
}

#define TYPE(t) (1u << XENTIME_##t)

const struct xt_setting xt_settings[XENTIME_SETTINGS] = {
    [XENTIME_TIMER_MODE] = {
        "timer_mode", HVM_PARAM_TIMER_MODE, XENTIME_TIMER_MODES - 1,
        TYPE(HVM) | TYPE(PVH), 0, NULL, NULL,
    },
    [XENTIME_VHPET] = {
        "vhpet", HVM_PARAM_HPET_ENABLED, 1, TYPE(HVM), 0, NULL, NULL,
    },
    [XENTIME_SYNC_WAKEUP] = {
        "sync_wakeup_after", 0, XENTIME_SYNC_WAKEUP_MAX,
        TYPE(HVM) | TYPE(PVH), XENTIME_CAP_SYNC_WAKEUP,
        get_sync_wakeup, set_sync_wakeup,
    },
};

const char *xentime_setting_name(enum xentime_setting setting)
{
    if ((unsigned int)setting >= XENTIME_SETTINGS)
        return NULL;
    return xt_settings[setting].name;
}

bool xentime_type_has(enum xentime_type type, enum xentime_setting setting)
{
    return (unsigned int)setting < XENTIME_SETTINGS &&
           (xt_settings[setting].types & (1u << type));
}

/* ---- reading and writing ---- */

static enum xentime_error check_has(xentime *xt,
                                    const struct xentime_domain *dom,
                                    enum xentime_setting setting)
{
    const struct xt_setting *s;
    char what[48];

    if ((unsigned int)setting >= XENTIME_SETTINGS)
        return xt_fail(xt, XENTIME_ERR_INVALID, EINVAL, dom, "no such setting");
    s = &xt_settings[setting];
    if (!xentime_type_has(dom->type, setting)) {
        xt_fail(xt, XENTIME_ERR_UNSUPPORTED, 0, dom, "a %s domain has no %s",
                xentime_type_name(dom->type), s->name);
        if (dom->type == XENTIME_PV)
            xt_hint_pv(xt);
        return XENTIME_ERR_UNSUPPORTED;
    }
    if (!s->needs)
        return XENTIME_OK;
    snprintf(what, sizeof(what), "cannot read or set %s", s->name);
    return xt_need(xt, dom, s->needs, what);
}

enum xentime_error xt_value_from_xen(xentime *xt,
                                     const struct xentime_domain *dom,
                                     enum xentime_setting setting, uint64_t raw,
                                     int *value)
{
    /* Xen takes any non-zero number for HPET_ENABLED. */
    if (setting == XENTIME_VHPET && raw > 1)
        raw = 1;
    if (raw > (uint64_t)xt_settings[setting].max)
        return xt_fail(xt, XENTIME_ERR_FAIL, ERANGE, dom,
                       "cannot read %s: Xen answers %llu",
                       xt_settings[setting].name, (unsigned long long)raw);
    *value = raw;
    return XENTIME_OK;
}

enum xentime_error xentime_get(xentime *xt, const struct xentime_domain *dom,
                               enum xentime_setting setting, int *value)
{
    enum xentime_error rc = check_has(xt, dom, setting);
    const struct xt_setting *s;
    char what[48];
    uint64_t raw;

    if (rc)
        return rc;
    s = &xt_settings[setting];
    if (s->get) {
        rc = s->get(xt, dom, &raw);
        if (rc)
            return rc;
    } else {
        snprintf(what, sizeof(what), "cannot read %s", s->name);
        if (xc_hvm_param_get(xt->xch, dom->domid, s->hvm_param, &raw))
            return xt_fail_xen(xt, errno, dom, what);
    }
    return xt_value_from_xen(xt, dom, setting, raw, value);
}

enum xentime_error xt_fail_mode(xentime *xt, const struct xentime_domain *dom,
                                int mode)
{
    const struct xentime_mode_name *m = xentime_mode_name(mode);

    xt_fail(xt, XENTIME_ERR_UNSUPPORTED, EOPNOTSUPP, dom,
            "cannot set timer_mode %d: Xen refuses %s to %s", mode, m->name,
            m->not_for ? m->not_for : "this domain");
    if (m->instead)
        xt_hint(xt, "%s", m->instead);
    return XENTIME_ERR_UNSUPPORTED;
}

enum xentime_error xt_set(xentime *xt, const struct xentime_domain *dom,
                          enum xentime_setting setting, int value)
{
    const struct xt_setting *s = &xt_settings[setting];
    char what[48];

    if (s->set)
        return s->set(xt, dom, value);
    snprintf(what, sizeof(what), "cannot set %s", s->name);
    if (!xc_hvm_param_set(xt->xch, dom->domid, s->hvm_param, value))
        return XENTIME_OK;
    if (setting == XENTIME_TIMER_MODE && errno == EOPNOTSUPP)
        return xt_fail_mode(xt, dom, value);
    return xt_fail_xen(xt, errno, dom, what);
}

enum xentime_error xt_check_mode(xentime *xt, const struct xentime_domain *dom,
                                 int mode)
{
    const struct xentime_mode_name *m = xentime_mode_name(mode);
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_status };
    unsigned int caps;
    enum xentime_error rc;
    char what[40];

    snprintf(what, sizeof(what), "cannot set timer_mode %d", mode);
    rc = xentime_capabilities(xt, &caps);
    if (!rc && m->needs)
        rc = xt_need(xt, dom, m->needs, what);
    if (rc || !(caps & XENTIME_CAP_ONE_TIME))
        return rc;
    rc = xt_vtimer_run(xt, dom, &op, what);
    if (!rc && !(op.u.status.modes & 1u << mode))
        rc = xt_fail_mode(xt, dom, mode);
    return rc;
}

enum xentime_error xentime_hpet_armed(xentime *xt,
                                      const struct xentime_domain *dom,
                                      unsigned int *timers)
{
    HVM_SAVE_TYPE(HPET) hpet;
    enum xentime_error rc = check_has(xt, dom, XENTIME_VHPET);
    unsigned int i;

    if (rc)
        return rc;
    if (xc_domain_hvm_getcontext_partial(xt->xch, dom->domid,
                                         HVM_SAVE_CODE(HPET), 0, &hpet,
                                         sizeof(hpet)))
        return xt_fail_xen(xt, errno, dom, "cannot read the HPET's state");

    *timers = 0;
    for (i = 0; (hpet.config & HPET_ENABLE_CNF) && i < HPET_TIMER_NUM; i++)
        if (hpet.timers[i].config & HPET_TN_INT_ENB_CNF)
            *timers |= 1u << i;
    return XENTIME_OK;
}
