/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells of a guest that has ended or is silent.  Whoever waits for a guest asks
 * here, so that a crash is told as a crash, with where it happened.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include <xen/hvm/save.h>

/*
 * Prints the vCPUs' registers, which a triple fault leaves as they were, and of
 * which the lab's "run" tells when the emulator is at fault.
 */
static void tell_vcpus(uint32_t domid, unsigned int vcpus)
{
    HVM_SAVE_TYPE(CPU) cpu;
    unsigned int i;

    for (i = 0; i < vcpus && i < MAX_VCPUS; i++)
        if (!xc_domain_hvm_getcontext_partial(xch, domid, HVM_SAVE_CODE(CPU),
                                              (uint16_t)i, &cpu, sizeof(cpu)))
            fprintf(stderr,
                    "vcpu%u eip=%#" PRIx64 " esp=%#" PRIx64 " cr0=%#" PRIx64
                    " cr2=%#" PRIx64 " eflags=%#" PRIx64 "\n",
                    i, cpu.rip, cpu.rsp, cpu.cr0, cpu.cr2, cpu.rflags);
}

void fail_unanswered(uint32_t domid)
{
    xc_domaininfo_t info;

    domain_info(domid, &info);
    tell_vcpus(domid, info.max_vcpu_id + 1);
    fail(0, "domain %u does not answer", domid);
}

void fail_if_ended(uint32_t domid, const volatile struct shared_page *page)
{
    xc_domaininfo_t info;
    unsigned int reason;

    if (page->state == GUEST_CRASHED)
        fail(0, "domain %u crashed: vector %u error %#x eip %#x cr2 %#x", domid,
             page->fault.vector, page->fault.error_code, page->fault.eip,
             page->fault.cr2);

    domain_info(domid, &info);
    if (!(info.flags & XEN_DOMINF_shutdown))
        return;

    tell_vcpus(domid, info.max_vcpu_id + 1);
    reason = (info.flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask;
    if (reason == SHUTDOWN_crash)
        fail(0, "domain %u crashed", domid);
    fail(0, "domain %u has shut down, reason %u", domid, reason);
}
