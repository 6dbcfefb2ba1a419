/* SPDX-License-Identifier: LGPL-2.1-only */
/* XEN_DOMCTL_vtimer_op: what a patched Xen can tell and do. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include <xen/domctl.h>
#include "vtimer.h"

/* Newest version of the interface that is looked for. */
#define MAX_VTIMER_VERSION 16

_Static_assert(XENTIME_TIMERS == XEN_VTIMER_NR_SRC &&
                   XENTIME_LATENESS == XEN_VTIMER_LATENESS &&
                   XENTIME_SYNC_WAKEUP_MAX == XEN_VTIMER_WAKEUP_MAX,
               "xentime.h says what Xen's header says");
_Static_assert(XENTIME_PIT == XEN_VTIMER_SRC_pit &&
                   XENTIME_RTC == XEN_VTIMER_SRC_rtc &&
                   XENTIME_LAPIC == XEN_VTIMER_SRC_lapic &&
                   XENTIME_HPET0 == XEN_VTIMER_SRC_hpet0 &&
                   XENTIME_HPET1 == XEN_VTIMER_SRC_hpet1 &&
                   XENTIME_HPET2 == XEN_VTIMER_SRC_hpet2,
               "the timers are in Xen's order");
_Static_assert(XENTIME_PACED_MISSED_TICKS == HVMPTM_paced_missed_ticks &&
                   XENTIME_NO_DOUBLED_TICKS_PENDING ==
                       HVMPTM_no_doubled_ticks_pending &&
                   XENTIME_TIMER_MODES == HVMPTM_no_doubled_ticks_pending + 1,
               "the modes are Xen's");

static const struct {
    uint32_t feature;
    unsigned int cap;
} feature_caps[] = {
    { XEN_VTIMER_FEAT_safe_switch, XENTIME_CAP_SAFE_SWITCH },
    { XEN_VTIMER_FEAT_quiet_vhpet, XENTIME_CAP_QUIET_VHPET },
    { XEN_VTIMER_FEAT_tick_stats, XENTIME_CAP_TICK_STATS },
    { XEN_VTIMER_FEAT_resync, XENTIME_CAP_RESYNC },
    { XEN_VTIMER_FEAT_sync_wakeup, XENTIME_CAP_SYNC_WAKEUP },
    { XEN_VTIMER_FEAT_paced_mode, XENTIME_CAP_PACED_MODE },
    { XEN_VTIMER_FEAT_one_time, XENTIME_CAP_ONE_TIME },
    { XEN_VTIMER_FEAT_undoubled_mode, XENTIME_CAP_UNDOUBLED_MODE },
};

/* -1 with errno if Xen says no. */
static int call(xentime *xt, uint32_t domid, uint32_t version,
                struct xen_domctl_vtimer_op *op)
{
    struct xen_domctl domctl = {
        .cmd = XEN_DOMCTL_vtimer_op,
        .interface_version = XEN_DOMCTL_INTERFACE_VERSION,
        .domain = domid,
    };
    int rc;

    _Static_assert(sizeof(*op) <= sizeof(domctl.u.pad),
                   "the operation fits Xen's union");
    op->version = version;
    memcpy(domctl.u.pad, op, sizeof(*op));
    rc = xt_hypercall(xt, __HYPERVISOR_domctl, NULL, &domctl, sizeof(domctl));
    memcpy(op, domctl.u.pad, sizeof(*op));
    return rc;
}

/* ---- what this Xen has ---- */

/* A stock Xen has no features: whatever it answers, none are reported. */
unsigned int xt_vtimer_caps(xentime *xt)
{
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_features };
    unsigned int caps = 0;
    size_t i;

    if (call(xt, 0, XEN_VTIMER_INTERFACE_VERSION, &op)) {
        xt->vtimer_errno = errno;
        return 0;
    }
    for (i = 0; i < ARRAY_LEN(feature_caps); i++)
        if (op.features & feature_caps[i].feature)
            caps |= feature_caps[i].cap;
    return caps;
}

