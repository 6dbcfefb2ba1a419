/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of libxenctrl and libxencall: see fake_xen.h. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xencall.h>
#include <xenctrl.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/hvm/save.h>
#include <xen/arch-x86/xen.h>
#include <xen/pmu.h>
#include <xen/sysctl.h>

#include "fake_xen.h"
#include "profile.h"
#include "vtimer.h"

static int fail(int errnum)
{
    errno = errnum;
    return -1;
}

/* ---- libxenctrl ---- */

/* Answers as a domctl does: the interface version first, then the domain. */
static int domctl_errno(unsigned int version, bool found)
{
    if (version != fake->domctl_version)
        return EACCES;
    return found ? 0 : ESRCH;
}

static bool sysctl_differs(void)
{
    return fake->sysctl_version != XEN_SYSCTL_INTERFACE_VERSION;
}

static struct xc_interface_core *dummy(void)
{
    static char there;

    return (struct xc_interface_core *)&there;
}

xc_interface *xc_interface_open(xentoollog_logger *logger,
                                xentoollog_logger *dombuild_logger,
                                unsigned int flags)
{
    (void)logger, (void)dombuild_logger, (void)flags;
    if (fake->open_errno) {
        errno = fake->open_errno;
        return NULL;
    }
    return dummy();
}

int xc_interface_close(xc_interface *xch)
{
    (void)xch;
    return 0;
}

int xc_version(xc_interface *xch, int cmd, void *arg)
{
    (void)xch;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    switch (cmd) {
    case XENVER_version:
        return fake->version;
    case XENVER_extraversion:
        snprintf(arg, sizeof(xen_extraversion_t), ".7-fake");
        return 0;
    case XENVER_commandline:
        snprintf(arg, sizeof(xen_commandline_t), "%s", fake->commandline);
        return 0;
    case XENVER_changeset:
        snprintf(arg, sizeof(xen_changeset_info_t), "%s", fake->changeset);
        return 0;
    default:
        return fail(ENOSYS);
    }
}

int xc_domain_get_tsc_info(xc_interface *xch, uint32_t domid,
                           uint32_t *tsc_mode, uint64_t *elapsed_nsec,
                           uint32_t *gtsc_khz, uint32_t *incarnation)
{
    const struct fake_domain *d;
    int e;

    (void)xch;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    fake_enter();
    d = fake_lookup(domid);
    e = domctl_errno(XEN_DOMCTL_INTERFACE_VERSION, d);
    if (!e) {
        *tsc_mode = d->tsc_mode;
        *gtsc_khz = d->tsc_khz;
        *elapsed_nsec = 5;
        if (!d->tsc_mode && d->tsc_native)
            *elapsed_nsec = (unsigned __int128)__builtin_ia32_rdtsc() *
                            1000000 / d->tsc_khz;
        *incarnation = 3;
    }
    fake_leave(0);
    return e ? fail(e) : 0;
}

/*
 * Gives each type the devices that libxl does; PVH has its local APIC, and as
 * dom0 what Xen gives it.
 */
static uint32_t emulation_of(uint32_t id, enum xentime_type type)
{
    switch (type) {
    case XENTIME_HVM:
        return XEN_X86_EMU_ALL & ~XEN_X86_EMU_VPCI;
    case XENTIME_PVH:
        return XEN_X86_EMU_LAPIC |
               (id ? 0 : XEN_X86_EMU_IOAPIC | XEN_X86_EMU_VPCI);
    default:
        return 0;
    }
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first_domain,
                          unsigned int max_domains, xc_domaininfo_t *info)
{
    unsigned int n = 0;
    size_t i;

    (void)xch;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    if (sysctl_differs())
        return fail(EACCES);
    fake_enter();
    for (i = fake_place(first_domain); i < fake->count && n < max_domains;
         i++) {
        const struct fake_domain *d = &fake->dom[i];

        memset(&info[n], 0, sizeof(*info));
        info[n].domain = d->id;
        info[n].flags = d->flags;
        if (d->type != XENTIME_PV)
            info[n].flags |= XEN_DOMINF_hvm_guest;
        info[n].arch_config.emulation_flags = emulation_of(d->id, d->type);
        info[n].nr_online_vcpus = d->vcpus;
        info[n].max_vcpu_id = d->vcpus - 1;
        info[n].cpu_time = d->cpu_time;
        memcpy(info[n].handle, d->uuid, sizeof(d->uuid));
        n++;
    }
    return fake_leave(n);
}

