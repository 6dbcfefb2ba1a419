/* SPDX-License-Identifier: LGPL-2.1-only */
/* Lists the domains, and tells what each is. */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uuid/uuid.h>

#include "domain.h"
#include "error.h"
#include "hypercall.h"

#include <xen/arch-x86/xen.h>

/*
 * This many domains are asked for per hypercall.  libxl asks for 1024; the
 * buffers for so many cost more than the call on all but the largest hosts.
 */
#define BATCH 128

static enum xentime_type type_of(const xc_domaininfo_t *info)
{
    if (!(info->flags & XEN_DOMINF_hvm_guest))
        return XENTIME_PV;
    /*
     * An HPET is what tells HVM from PVH: libxl gives a PVH domain a local APIC
     * alone, and Xen gives a dom0 that is PVH an IO-APIC and vPCI as well.
     */
    if (info->arch_config.emulation_flags & XEN_X86_EMU_HPET)
        return XENTIME_HVM;
    return XENTIME_PVH;
}

static unsigned int state_of(const xc_domaininfo_t *info)
{
    static const struct {
        uint32_t xen;
        unsigned int ours;
    } map[] = {
        { XEN_DOMINF_running, XENTIME_RUNNING },
        { XEN_DOMINF_blocked, XENTIME_BLOCKED },
        { XEN_DOMINF_paused, XENTIME_PAUSED },
        { XEN_DOMINF_shutdown, XENTIME_SHUTDOWN },
        { XEN_DOMINF_dying, XENTIME_DYING },
    };
    unsigned int state = 0, code;
    size_t i;

    for (i = 0; i < ARRAY_LEN(map); i++)
        if (info->flags & map[i].xen)
            state |= map[i].ours;

    code = (info->flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask;
    if ((state & XENTIME_SHUTDOWN) && code == SHUTDOWN_crash)
        state |= XENTIME_CRASHED;
    return state;
}

static void fill(struct xentime_domain *dom, const xc_domaininfo_t *info)
{
    int i;

    memset(dom, 0, sizeof(*dom));
    dom->domid = info->domain;
    memcpy(dom->uuid, info->handle, sizeof(dom->uuid));
    dom->type = type_of(info);
    dom->state = state_of(info);
    dom->vcpus = info->nr_online_vcpus;
    dom->cpu_time_ns = info->cpu_time;
    dom->sessions = -1;
    for (i = 0; i < XENTIME_SETTINGS; i++)
        dom->setting[i] = -1;
}

void xentime_free_domains(struct xentime_domain *doms, size_t count)
{
    size_t i;

    for (i = 0; doms && i < count; i++)
        free(doms[i].name);
    free(doms);
}

/* Reads all domains into one array, which the caller frees. */
static enum xentime_error get_infos(xentime *xt, xc_domaininfo_t **out,
                                    size_t *count)
{
    xc_domaininfo_t *infos = NULL, *more;
    size_t n = 0;
    int got;

    do {
        more = realloc(infos, (n + BATCH) * sizeof(*infos));
        if (!more) {
            free(infos);
            return xt_fail_memory(xt);
        }
        infos = more;
        got = xc_domain_getinfolist(xt->xch, n ? infos[n - 1].domain + 1 : 0,
                                    BATCH, infos + n);
        if (got < 0) {
            int e = errno;

            free(infos);
            return xt_fail_xen(xt, e, NULL, "cannot list domains");
        }
        n += got;
    } while (got == BATCH);

    *out = infos;
    *count = n;
    return XENTIME_OK;
}

enum xentime_error xt_list_domains(xentime *xt, struct xentime_domain **out,
                                   size_t *count)
{
    xc_domaininfo_t *infos = NULL;
    struct xentime_domain *doms;
    enum xentime_error rc;
    size_t i, n = 0;

    *out = NULL;
    *count = 0;
    rc = get_infos(xt, &infos, &n);
    if (rc)
        return rc;
    doms = calloc(n ? n : 1, sizeof(*doms));
    if (!doms) {
        free(infos);
        return xt_fail_memory(xt);
    }
    for (i = 0; i < n; i++)
        fill(&doms[i], &infos[i]);
    free(infos);
    *out = doms;
    *count = n;
    return XENTIME_OK;
}

enum xentime_error xt_get_domain(xentime *xt, uint32_t domid,
                                 struct xentime_domain *dom, bool *there)
{
    xc_domaininfo_t info;
    int got = xc_domain_getinfolist(xt->xch, domid, 1, &info);

    if (got < 0)
        return xt_fail_xen(xt, errno, NULL, "cannot look up the domain");
    *there = got == 1 && info.domain == domid;
    if (*there)
        fill(dom, &info);
    return XENTIME_OK;
}

enum xentime_error xt_still_there(xentime *xt, const struct xentime_domain *dom,
                                  struct xentime_domain *now)
{
    xc_domaininfo_t info;
    int got = xc_domain_getinfolist(xt->xch, dom->domid, 1, &info);

    if (got < 0)
        return xt_fail_xen(xt, errno, dom, "cannot look up the domain");
    if (got == 1)
        fill(now, &info);
    if (got != 1 || now->domid != dom->domid ||
        memcmp(now->uuid, dom->uuid, sizeof(dom->uuid)) != 0 ||
        (now->state & XENTIME_DYING))
        return xt_fail(xt, XENTIME_ERR_NODOM, ESRCH, dom, "the domain is gone");
    return XENTIME_OK;
}
