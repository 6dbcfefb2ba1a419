/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Reads the settings of many domains in few hypercalls.
 *
 * A hypercall per setting and domain (HVMOP_get_param) would be most of what a
 * list costs: they are put together by __HYPERVISOR_multicall (Xen's
 * public/xen.h), which Xen itself interrupts when something more urgent is to
 * be done.  Settings that are not HVM parameters are left to xentime_get().
 */

#include <errno.h>
#include <string.h>

#include "error.h"
#include "hypercall.h"
#include "setting.h"

#include <xen/hvm/hvm_op.h>

#define CALLS_PER_BATCH 256

struct batch {
    multicall_entry_t calls[CALLS_PER_BATCH];
    xen_hvm_param_t params[CALLS_PER_BATCH];
    /* The values go here; Xen does not see these two. */
    struct xentime_domain *dom[CALLS_PER_BATCH];
    enum xentime_setting setting[CALLS_PER_BATCH];
    unsigned int n;
};

static void add(struct batch *b, struct xentime_domain *dom,
                enum xentime_setting setting)
{
    multicall_entry_t *call = &b->calls[b->n];
    xen_hvm_param_t *param = &b->params[b->n];

    param->domid = dom->domid;
    param->index = xt_settings[setting].hvm_param;
    call->op = __HYPERVISOR_hvm_op;
    call->args[0] = HVMOP_get_param;
    call->args[1] = (uintptr_t)param;
    b->dom[b->n] = dom;
    b->setting[b->n] = setting;
    b->n++;
}

/*
 * Takes the values that Xen gave.  A value that this library does not know is no
 * reason to show none.
 */
static enum xentime_error take_values(xentime *xt, const struct batch *b)
{
    enum xentime_error rc;
    unsigned int i;

    for (i = 0; i < b->n; i++) {
        int err = -(int)b->calls[i].result;
        struct xentime_domain *dom = b->dom[i];
        int *value = &dom->setting[b->setting[i]];

        if (err == ESRCH) {
            dom->domid = XENTIME_NO_DOMID;
            continue;
        }
        rc = err ? xt_fail_xen(xt, err, dom, "cannot read the settings")
                 : xt_value_from_xen(xt, dom, b->setting[i], b->params[i].value,
                                     value);
        if (rc && !err) {
            *value = XENTIME_UNKNOWN;
            xt_warn(xt);
        } else if (rc) {
            return rc;
        }
    }
    return XENTIME_OK;
}

static enum xentime_error flush(xentime *xt, xencall_handle *xcall,
                                struct batch *b)
{
    enum xentime_error rc = XENTIME_OK;

    if (b->n &&
        xencall2(xcall, __HYPERVISOR_multicall, (uintptr_t)b->calls, b->n) < 0)
        rc = xt_fail_xen(xt, errno, NULL, "cannot read the settings");
    if (!rc)
        rc = take_values(xt, b);
    memset(b, 0, sizeof(*b));
    return rc;
}

enum xentime_error xt_read_settings(xentime *xt, struct xentime_domain *doms,
                                    size_t n)
{
    xencall_handle *xcall = xc_interface_xcall_handle(xt->xch);
    struct batch *b = xencall_alloc_buffer(xcall, sizeof(*b));
    enum xentime_error rc = XENTIME_OK;
    size_t i;
    int s;

    if (!b) {
        rc = xt_fail_xen(xt, errno, NULL, "cannot read the settings");
    } else {
        memset(b, 0, sizeof(*b));
        for (i = 0; i < n && !rc; i++) {
            for (s = 0; s < XENTIME_SETTINGS; s++)
                if (!xt_settings[s].get && xentime_type_has(doms[i].type, s))
                    add(b, &doms[i], s);
            if (b->n + XENTIME_SETTINGS > CALLS_PER_BATCH)
                rc = flush(xt, xcall, b);
        }
        if (!rc)
            rc = flush(xt, xcall, b);
    }
    xencall_free_buffer(xcall, b);
    return rc;
}
