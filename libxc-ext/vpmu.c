/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Xen's vPMU: one mode for all domains (XENPMU_mode_set, Xen's public/pmu.h),
 * and where Xen is patched a count of sessions for each (XEN_SYSCTL_profile).
 */

#include <errno.h>
#include <string.h>

#include "error.h"
#include "hypercall.h"
#include "patched.h"
#include "vpmu.h"

#include <xen/pmu.h>
#include <xen/sysctl.h>
#include <xen/version.h>
#include "profile.h"

/* ---- the mode ---- */

/* Says why there is no vPMU at all. */
static enum xentime_error fail_no_vpmu(xentime *xt)
{
    xen_commandline_t line = "";

    if (xc_version(xt->xch, XENVER_commandline, line) < 0)
        line[0] = '\0';
    line[sizeof(line) - 1] = '\0';
    xt_fail(xt, XENTIME_ERR_UNSUPPORTED, EOPNOTSUPP, NULL,
            "there is no vPMU: %s",
            strstr(line, "vpmu") ? "Xen does not know this CPU's performance "
                                   "monitor, or uses it itself"
                                 : "Xen was booted without vpmu=on");
    if (strstr(line, "vpmu"))
        xt_hint(xt, "\"xl dmesg | grep VPMU\" tells why; an NMI watchdog "
                    "(watchdog on Xen's command line) takes it away");
    else
        xt_hint(xt, "add vpmu=on to Xen's command line and reboot");
    return XENTIME_ERR_UNSUPPORTED;
}

enum xentime_error xt_vpmu_get_mode(xentime *xt, int *mode)
{
    struct xen_pmu_params params = { .val = 0 };

    if (!xt_pmu_op(xt, XENPMU_mode_get, &params)) {
        *mode = params.val;
        return XENTIME_OK;
    }
    if (errno == EOPNOTSUPP || errno == ENOSYS)
        return fail_no_vpmu(xt);
    return xt_fail_xen(xt, errno, NULL, "cannot read the vPMU mode");
}

enum xentime_error xt_vpmu_set_mode(xentime *xt, int mode)
{
    struct xen_pmu_params params = { .val = mode };
    enum xentime_error rc;
    int now = XENTIME_VPMU_UNKNOWN;

    if (xt_pmu_op(xt, XENPMU_mode_set, &params)) {
        if (errno == EOPNOTSUPP || errno == ENOSYS)
            return fail_no_vpmu(xt);
        if (errno != EBUSY)
            return xt_fail_xen(xt, errno, NULL, "cannot set the vPMU mode");
        xt_fail(xt, XENTIME_ERR_BUSY, EBUSY, NULL,
                "cannot set the vPMU mode: domains that were created with a "
                "vPMU are in the way");
        xt_hint(xt, "it can be changed once they have ended");
        return XENTIME_ERR_BUSY;
    }
    rc = xt_vpmu_get_mode(xt, &now);
    if (!rc && now != mode)
        return xt_fail(xt, XENTIME_ERR_FAIL, 0, NULL,
                       "the vPMU mode was set to %d but reads back as %d", mode,
                       now);
    return rc;
}

/* ---- sessions that Xen counts ---- */

static enum xentime_error fail_session(xentime *xt, int errnum, bool start,
                                       const struct xentime_domain *dom,
                                       bool passive)
{
    const char *what = start ? "cannot start profiling"
                             : "cannot stop profiling";

    if (!start && errnum == EINVAL)
        return xt_fail(xt, XENTIME_ERR_NOSESSION, errnum, dom,
                       "%s: there is no session", what);
    if (errnum == EBUSY && !dom)
        return xt_fail(xt, XENTIME_ERR_BUSY, errnum, dom,
                       "%s: somebody samples Xen already", what);
    if (errnum == EBUSY)
        return xt_fail(xt, XENTIME_ERR_BUSY, errnum, dom, "%s: %s", what,
                       passive ? "domains have a vPMU of their own, which mode "
                                 "all would take away"
                               : "somebody profiles domains passively, or set "
                                 "the vPMU mode to all");
    if (errnum == EOPNOTSUPP) {
        const bool others = !dom || passive;

        xt_fail(xt, XENTIME_ERR_UNSUPPORTED, errnum, dom, "%s: %s", what,
                others ? "a dom0 that is a PVH or a 32-bit PV domain can only "
                         "sample itself"
                       : "the domain's CPUID has no performance monitor");
        if (!others)
            xt_hint(xt, "it was created while the vPMU mode was off: "
                        "restart the domain");
        return XENTIME_ERR_UNSUPPORTED;
    }
    return xt_fail_xen(xt, errnum, dom, what);
}

enum xentime_error xt_hv_session(xentime *xt, bool start,
                                 const struct xentime_domain *dom, bool passive)
{
    struct xen_sysctl_profile op = { .op = 0 };

    if (dom) {
        op.op = start ? XEN_PROFILE_start : XEN_PROFILE_stop;
        op.domid = dom->domid;
        op.flags = start && passive ? XEN_PROFILE_PASSIVE : 0;
    } else {
        op.op = start ? XEN_PROFILE_primary_start : XEN_PROFILE_primary_stop;
    }
    if (xt_profile_op(xt, &op))
        return fail_session(xt, errno, start, dom, passive);
    return XENTIME_OK;
}

enum xentime_error xt_hv_status(xentime *xt, const struct xentime_domain *dom,
                                struct xen_profile_status *status)
{
    struct xen_sysctl_profile op = { .op = XEN_PROFILE_status };

    /* Domain 0, which always exists, serves for what is counted in all. */
    op.domid = dom ? dom->domid : 0;
    if (xt_profile_op(xt, &op))
        return xt_fail_xen(xt, errno, dom, "cannot ask who profiles");
    *status = op.u.status;
    return XENTIME_OK;
}
