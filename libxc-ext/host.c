/* SPDX-License-Identifier: LGPL-2.1-only */
/* Describes this host and its Xen. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "hypercall.h"

#include <xen/domctl.h>
#include <xen/pmu.h>
#include <xen/sysctl.h>
#include <xen/version.h>

/* Xen's console ring is 16 KiB unless conring_size= makes it larger. */
#define CONSOLE_SIZE (1u << 20)

static const char *const schedulers[] = {
    [XEN_SCHEDULER_CREDIT] = "credit",     [XEN_SCHEDULER_CREDIT2] = "credit2",
    [XEN_SCHEDULER_ARINC653] = "arinc653", [XEN_SCHEDULER_RTDS] = "rtds",
    [XEN_SCHEDULER_NULL] = "null",
};

/* ---- the host ---- */

static void find_platform_timer(xentime *xt, char *out, size_t size)
{
    static const char prefix[] = "Platform timer is ";
    unsigned int n = CONSOLE_SIZE, index = 0;
    char *text = malloc(n), *at, *end;

    out[0] = '\0';
    if (!text)
        return;
    if (!xc_readconsolering(xt->xch, text, &n, 0, 0, &index)) {
        at = memmem(text, n, prefix, sizeof(prefix) - 1);
        end = at ? memchr(at, '\n', text + n - at) : NULL;
        if (end) {
            at += sizeof(prefix) - 1;
            snprintf(out, size, "%.*s", (int)strcspn(at, "\r\n"), at);
        }
    }
    free(text);
}

static void name_scheduler(xentime *xt, char *out, size_t size)
{
    int id;

    if (xc_sched_id(xt->xch, &id))
        snprintf(out, size, "unknown");
    else if (id >= 0 && (size_t)id < ARRAY_LEN(schedulers) && schedulers[id])
        snprintf(out, size, "%s", schedulers[id]);
    else
        snprintf(out, size, "%d", id);
}

enum xentime_error xentime_get_host(xentime *xt, struct xentime_host *host)
{
    int v;
    xen_extraversion_t extra;
    xen_changeset_info_t changeset;
    xc_physinfo_t phys;
    enum xentime_error rc;

    memset(host, 0, sizeof(*host));
    memset(&phys, 0, sizeof(phys));
    rc = xentime_capabilities(xt, &host->capabilities);
    if (rc)
        return rc;
    v = xc_version(xt->xch, XENVER_version, NULL);
    if (v < 0 || xc_version(xt->xch, XENVER_extraversion, extra) < 0 ||
        xc_version(xt->xch, XENVER_changeset, changeset) < 0 ||
        xc_physinfo(xt->xch, &phys))
        return xt_fail_xen(xt, errno, NULL, "cannot ask Xen what it is");

    host->major = v >> 16;
    host->minor = v & 0xffff;
    snprintf(host->extra, sizeof(host->extra), "%.*s", (int)sizeof(extra),
             extra);
    snprintf(host->changeset, sizeof(host->changeset), "%.*s",
             (int)sizeof(changeset), changeset);
    if (!host->changeset[0])
        snprintf(host->changeset, sizeof(host->changeset), "unknown");
    name_scheduler(xt, host->scheduler, sizeof(host->scheduler));
    find_platform_timer(xt, host->platform_timer, sizeof(host->platform_timer));
    host->domctl_version = XEN_DOMCTL_INTERFACE_VERSION;
    host->vpmu_mode = xt_vpmu_mode(xt);
    host->cpus = phys.nr_cpus;
    host->khz = phys.cpu_khz;
    return XENTIME_OK;
}

/* ---- dom0 ---- */

/* Tells whether a bitmap has this bit and no other. */
static bool is_only_bit(const uint8_t *map, int size, unsigned int bit)
{
    int i;

    for (i = 0; i < size; i++)
        if (map[i] != (bit / 8 == (unsigned int)i ? 1u << bit % 8 : 0))
            return false;
    return true;
}

/* Counts dom0's vCPUs of which the hard affinity is the CPU of their number. */
static enum xentime_error count_pinned(xentime *xt,
                                       struct xentime_pinning *pinning)
{
    int size = xc_get_cpumap_size(xt->xch);
    xc_cpumap_t hard = xc_cpumap_alloc(xt->xch);
    xc_cpumap_t soft = xc_cpumap_alloc(xt->xch);
    int failed = !hard || !soft;
    unsigned int i;

    if (failed)
        errno = ENOMEM;
    for (i = 0; !failed && i < pinning->vcpus; i++) {
        failed = xc_vcpu_getaffinity(xt->xch, 0, i, hard, soft,
                                     XEN_VCPUAFFINITY_HARD);
        if (!failed && is_only_bit(hard, size, i))
            pinning->pinned++;
    }
    if (failed)
        xt_fail_xen(xt, errno, NULL, "cannot read dom0's affinity");
    free(hard);
    free(soft);
    return failed ? xentime_last_error(xt)->code : XENTIME_OK;
}

enum xentime_error xentime_get_pinning(xentime *xt,
                                       struct xentime_pinning *pinning)
{
    xc_domaininfo_t info;
    xc_physinfo_t phys;
    int got;

    memset(pinning, 0, sizeof(*pinning));
    memset(&phys, 0, sizeof(phys));
    if (xc_physinfo(xt->xch, &phys))
        return xt_fail_xen(xt, errno, NULL, "cannot count the CPUs");
    got = xc_domain_getinfolist(xt->xch, 0, 1, &info);
    if (got < 0)
        return xt_fail_xen(xt, errno, NULL, "cannot look up dom0");
    if (got != 1 || info.domain)
        return xt_fail(xt, XENTIME_ERR_FAIL, ESRCH, NULL,
                       "there is no domain 0");
    pinning->cpus = phys.nr_cpus;
    pinning->vcpus = info.max_vcpu_id + 1;
    return count_pinned(xt, pinning);
}
