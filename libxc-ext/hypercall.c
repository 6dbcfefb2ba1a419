/* SPDX-License-Identifier: LGPL-2.1-only */
/* Hypercalls that libxenctrl lacks, and the errors of all hypercalls. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "hypercall.h"

#include <xen/domctl.h>
#include <xen/pmu.h>

/* The newest domctl interface that is looked for; Xen 4.20 has 0x17. */
#define MAX_DOMCTL_VERSION 0x40

int xt_hypercall(xentime *xt, unsigned int op, const unsigned int *cmd,
                 void *buf, size_t size)
{
    xencall_handle *xcall = xc_interface_xcall_handle(xt->xch);
    void *shared = xencall_alloc_buffer(xcall, size);
    int rc, e;

    if (!shared)
        return -1;
    memcpy(shared, buf, size);
    rc = cmd ? xencall2(xcall, op, *cmd, (uintptr_t)shared)
             : xencall1(xcall, op, (uintptr_t)shared);
    e = errno;
    memcpy(buf, shared, size);
    xencall_free_buffer(xcall, shared);
    errno = e;
    return rc;
}

int xt_pmu_op(xentime *xt, unsigned int op, struct xen_pmu_params *params)
{
    params->version.maj = XENPMU_VER_MAJ;
    params->version.min = XENPMU_VER_MIN;
    return xt_hypercall(xt, __HYPERVISOR_xenpmu_op, &op, params,
                        sizeof(*params));
}

int xt_vpmu_mode(xentime *xt)
{
    struct xen_pmu_params params = { .val = 0 };

    if (xt_pmu_op(xt, XENPMU_mode_get, &params))
        return XENTIME_VPMU_UNKNOWN;
    return params.val;
}

/*
 * Returns the domctl interface version of the running hypervisor, 0 if it is
 * not found.
 *
 * do_domctl() compares the version first (EACCES) and looks the domain up
 * next (ESRCH), so that an operation on DOMID_INVALID tells whether the version
 * is right and does nothing.
 */
static unsigned int hypervisor_domctl_version(xentime *xt)
{
    struct xen_domctl op;
    unsigned int v;

    for (v = 1; v <= MAX_DOMCTL_VERSION; v++) {
        memset(&op, 0, sizeof(op));
        op.cmd = XEN_DOMCTL_gettscinfo;
        op.interface_version = v;
        op.domain = DOMID_INVALID;
        if (xt_hypercall(xt, __HYPERVISOR_domctl, NULL, &op, sizeof(op)) < 0 &&
            errno == ESRCH)
            return v;
    }
    return 0;
}

/* EACCES means another interface version, or a FLASK policy that forbids. */
static enum xentime_error fail_access(xentime *xt, const char *what)
{
    unsigned int theirs = hypervisor_domctl_version(xt);
    char text[32] = "another one";
    int v = xc_version(xt->xch, XENVER_version, NULL);

    if (theirs == XEN_DOMCTL_INTERFACE_VERSION) {
        xt_fail(xt, XENTIME_ERR_PERM, EACCES, NULL, "%s: %s", what,
                strerror(EACCES));
        xt_hint(xt, "Xen's security policy (XSM) may forbid it");
        return XENTIME_ERR_PERM;
    }
    if (theirs)
        snprintf(text, sizeof(text), "%#x", theirs);
    xt_fail(xt, XENTIME_ERR_VERSION, EACCES, NULL,
            "interface versions differ: this program was built for domctl "
            "interface %#x, the running Xen %d.%d has %s",
            XEN_DOMCTL_INTERFACE_VERSION, v < 0 ? 0 : v >> 16,
            v < 0 ? 0 : v & 0xffff, text);
    xt_hint(xt, "install the xentimectl built for the release of Xen that "
                "is running");
    return XENTIME_ERR_VERSION;
}

enum xentime_error xt_fail_xen(xentime *xt, int errnum,
                               const struct xentime_domain *dom,
                               const char *what)
{
    switch (errnum) {
    case ESRCH:
        return xt_fail(xt, XENTIME_ERR_NODOM, errnum, dom,
                       "%s: the domain is gone", what);
    case EACCES:
        return fail_access(xt, what);
    case EPERM:
        xt_fail(xt, XENTIME_ERR_PERM, errnum, dom, "%s: %s", what,
                strerror(errnum));
        xt_hint(xt, "run it as root in the control domain");
        return XENTIME_ERR_PERM;
    default:
        return xt_fail(xt, XENTIME_ERR_FAIL, errnum, dom, "%s: %s", what,
                       strerror(errnum));
    }
}
