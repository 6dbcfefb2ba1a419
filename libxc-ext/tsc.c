/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Tells what TSC a domain has.
 *
 * Xen answers with the mode that was asked for, a frequency, and a time, of which
 * the public header says nothing.  tsc_get_info() in Xen's time.c, which is the
 * same from 4.17 to 4.20, gives in mode 0 ("default")
 *
 * - of an emulated TSC the domain's time, which began with the domain;
 * - of a native one the CPU's own TSC at that moment, in nanoseconds by the
 *   frequency that it answers with.
 *
 * A dom0 that is PV reads the CPU's own TSC.  Whether the answer lies between two
 * of its readings therefore tells which of the two the domain has; the time of a
 * domain that began after the CPU cannot be the CPU's by chance.
 */

#include <errno.h>
#include <string.h>

#include "error.h"
#include "hypercall.h"

#include <xen/domctl.h>

/* XEN_CPUID_TSC_MODE_* of Xen, TSC_MODE_* of libxl. */
enum { MODE_DEFAULT, MODE_ALWAYS_EMULATE, MODE_NEVER_EMULATE };

/* CPUID leaf 80000007h, EDX: the TSC's frequency never changes. */
#define LEAF_POWER 0x80000007u
#define EDX_INVARIANT_TSC (1u << 8)

/* Xen has some 60 leaves; it answers ENOBUFS if they are more than there is room. */
#define LEAVES 256

/* ---- native or emulated ---- */

static bool read_tsc(uint64_t *tsc)
{
#if defined(__x86_64__) || defined(__i386__)
    *tsc = __builtin_ia32_rdtsc();
    return true;
#else
    (void)tsc;
    return false;
#endif
}

/* The TSC of a dom0 that is no PV domain may be moved against the CPU's. */
static bool dom0_is_pv(xentime *xt)
{
    xc_domaininfo_t info;

    return xc_domain_getinfolist(xt->xch, 0, 1, &info) == 1 && !info.domain &&
           !(info.flags & XEN_DOMINF_hvm_guest);
}

static uint64_t tsc_ns(uint64_t tsc, uint32_t khz)
{
    return (unsigned __int128)tsc * 1000000 / khz;
}

/*
 * Xen scales by a fraction of 32 bits, which is wrong by up to 2^-31 of the
 * value, and the CPUs' TSCs may be microseconds apart.
 */
static bool is_between(uint64_t ns, uint64_t before, uint64_t after)
{
    uint64_t slack = 1000000 + (after >> 30);

    return ns + slack >= before && ns <= after + slack;
}

/* ---- CPUID ---- */

static int fetch_leaves(xentime *xt, uint32_t domid, xen_cpuid_leaf_t *leaves,
                        uint32_t *count)
{
    struct xen_domctl op;

    memset(&op, 0, sizeof(op));
    op.cmd = XEN_DOMCTL_get_cpu_policy;
    op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op.domain = domid;
    op.u.cpu_policy.nr_leaves = LEAVES;
    set_xen_guest_handle_raw(op.u.cpu_policy.leaves, leaves);
    if (xt_hypercall(xt, __HYPERVISOR_domctl, NULL, &op, sizeof(op)))
        return -1;
    *count = op.u.cpu_policy.nr_leaves;
    return 0;
}

/* Returns whether the domain's CPUID has an invariant TSC; -1: unknown. */
static int find_invariant(xentime *xt, uint32_t domid)
{
    xencall_handle *xcall = xc_interface_xcall_handle(xt->xch);
    size_t size = LEAVES * sizeof(xen_cpuid_leaf_t);
    xen_cpuid_leaf_t *leaves = xencall_alloc_buffer(xcall, size);
    uint32_t i, count;
    int invariant = -1;

    if (!leaves)
        return -1;
    memset(leaves, 0, size);
    if (!fetch_leaves(xt, domid, leaves, &count)) {
        invariant = 0;
        for (i = 0; i < count && i < LEAVES; i++)
            if (leaves[i].leaf == LEAF_POWER)
                invariant = !!(leaves[i].d & EDX_INVARIANT_TSC);
    }
    xencall_free_buffer(xcall, leaves);
    return invariant;
}

/* ---- the TSC ---- */

static enum xentime_tsc_kind kind_of(xentime *xt, uint32_t mode, uint32_t khz,
                                     uint64_t ns, const uint64_t tsc[2])
{
    switch (mode) {
    case MODE_ALWAYS_EMULATE:
        return XENTIME_TSC_EMULATED;
    case MODE_NEVER_EMULATE:
        return XENTIME_TSC_NATIVE;
    case MODE_DEFAULT:
        if (!tsc[1] || !khz || !dom0_is_pv(xt))
            return XENTIME_TSC_UNKNOWN;
        return is_between(ns, tsc_ns(tsc[0], khz), tsc_ns(tsc[1], khz))
                   ? XENTIME_TSC_NATIVE
                   : XENTIME_TSC_EMULATED;
    default:
        return XENTIME_TSC_UNKNOWN;
    }
}

enum xentime_error xentime_get_tsc(xentime *xt,
                                   const struct xentime_domain *dom,
                                   struct xentime_tsc_info *tsc)
{
    uint64_t elapsed_ns, readings[2] = { 0, 0 };
    xc_physinfo_t phys;

    memset(tsc, 0, sizeof(*tsc));
    memset(&phys, 0, sizeof(phys));
    if (xc_physinfo(xt->xch, &phys))
        return xt_fail_xen(xt, errno, dom, "cannot read the TSC's frequency");
    tsc->host_khz = phys.cpu_khz;
    read_tsc(&readings[0]);
    if (xc_domain_get_tsc_info(xt->xch, dom->domid, &tsc->mode, &elapsed_ns,
                               &tsc->khz, &tsc->incarnation))
        return xt_fail_xen(xt, errno, dom, "cannot read the TSC's mode");
    read_tsc(&readings[1]);
    tsc->kind = kind_of(xt, tsc->mode, tsc->khz, elapsed_ns, readings);
    /* Xen has no answer where the TSC is the CPU's own in any case. */
    if (!tsc->khz)
        tsc->khz = tsc->host_khz;
    tsc->invariant = find_invariant(xt, dom->domid);
    return XENTIME_OK;
}
