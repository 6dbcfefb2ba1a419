/* SPDX-License-Identifier: LGPL-2.1-only */
/* XEN_DOMCTL_vtimer_op: what a patched Xen can tell and do. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capability.h"
#include "domain.h"
#include "error.h"
#include "lock.h"
#include "patched.h"

#include <xen/domctl.h>
#include "vtimer.h"

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

/* ---- operations ---- */

/* Checks that @dom can be asked: its type, this Xen, and that it exists. */
static enum xentime_error check(xentime *xt, const struct xentime_domain *dom,
                                unsigned int cap, const char *what)
{
    struct xentime_domain now;
    enum xentime_error rc;

    if (dom->type == XENTIME_PV) {
        xt_fail(xt, XENTIME_ERR_UNSUPPORTED, 0, dom,
                "%s: a PV domain has no emulated timers", what);
        xt_hint_pv(xt);
        return XENTIME_ERR_UNSUPPORTED;
    }
    rc = xt_need(xt, dom, cap, what);
    return rc ? rc : xt_still_there(xt, dom, &now);
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
        rc = xt_vtimer_run(xt, dom, &op, what);
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

enum xentime_error xentime_count_ticks(xentime *xt,
                                       const struct xentime_domain *dom,
                                       bool on)
{
    const char *what = on ? "cannot start counting ticks"
                          : "cannot stop counting ticks";
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_set_counting };
    enum xentime_error rc = check(xt, dom, XENTIME_CAP_TICK_STATS, what);

    op.u.counting = on;
    return rc ? rc : xt_vtimer_run(xt, dom, &op, what);
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
    /* The domain may have ended while its lock was waited for. */
    rc = xt_still_there(xt, dom, &now);
    if (!rc)
        rc = xt_vtimer_run(xt, dom, &op, what);
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

/* Reads all @n vCPUs; @buffer is memory for hypercalls. */
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
        if (!xt_vtimer_op(xt, dom->domid, &op))
            take_stats(&vcpus[(*count)++], v, buffer);
        else if (errno != ENOENT)
            return xt_fail_vtimer(xt, errno, dom, what);
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
        rc = xt_vtimer_run(xt, dom, &op, what);
    if (rc)
        return rc;
    n = op.u.status.nr_vcpus;
    buffer = xencall_alloc_buffer(xcall, sizeof(*buffer));
    *vcpus = calloc(n ? n : 1, sizeof(**vcpus));
    if (buffer && *vcpus)
        rc = read_vcpus(xt, dom, n, buffer, *vcpus, count, what);
    else
        rc = xt_fail_memory(xt);
    xencall_free_buffer(xcall, buffer);
    if (rc) {
        free(*vcpus);
        *vcpus = NULL;
        *count = 0;
    }
    return rc;
}