static bool is_setting(uint32_t param)
{
    return param == HVM_PARAM_TIMER_MODE || param == HVM_PARAM_HPET_ENABLED;
}

static enum xentime_setting setting_of(uint32_t param)
{
    return param == HVM_PARAM_TIMER_MODE ? XENTIME_TIMER_MODE : XENTIME_VHPET;
}

/* Needs the mutex held; returns NULL with errno. */
static struct fake_domain *param_domain(uint32_t dom, uint32_t param)
{
    struct fake_domain *d = fake_lookup(dom);

    if (d && d->ends_at && !--d->ends_at) {
        fake_remove(d);
        d = NULL;
    }
    if (!d)
        errno = ESRCH;
    else if (d->type == XENTIME_PV || !is_setting(param))
        errno = EINVAL;
    else
        return d;
    return NULL;
}

int xc_hvm_param_get(xc_interface *xch, uint32_t dom, uint32_t param,
                     uint64_t *value)
{
    struct fake_domain *d;

    (void)xch;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    fake_enter();
    d = param_domain(dom, param);
    if (d)
        *value = d->param[setting_of(param)];
    return fake_leave(d ? 0 : -1);
}

int xc_hvm_param_set(xc_interface *xch, uint32_t dom, uint32_t param,
                     uint64_t value)
{
    struct fake_domain *d;

    (void)xch;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    fake_enter();
    d = param_domain(dom, param);
    if (!d)
        return fake_leave(-1);
    d->sets++;
    if (fake->patched && param == HVM_PARAM_TIMER_MODE &&
        !fake_mode_fits(d, value)) {
        fake_leave(-1);
        return fail(EOPNOTSUPP);
    }
    if (!d->stuck && d->param[setting_of(param)] != value) {
        d->param[setting_of(param)] = value;
        d->changes++;
    }
    return fake_leave(0);
}

static uint8_t *append_record(uint8_t *to, uint16_t typecode,
                              const void *record, uint32_t length)
{
    struct hvm_save_descriptor desc = { .typecode = typecode,
                                        .length = length };

    memcpy(to, &desc, sizeof(desc));
    memcpy(to + sizeof(desc), record, length);
    return to + sizeof(desc) + length;
}

/* Writes header, vCPU 0, HPET and RTC, in the order that Xen has them. */
static int write_context(struct fake_domain *d, uint8_t *to)
{
    HVM_SAVE_TYPE(HEADER) header = { .gtsc_khz = d->made_khz };
    HVM_SAVE_TYPE(CPU) cpu = { .tsc = d->tsc += d->tsc_step };
    HVM_SAVE_TYPE(HPET)
    hpet = { .capability = 16000000ull << 32,
             .config = d->hpet_config,
             .mc64 = d->hpet_counter += 62500 };
    HVM_SAVE_TYPE(RTC) rtc = { .rtc_offset = d->rtc_offset };
    const uint8_t *from = to;

    to = append_record(to, HVM_SAVE_CODE(HEADER), &header, sizeof(header));
    to = append_record(to, HVM_SAVE_CODE(CPU), &cpu, sizeof(cpu));
    to = append_record(to, HVM_SAVE_CODE(HPET), &hpet, sizeof(hpet));
    to = append_record(to, HVM_SAVE_CODE(RTC), &rtc, sizeof(rtc));
    to = append_record(to, HVM_SAVE_CODE(END), &rtc, 0);
    return (int)(to - from);
}

