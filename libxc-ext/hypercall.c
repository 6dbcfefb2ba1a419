/* SPDX-License-Identifier: LGPL-2.1-only */
/* Hypercalls that libxenctrl lacks, and the errors of all hypercalls. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "hypercall.h"

#include <xen/domctl.h>
#include <xen/pmu.h>
#include <xen/sysctl.h>

/* The newest version of an interface that is looked for in the running Xen. */
#define MAX_VERSION 0x40

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
 * do_domctl() compares the version first (EACCES) and looks the domain up next
 * (ESRCH), before FLASK is asked, so that an operation on a domain that cannot
 * exist does nothing.
 */
static int try_domctl(xentime *xt, unsigned int version)
{
    struct xen_domctl op = {
        .cmd = XEN_DOMCTL_gettscinfo,
        .interface_version = version,
        .domain = DOMID_INVALID,
    };

    if (xt_hypercall(xt, __HYPERVISOR_domctl, NULL, &op, sizeof(op)) < 0 &&
        errno != ESRCH)
        return errno;
    return 0;
}

/*
 * Lists no domain: FLASK asks its policy for each domain that is listed, and not
 * for the operation, so that EACCES can only be do_sysctl()'s for the version.
 */
static int try_sysctl(xentime *xt, unsigned int version)
{
    struct xen_sysctl op = {
        .cmd = XEN_SYSCTL_getdomaininfolist,
        .interface_version = version,
    };

    return xt_hypercall(xt, __HYPERVISOR_sysctl, NULL, &op, sizeof(op)) < 0
               ? errno
               : 0;
}

int xt_try_interfaces(xentime *xt)
{
    int e = try_domctl(xt, XEN_DOMCTL_INTERFACE_VERSION);

    return e ? e : try_sysctl(xt, XEN_SYSCTL_INTERFACE_VERSION);
}

/* Writes the version that @try is taken in, as "0x15". */
static void find_version(xentime *xt, int (*try)(xentime *, unsigned int),
                         char *text, size_t size)
{
    unsigned int v;

    for (v = 1; v <= MAX_VERSION; v++) {
        if (!try(xt, v)) {
            snprintf(text, size, "%#x", v);
            return;
        }
    }
    snprintf(text, size, "another one");
}

static enum xentime_error fail_version(xentime *xt)
{
    const struct xentime_interface *ours = xentime_interface();
    int v = xc_version(xt->xch, XENVER_version, NULL);
    char domctl[16], sysctl[16];

    find_version(xt, try_domctl, domctl, sizeof(domctl));
    find_version(xt, try_sysctl, sysctl, sizeof(sysctl));
    xt_fail(xt, XENTIME_ERR_VERSION, EACCES, NULL,
            "interface versions differ: this program was built for domctl "
            "%#x and sysctl %#x%s%s%s, the running Xen %d.%d has domctl %s and "
            "sysctl %s",
            ours->domctl, ours->sysctl, ours->releases ? " (Xen " : "",
            ours->releases ? ours->releases : "", ours->releases ? ")" : "",
            v < 0 ? 0 : v >> 16, v < 0 ? 0 : v & 0xffff, domctl, sysctl);
    xt_hint(xt, "install the xentimectl built for the release of Xen that "
                "is running");
    return XENTIME_ERR_VERSION;
}

/* EACCES means another interface version, or a FLASK policy that forbids. */
static enum xentime_error fail_access(xentime *xt, const char *what)
{
    if (xt_try_interfaces(xt) == EACCES)
        return fail_version(xt);
    xt_fail(xt, XENTIME_ERR_PERM, EACCES, NULL, "%s: %s", what,
            strerror(EACCES));
    xt_hint(xt, "Xen's security policy (XSM) may forbid it");
    return XENTIME_ERR_PERM;
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
