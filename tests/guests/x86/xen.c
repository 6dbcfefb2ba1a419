/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>

#include "shared.h"
#include "x86.h"
#include "xen.h"

/* These are from Xen's xen.h, vcpu.h, memory.h, sched.h, hvm_op.h, cpuid.h. */
#define HYPERVISOR_MEMORY_OP 12
#define HYPERVISOR_VCPU_OP 24
#define HYPERVISOR_SCHED_OP 29
#define HYPERVISOR_HVM_OP 34
#define HYPERVISOR_DOMCTL 36
#define HVMOP_SET_PARAM 0
#define XENMEM_ADD_TO_PHYSMAP 7
#define XENMAPSPACE_SHARED_INFO 0
#define VCPUOP_UP 1
#define VCPUOP_DOWN 2
#define VCPUOP_REGISTER_RUNSTATE_MEMORY_AREA 5
#define SCHEDOP_YIELD 0
#define SCHEDOP_SHUTDOWN 2
#define SHUTDOWN_CRASH 3
#define DOMID_SELF 0x7ff0

#define XEN_CPUID_FIRST_LEAF 0x40000000u
#define XEN_CPUID_LAST_LEAF 0x40010000u
#define XEN_CPUID_MSR_LEAF 2
#define XEN_CPUID_TIME_LEAF 3

struct add_to_physmap {
    uint16_t domid;
    uint16_t size;
    uint32_t space;
    uint32_t idx;
    uint32_t gpfn;
};

struct hvm_param {
    uint16_t domid;
    uint16_t pad;
    uint32_t index;
    uint64_t value;
};

static int hypercall3(uint32_t op, uint32_t arg1, uint32_t arg2,
                      const void *arg3)
{
    uint32_t entry = GUEST_HYPERCALL + op * 32, a = arg1, b = arg2;
    const void *c = arg3;
    int rc;

    asm volatile("call *%%eax"
                 : "=a"(rc), "+b"(a), "+c"(b), "+d"(c)
                 : "0"(entry)
                 : "memory", "esi", "edi", "cc");

    return rc;
}

static int hypercall2(uint32_t op, uint32_t arg1, const void *arg2)
{
    return hypercall3(op, arg1, (uint32_t)arg2, NULL);
}

/* Xen's leaves are not at 0x40000000 when Viridian's are. */
static uint32_t find_leaves(void)
{
    uint32_t base;

    for (base = XEN_CPUID_FIRST_LEAF; base < XEN_CPUID_LAST_LEAF;
         base += 0x100) {
        struct cpuid_leaf r = cpuid(base, 0);

        /* "XenVMMXenVMM" */
        if (r.b == 0x566e6558 && r.c == 0x65584d4d && r.d == 0x4d4d566e)
            return base;
    }

    return 0;
}

uint32_t xen_init(void)
{
    struct add_to_physmap map = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_SHARED_INFO,
        .gpfn = GUEST_SHARED_INFO >> 12,
    };
    uint32_t base = find_leaves();

    if (!base)
        return 0;

    wrmsr(cpuid(base + XEN_CPUID_MSR_LEAF, 0).b, GUEST_HYPERCALL);

    if (hypercall2(HYPERVISOR_MEMORY_OP, XENMEM_ADD_TO_PHYSMAP, &map))
        return 0;

    return cpuid(base + XEN_CPUID_TIME_LEAF, 0).c;
}

int xen_hvm_param_set(uint16_t domid, uint32_t index, uint64_t value)
{
    struct hvm_param param = {
        .domid = domid,
        .index = index,
        .value = value,
    };

    return hypercall2(HYPERVISOR_HVM_OP, HVMOP_SET_PARAM, &param);
}

int xen_watch_runstate(volatile struct runstate *runstate)
{
    uint64_t area = (uint32_t)runstate;

    return hypercall3(HYPERVISOR_VCPU_OP, VCPUOP_REGISTER_RUNSTATE_MEMORY_AREA,
                      0, &area);
}

int xen_vcpu_up(uint32_t vcpu)
{
    return hypercall3(HYPERVISOR_VCPU_OP, VCPUOP_UP, vcpu, NULL);
}

int xen_vcpu_down(uint32_t vcpu)
{
    return hypercall3(HYPERVISOR_VCPU_OP, VCPUOP_DOWN, vcpu, NULL);
}

int xen_domctl(void *domctl)
{
    return hypercall2(HYPERVISOR_DOMCTL, (uint32_t)domctl, NULL);
}

void xen_yield(void)
{
    hypercall2(HYPERVISOR_SCHED_OP, SCHEDOP_YIELD, NULL);
}

void xen_crash(void)
{
    uint32_t reason = SHUTDOWN_CRASH;

    hypercall2(HYPERVISOR_SCHED_OP, SCHEDOP_SHUTDOWN, &reason);
}