int xc_domain_hvm_getcontext(xc_interface *xch, uint32_t domid,
                             uint8_t *ctxt_buf, uint32_t size)
{
    struct fake_domain *d;
    int e, n = 8192;

    (void)xch;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    fake_enter();
    d = fake_lookup(domid);
    e = domctl_errno(XEN_DOMCTL_INTERFACE_VERSION, d);
    if (!e && ctxt_buf && size < (uint32_t)n)
        e = ENOSPC;
    if (!e && ctxt_buf)
        n = write_context(d, ctxt_buf);
    fake_leave(0);
    errno = e;
    return e ? -1 : n;
}

int xc_domain_hvm_getcontext_partial(xc_interface *xch, uint32_t domid,
                                     uint16_t typecode, uint16_t instance,
                                     void *ctxt_buf, uint32_t size)
{
    HVM_SAVE_TYPE(HPET) hpet = { 0 };
    const struct fake_domain *d;
    int e, i;

    (void)xch;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    fake_enter();
    d = fake_lookup(domid);
    e = domctl_errno(XEN_DOMCTL_INTERFACE_VERSION, d);
    if (!e &&
        (typecode != HVM_SAVE_CODE(HPET) || instance || size != sizeof(hpet)))
        e = EINVAL;
    if (!e) {
        hpet.config = d->hpet_config;
        for (i = 0; i < 3; i++)
            hpet.timers[i].config = d->hpet_timer[i];
        memcpy(ctxt_buf, &hpet, sizeof(hpet));
    }
    fake_leave(0);
    return e ? fail(e) : 0;
}

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    (void)xch;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    if (sysctl_differs())
        return fail(EACCES);
    info->nr_cpus = 4;
    info->cpu_khz = fake->khz;
    info->capabilities = fake->hvm ? XEN_SYSCTL_PHYSCAP_hvm : 0;
    return 0;
}

int xc_get_cpumap_size(xc_interface *xch)
{
    (void)xch;
    return 1;
}

xc_cpumap_t xc_cpumap_alloc(xc_interface *xch)
{
    (void)xch;
    return calloc(1, 8);
}

int xc_vcpu_getaffinity(xc_interface *xch, uint32_t domid, int vcpu,
                        xc_cpumap_t cpumap_hard, xc_cpumap_t cpumap_soft,
                        uint32_t flags)
{
    const struct fake_domain *d;
    int e;

    (void)xch, (void)cpumap_soft, (void)flags;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    fake_enter();
    d = fake_lookup(domid);
    e = domctl_errno(XEN_DOMCTL_INTERFACE_VERSION, d);
    if (!e && vcpu >= FAKE_VCPUS)
        e = EINVAL;
    if (!e)
        *cpumap_hard = d->affinity[vcpu];
    fake_leave(0);
    return e ? fail(e) : 0;
}

int xc_sched_id(xc_interface *xch, int *sched_id)
{
    (void)xch;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    if (sysctl_differs())
        return fail(EACCES);
    *sched_id = fake->scheduler;
    return 0;
}

int xc_readconsolering(xc_interface *xch, char *buffer, unsigned int *pnr_chars,
                       int clear, int incremental, uint32_t *pindex)
{
    unsigned int len = strlen(fake->console);

    (void)xch, (void)clear, (void)incremental, (void)pindex;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    if (sysctl_differs())
        return fail(EACCES);
    if (len > *pnr_chars)
        len = *pnr_chars;
    memcpy(buffer, fake->console, len);
    *pnr_chars = len;
    return 0;
}

/* ---- libxencall ---- */

xencall_handle *xc_interface_xcall_handle(xc_interface *xch)
{
    (void)xch;
    return (xencall_handle *)dummy();
}

void *xencall_alloc_buffer(xencall_handle *xcall, size_t size)
{
    (void)xcall;
    return malloc(size);
}

void xencall_free_buffer(xencall_handle *xcall, void *p)
{
    (void)xcall;
    free(p);
}

