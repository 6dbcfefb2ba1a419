/* SPDX-License-Identifier: LGPL-2.1-only */
/* The two operations that hv-patches give Xen, and what they answer. */

#include <errno.h>
#include <string.h>

#include "error.h"
#include "hypercall.h"
#include "patched.h"

#include <xen/domctl.h>
#include <xen/sysctl.h>
#include "profile.h"
#include "vtimer.h"

/* The newest version of the interface that is looked for. */
#define MAX_VTIMER_VERSION 16

/*
 * Makes the hypercall with a copy of @op in @pad, which is the union at the end
 * of @frame.  Returns -1 with errno if Xen says no.
 */
static int call(xentime *xt, unsigned int hypercall, void *frame, size_t size,
                void *pad, void *op, size_t op_size)
{
    int rc;

    memcpy(pad, op, op_size);
    rc = xt_hypercall(xt, hypercall, NULL, frame, size);
    memcpy(op, pad, op_size);
    return rc;
}

static int vtimer_op(xentime *xt, uint32_t domid, uint32_t version,
                     struct xen_domctl_vtimer_op *op)
{
    struct xen_domctl domctl = {
        .cmd = XEN_DOMCTL_vtimer_op,
        .interface_version = XEN_DOMCTL_INTERFACE_VERSION,
        .domain = domid,
    };

    _Static_assert(sizeof(*op) <= sizeof(domctl.u.pad),
                   "the operation fits Xen's union");
    op->version = version;
    return call(xt, __HYPERVISOR_domctl, &domctl, sizeof(domctl), domctl.u.pad,
                op, sizeof(*op));
}

int xt_vtimer_op(xentime *xt, uint32_t domid, struct xen_domctl_vtimer_op *op)
{
    return vtimer_op(xt, domid, XEN_VTIMER_INTERFACE_VERSION, op);
}

/* A stock Xen has no features: whatever it answers, none are reported. */
uint32_t xt_vtimer_features(xentime *xt)
{
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_features };

    if (!xt_vtimer_op(xt, 0, &op))
        return op.features;
    xt->vtimer_errno = errno;
    return 0;
}

enum xentime_error xt_fail_vtimer_access(xentime *xt,
                                         const struct xentime_domain *dom,
                                         const char *what)
{
    struct xen_domctl_vtimer_op op;
    uint32_t v;

    for (v = 1; v <= MAX_VTIMER_VERSION; v++) {
        memset(&op, 0, sizeof(op));
        op.op = XEN_VTIMER_OP_features;
        if (vtimer_op(xt, 0, v, &op) && errno == EACCES)
            continue;
        xt_fail(xt, XENTIME_ERR_VERSION, EACCES, dom,
                "%s: interface versions differ: this program was built for "
                "vtimer interface %u, the running Xen has %u",
                what, XEN_VTIMER_INTERFACE_VERSION, v);
        xt_hint(xt, "install the xentimectl that belongs to the patches of "
                    "the running Xen");
        return XENTIME_ERR_VERSION;
    }
    return xt_fail_xen(xt, EACCES, dom, what);
}

enum xentime_error xt_fail_vtimer(xentime *xt, int errnum,
                                  const struct xentime_domain *dom,
                                  const char *what)
{
    switch (errnum) {
    case ENODATA:
        return xt_fail(xt, XENTIME_ERR_NODATA, errnum, dom,
                       "%s: ticks are not counted", what);
    case ENOSYS:
    case EOPNOTSUPP:
        return xt_fail(xt, XENTIME_ERR_UNSUPPORTED, errnum, dom,
                       "%s: this Xen or this domain cannot", what);
    default:
        return xt_fail_xen(xt, errnum, dom, what);
    }
}

enum xentime_error xt_vtimer_run(xentime *xt, const struct xentime_domain *dom,
                                 struct xen_domctl_vtimer_op *op,
                                 const char *what)
{
    if (xt_vtimer_op(xt, dom->domid, op))
        return xt_fail_vtimer(xt, errno, dom, what);
    return XENTIME_OK;
}

int xt_profile_op(xentime *xt, struct xen_sysctl_profile *op)
{
    struct xen_sysctl sysctl = {
        .cmd = XEN_SYSCTL_profile,
        .interface_version = XEN_SYSCTL_INTERFACE_VERSION,
    };

    _Static_assert(sizeof(*op) <= sizeof(sysctl.u.pad),
                   "the operation fits Xen's union");
    op->version = XEN_SYSCTL_PROFILE_VERSION;
    return call(xt, __HYPERVISOR_sysctl, &sysctl, sizeof(sysctl), sysctl.u.pad,
                op, sizeof(*op));
}

/* A stock Xen with FLASK answers EPERM: it forbids what it does not know. */
static bool is_unknown(int errnum)
{
    return errnum == ENOSYS || errnum == EOPNOTSUPP || errnum == EPERM;
}

enum xentime_error xt_ask_profile_features(xentime *xt, uint64_t *features)
{
    struct xen_sysctl_profile op = { .op = XEN_PROFILE_features };

    if (!xt->profile_known) {
        if (xt_profile_op(xt, &op)) {
            if (!is_unknown(errno))
                return xt_fail_xen(xt, errno, NULL, "cannot ask who profiles");
            op.u.features = 0;
        }
        xt->profile_features = op.u.features;
        xt->profile_known = true;
    }
    *features = xt->profile_features;
    return XENTIME_OK;
}

enum xentime_error xt_ask_counted_by_xen(xentime *xt, bool *counted)
{
    uint64_t features = 0;
    enum xentime_error rc = xt_ask_profile_features(xt, &features);

    *counted = features & XEN_PROFILE_FEATURE_DOMAIN;
    return rc;
}

bool xt_counted_by_xen(xentime *xt)
{
    bool counted = false;

    return !xt_ask_counted_by_xen(xt, &counted) && counted;
}
