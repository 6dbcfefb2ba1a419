/* SPDX-License-Identifier: LGPL-2.1-only */
/* Reading and writing one setting of one domain. */

#include <errno.h>
#include <stdio.h>

#include "internal.h"
#include <xen/hvm/save.h>

/* IA-PC HPET 1.0a, 2.3.5 (overall enable) and 2.3.8 (timer N interrupt). */
#define HPET_ENABLE_CNF (1u << 0)
#define HPET_TN_INT_ENB_CNF (1u << 2)

static enum xentime_error check_has(xentime *xt,
                                    const struct xentime_domain *dom,
                                    enum xentime_setting setting)
{
    const struct xt_setting *s;
    char what[48];

    if ((unsigned int)setting >= XENTIME_SETTINGS)
        return xt_fail(xt, XENTIME_ERR_INVALID, EINVAL, dom, "no such setting");
    s = &xt_settings[setting];
    if (!xentime_type_has(dom->type, setting))
        return xt_fail(xt, XENTIME_ERR_UNSUPPORTED, 0, dom,
                       "a %s domain has no %s", xentime_type_name(dom->type),
                       s->name);
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

enum xentime_error xentime_get_tsc(xentime *xt,
                                   const struct xentime_domain *dom,
                                   struct xentime_tsc_info *tsc)
{
    uint64_t elapsed_ns;

    if (xc_domain_get_tsc_info(xt->xch, dom->domid, &tsc->mode, &elapsed_ns,
                               &tsc->khz, &tsc->incarnation))
        return xt_fail_xen(xt, errno, dom, "cannot read the TSC's mode");
    return XENTIME_OK;
}