/* EACCES: another version of the interface, or a FLASK policy that forbids. */
static enum xentime_error fail_access(xentime *xt,
                                      const struct xentime_domain *dom,
                                      const char *what)
{
    struct xen_domctl_vtimer_op op;
    uint32_t v;

    for (v = 1; v <= MAX_VTIMER_VERSION; v++) {
        memset(&op, 0, sizeof(op));
        op.op = XEN_VTIMER_OP_features;
        if (call(xt, 0, v, &op) && errno == EACCES)
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

enum xentime_error xt_need(xentime *xt, const struct xentime_domain *dom,
                           unsigned int cap, const char *what)
{
    enum xentime_error rc;
    unsigned int caps;

    rc = xentime_capabilities(xt, &caps);
    if (rc || (caps & cap))
        return rc;
    if (xt->vtimer_errno == EACCES)
        return fail_access(xt, dom, what);
    cap &= -cap;
    xt_fail(xt, XENTIME_ERR_UNSUPPORTED, xt->vtimer_errno, dom,
            "%s: this Xen does not have \"%s\"", what,
            xentime_capability_name(cap));
    xt_hint(xt, "it comes with the patch \"%s\"",
            xentime_capability_patch(cap));
    return XENTIME_ERR_UNSUPPORTED;
}

/* ---- operations ---- */

/* Whether @dom can be asked at all: of its kind, by this Xen, and there. */
static enum xentime_error check(xentime *xt, const struct xentime_domain *dom,
                                unsigned int cap, const char *what)
{
    struct xentime_domain now;
    enum xentime_error rc;

    if (dom->type == XENTIME_PV)
        return xt_fail(xt, XENTIME_ERR_UNSUPPORTED, 0, dom,
                       "%s: a PV domain has no emulated timers", what);
    rc = xt_need(xt, dom, cap, what);
    return rc ? rc : xt_still_there(xt, dom, &now);
}

static enum xentime_error fail_op(xentime *xt, int errnum,
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

static enum xentime_error run(xentime *xt, const struct xentime_domain *dom,
                              struct xen_domctl_vtimer_op *op, const char *what)
{
    if (call(xt, dom->domid, XEN_VTIMER_INTERFACE_VERSION, op))
        return fail_op(xt, errno, dom, what);
    return XENTIME_OK;
}

enum xentime_error xentime_status(xentime *xt, const struct xentime_domain *dom,
                                  struct xentime_status *status)
{
    static const char what[] = "cannot read the virtual timers' status";
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_status };
    enum xentime_error rc;

    rc = check(xt, dom,
               XENTIME_CAP_TICK_STATS | XENTIME_CAP_RESYNC |
                   XENTIME_CAP_SYNC_WAKEUP,
               what);
    if (!rc)
        rc = run(xt, dom, &op, what);
    if (rc)
        return rc;
    status->counting = op.u.status.flags & XEN_VTIMER_counting;
    status->native_tsc = op.u.status.flags & XEN_VTIMER_native_tsc;
    status->sync_wakeup_after = op.u.status.sync_wakeup_after;
    status->vcpus = op.u.status.nr_vcpus;
    status->timekeeper = op.u.status.timekeeper;
    status->modes = op.u.status.modes;
    status->lag_ns = op.u.status.lag;
    return XENTIME_OK;
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
    rc = run(xt, dom, &op, what);
    if (!rc && !(op.u.status.modes & 1u << mode))
        rc = xt_fail_mode(xt, dom, mode);
    return rc;
}

enum xentime_error xt_get_sync_wakeup(xentime *xt,
                                      const struct xentime_domain *dom,
                                      uint64_t *raw)
{
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_status };
    enum xentime_error rc = run(xt, dom, &op, "cannot read sync_wakeup_after");

    *raw = op.u.status.sync_wakeup_after;
    return rc;
}

enum xentime_error xt_set_sync_wakeup(xentime *xt,
                                      const struct xentime_domain *dom,
                                      int value)
{
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_tune };

    op.u.tune.sync_wakeup_after = value;
    return run(xt, dom, &op, "cannot set sync_wakeup_after");
}

enum xentime_error xentime_count_ticks(xentime *xt,
                                       const struct xentime_domain *dom,
                                       bool on)
{
    const char *what = on ? "cannot start counting ticks"
                          : "cannot stop counting ticks";
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_set_counting };
    enum xentime_error rc = check(xt, dom, XENTIME_CAP_TICK_STATS, what);

    op.u.counting = on;
    return rc ? rc : run(xt, dom, &op, what);
}

