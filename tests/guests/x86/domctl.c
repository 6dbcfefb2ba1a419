/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends Xen the domctl of vtimer.h, past the library under test.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xencall.h>

#include "commands.h"
#include "domctl.h"

static const char *const src_names[XEN_VTIMER_NR_SRC] = {
    [XEN_VTIMER_SRC_pit] = "pit",     [XEN_VTIMER_SRC_rtc] = "rtc",
    [XEN_VTIMER_SRC_lapic] = "lapic", [XEN_VTIMER_SRC_hpet0] = "hpet0",
    [XEN_VTIMER_SRC_hpet1] = "hpet1", [XEN_VTIMER_SRC_hpet2] = "hpet2",
};

static xencall_handle *xcall_get(void)
{
    static xencall_handle *xcall;

    if (!xcall)
        xcall = xencall_open(NULL, 0);
    if (!xcall)
        fail(errno, "cannot open libxencall");

    return xcall;
}

void *xen_buffer(size_t size)
{
    void *buffer = xencall_alloc_buffer(xcall_get(), size);

    if (!buffer)
        fail(errno, "no memory that Xen can reach");
    memset(buffer, 0, size);

    return buffer;
}

int xen_call1(unsigned int op, void *buffer)
{
    return xencall1(xcall_get(), op, (uintptr_t)buffer) ? errno : 0;
}

int xen_call2(unsigned int op, unsigned int cmd, void *buffer)
{
    return xencall2(xcall_get(), op, cmd, (uintptr_t)buffer) ? errno : 0;
}

int domctl_raw(const struct xen_domctl *domctl, struct xen_domctl *answer)
{
    static struct xen_domctl *shared;
    int err;

    if (!shared)
        shared = xen_buffer(sizeof(*shared));

    *shared = *domctl;
    err = xen_call1(__HYPERVISOR_domctl, shared);
    if (!err && answer)
        *answer = *shared;

    return err;
}

int vtimer_op(uint32_t domid, struct xen_domctl_vtimer_op *op)
{
    struct xen_domctl domctl = {
        .cmd = XEN_DOMCTL_vtimer_op,
        .interface_version = XEN_DOMCTL_INTERFACE_VERSION,
        .domain = (domid_t)domid,
    };
    int err;

    _Static_assert(sizeof(*op) <= sizeof(domctl.u.pad), "fits Xen's union");
    op->version = XEN_VTIMER_INTERFACE_VERSION;
    memcpy(domctl.u.pad, op, sizeof(*op));
    err = domctl_raw(&domctl, &domctl);
    if (!err)
        memcpy(op, domctl.u.pad, sizeof(*op));

    return err;
}

/* Fails with the error's name, too, for tests that look for it. */
static void vtimer_op_or_fail(uint32_t domid, struct xen_domctl_vtimer_op *op)
{
    int err = vtimer_op(domid, op);

    if (err)
        fail(err, "domain %u: vtimer_op %u: %s", domid, op->op,
             strerrorname_np(err));
}

static void print_stats(uint32_t vcpu, const struct xen_vtimer_stats *s)
{
    unsigned int i, n;

    printf("vcpu=%u since=%" PRIu64 " now=%" PRIu64 " lag=%" PRId64
           " descheduled=%" PRIu64 " switches=%" PRIu64 "\n",
           vcpu, s->since, s->now, s->lag, s->descheduled, s->switches);

    for (i = 0; i < XEN_VTIMER_NR_SRC; i++) {
        const struct xen_vtimer_counts *c = &s->src[i];

        printf("vcpu=%u src=%s due=%" PRIu64 " delivered=%" PRIu64
               " late=%" PRIu64 " collapsed=%" PRIu64 " dropped=%" PRIu64
               " pending=%" PRIu64 " wakeups=%" PRIu64 " period=%" PRIu64
               " lateness=",
               vcpu, src_names[i], c->due, c->delivered, c->late, c->collapsed,
               c->dropped, c->pending, c->wakeups, c->period);
        for (n = 0; n < XEN_VTIMER_LATENESS; n++)
            printf("%s%" PRIu64, n ? "," : "", c->lateness[n]);
        printf("\n");
    }
}

int cmd_stats(int argc, char **argv)
{
    struct xen_vtimer_stats *buffer;
    xc_domaininfo_t info;
    uint32_t domid, i;

    if (argc != 2)
        return usage_error();

    domid = domid_of(argv[1]);
    domain_info(domid, &info);
    buffer = xen_buffer(sizeof(*buffer));

    for (i = 0; i <= info.max_vcpu_id; i++) {
        struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_stats };

        op.u.stats.vcpu = i;
        set_xen_guest_handle_raw(op.u.stats.buffer, buffer);
        vtimer_op_or_fail(domid, &op);
        print_stats(i, buffer);
    }

    return 0;
}

int cmd_counting(int argc, char **argv)
{
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_set_counting };

    if (argc != 3)
        return usage_error();

    op.u.counting = (uint32_t)number(argv[2], UINT32_MAX);
    vtimer_op_or_fail(domid_of(argv[1]), &op);

    return 0;
}

int cmd_tune(int argc, char **argv)
{
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_tune };

    if (argc != 3)
        return usage_error();

    op.u.tune.sync_wakeup_after = (uint32_t)number(argv[2], UINT32_MAX);
    vtimer_op_or_fail(domid_of(argv[1]), &op);

    return 0;
}

int cmd_resync(int argc, char **argv)
{
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_resync };

    if (argc != 2)
        return usage_error();

    vtimer_op_or_fail(domid_of(argv[1]), &op);
    printf("lag=%" PRId64 "\n", (int64_t)op.u.resync.lag);

    return 0;
}

int cmd_status(int argc, char **argv)
{
    struct xen_domctl_vtimer_op op = { .op = XEN_VTIMER_OP_features };
    uint32_t domid, features;

    if (argc != 2)
        return usage_error();

    domid = domid_of(argv[1]);
    vtimer_op_or_fail(domid, &op);
    features = op.features;

    memset(&op, 0, sizeof(op));
    op.op = XEN_VTIMER_OP_status;
    vtimer_op_or_fail(domid, &op);
    printf("features=%#x counting=%d native_tsc=%d flags=%#x"
           " sync_wakeup_after=%u nr_vcpus=%u timekeeper=%u modes=%#x"
           " lag=%" PRId64 "\n",
           features, !!(op.u.status.flags & XEN_VTIMER_counting),
           !!(op.u.status.flags & XEN_VTIMER_native_tsc), op.u.status.flags,
           op.u.status.sync_wakeup_after, op.u.status.nr_vcpus,
           op.u.status.timekeeper, op.u.status.modes, (int64_t)op.u.status.lag);

    return 0;
}