/* Gives leaf 80000007h and one before it; returns an errno. */
static int get_cpu_policy(const struct fake_domain *d,
                          struct xen_domctl_cpu_policy *op)
{
    xen_cpuid_leaf_t *leaves = op->leaves.p;

    if (fake->no_policy)
        return ENOSYS;
    if (op->nr_leaves < 2)
        return ENOBUFS;
    leaves[0] = (xen_cpuid_leaf_t){ .leaf = 1, .d = 1u << 8 };
    leaves[1] = (xen_cpuid_leaf_t){ .leaf = 0x80000007,
                                    .d = d->tsc_invariant ? 1u << 8 : 0 };
    op->nr_leaves = 2;
    return 0;
}

static int sysctl(struct xen_sysctl *op)
{
    struct xen_sysctl_profile profile;
    int e = ENOSYS;

    if (op->interface_version != fake->sysctl_version)
        return fail(EACCES);
    if (op->cmd == XEN_SYSCTL_getdomaininfolist &&
        !op->u.getdomaininfolist.max_domains)
        return 0;
    memcpy(&profile, op->u.pad, sizeof(profile));
    fake_enter();
    if (op->cmd == XEN_SYSCTL_profile)
        e = fake_profile_op(fake_lookup(profile.domid), &profile);
    fake_leave(0);
    memcpy(op->u.pad, &profile, sizeof(profile));
    return e ? fail(e) : 0;
}

int xencall1(xencall_handle *xcall, unsigned int op, uint64_t arg1)
{
    struct xen_domctl *domctl = (void *)(uintptr_t)arg1;
    struct xen_domctl_vtimer_op vtimer;
    struct fake_domain *d;
    int e;

    (void)xcall;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    if (op == __HYPERVISOR_sysctl)
        return sysctl((void *)(uintptr_t)arg1);
    if (op != __HYPERVISOR_domctl)
        return fail(ENOSYS);
    memcpy(&vtimer, domctl->u.pad, sizeof(vtimer));
    if (domctl->cmd == XEN_DOMCTL_vtimer_op && fake->patched)
        fake_vtimer_event(domctl->domain, &vtimer);
    fake_enter();
    d = fake_lookup(domctl->domain);
    e = domctl_errno(domctl->interface_version, d);
    if (domctl->cmd == XEN_DOMCTL_vtimer_op && e != EACCES) {
        e = fake->patched ? fake_vtimer_op(d, &vtimer) : ENOSYS;
        memcpy(domctl->u.pad, &vtimer, sizeof(vtimer));
    }
    if (!e && domctl->cmd == XEN_DOMCTL_get_cpu_policy)
        e = get_cpu_policy(d, &domctl->u.cpu_policy);
    fake_leave(0);
    return e ? fail(e) : 0;
}

/* Each entry counts as a call of its own for faults and hooks. */
static int multicall(multicall_entry_t *calls, unsigned int n)
{
    unsigned int i;

    for (i = 0; i < n; i++) {
        xen_hvm_param_t *param = (void *)(uintptr_t)calls[i].args[1];
        int rc = -1;

        if (calls[i].op != __HYPERVISOR_hvm_op ||
            calls[i].args[0] != HVMOP_get_param)
            errno = ENOSYS;
        else
            rc = xc_hvm_param_get(dummy(), param->domid, param->index,
                                  &param->value);
        calls[i].result = rc ? -errno : 0;
    }
    return 0;
}

int xencall2(xencall_handle *xcall, unsigned int op, uint64_t arg1,
             uint64_t arg2)
{
    struct xen_pmu_params *params = (void *)(uintptr_t)arg2;
    int e;

    (void)xcall;
    if (fault_strikes(&xen_fault, __func__))
        return -1;
    if (op == __HYPERVISOR_multicall)
        return multicall((void *)(uintptr_t)arg1, arg2);
    if (op != __HYPERVISOR_xenpmu_op)
        return fail(ENOSYS);
    fake_enter();
    e = fake_pmu_op(arg1, params);
    fake_leave(0);
    return e ? fail(e) : 0;
}