enum xentime_error xentime_resync(xentime *xt, const struct xentime_domain *dom,
                                  int64_t *lag_ns)
{
    static const char what[] = "cannot resync guest time";
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_resync };
    struct xentime_domain now;
    enum xentime_error rc;
    int lock;

    rc = check(xt, dom, XENTIME_CAP_RESYNC, what);
    if (!rc)
        rc = xt_lock(xt, dom, &lock);
    if (rc)
        return rc;
    /* Whoever had the lock may have ended the domain. */
    rc = xt_still_there(xt, dom, &now);
    if (!rc)
        rc = run(xt, dom, &op, what);
    xt_unlock(dom, lock);
    *lag_ns = op.u.resync.lag;
    return rc;
}

/* ---- statistics ---- */

static void take_counts(struct xentime_tick_counts *to,
                        const struct xen_vtimer_counts *from)
{
    size_t i;

    to->due = from->due;
    to->delivered = from->delivered;
    to->late = from->late;
    to->collapsed = from->collapsed;
    to->dropped = from->dropped;
    to->pending = from->pending;
    to->wakeups = from->wakeups;
    to->period_ns = from->period;
    for (i = 0; i < XENTIME_LATENESS; i++)
        to->lateness[i] = from->lateness[i];
}

static void take_stats(struct xentime_vcpu_stats *to, unsigned int vcpu,
                       const struct xen_vtimer_stats *from)
{
    size_t i;

    to->vcpu = vcpu;
    to->since_ns = from->since;
    to->now_ns = from->now;
    to->lag_ns = from->lag;
    to->descheduled = from->descheduled;
    to->switches = from->switches;
    for (i = 0; i < XENTIME_TIMERS; i++)
        take_counts(&to->timer[i], &from->src[i]);
}

/* @buffer is memory for hypercalls. */
static enum xentime_error read_vcpus(xentime *xt,
                                     const struct xentime_domain *dom,
                                     unsigned int n,
                                     struct xen_vtimer_stats *buffer,
                                     struct xentime_vcpu_stats *vcpus,
                                     size_t *count, const char *what)
{
    struct xen_domctl_vtimer_op op;
    unsigned int v;

    for (v = 0; v < n; v++) {
        memset(&op, 0, sizeof(op));
        op.op = XEN_VTIMER_OP_stats;
        op.u.stats.vcpu = v;
        set_xen_guest_handle_raw(op.u.stats.buffer, buffer);
        if (!call(xt, dom->domid, XEN_VTIMER_INTERFACE_VERSION, &op))
            take_stats(&vcpus[(*count)++], v, buffer);
        else if (errno != ENOENT)
            return fail_op(xt, errno, dom, what);
    }
    return XENTIME_OK;
}

enum xentime_error xentime_stats(xentime *xt, const struct xentime_domain *dom,
                                 struct xentime_vcpu_stats **vcpus,
                                 size_t *count)
{
    static const char what[] = "cannot read tick statistics";
    xencall_handle *xcall = xc_interface_xcall_handle(xt->xch);
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_status };
    struct xen_vtimer_stats *buffer;
    enum xentime_error rc;
    unsigned int n;

    *vcpus = NULL;
    *count = 0;
    rc = check(xt, dom, XENTIME_CAP_TICK_STATS, what);
    if (!rc)
        rc = run(xt, dom, &op, what);
    if (rc)
        return rc;
    n = op.u.status.nr_vcpus;
    buffer = xencall_alloc_buffer(xcall, sizeof(*buffer));
    *vcpus = calloc(n ? n : 1, sizeof(**vcpus));
    if (buffer && *vcpus)
        rc = read_vcpus(xt, dom, n, buffer, *vcpus, count, what);
    else
        rc = xt_fail(xt, XENTIME_ERR_FAIL, ENOMEM, NULL, "out of memory");
    xencall_free_buffer(xcall, buffer);
    if (rc) {
        free(*vcpus);
        *vcpus = NULL;
        *count = 0;
    }
    return rc;
}
