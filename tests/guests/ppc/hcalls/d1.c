/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that no hypercall, with whatever arguments, harms the hypervisor or
 * another guest, from the control domain either.
 *
 * How: random functions, random arguments and random contents of the sysctl,
 * half of them near what makes sense, from a guest and from the control
 * domain. A third guest goes on meanwhile.
 *
 * guests: d1,control d1 d3 slice=200
 * lab: qemu=10,7.2
 */
#include "guest.h"

#define CALLS 30000

static struct xen_sysctl sysctl;
static void ignore(struct frame *frame)
{
    (void)frame;
}

/* It may come before the H_CEDE that it is to end. */
static void later(struct frame *frame)
{
    (void)frame;
    mtspr(DEC, MS);
}

/* Returns what often is small, an address, a bit, or less than 0. */
static uint64_t argument(void)
{
    uint64_t r = random();

    switch (r % 6) {
    case 0:
        return (r >> 8) % 8;
    case 1:
        return (uint64_t)&sysctl;
    case 2:
        return 1UL << (r >> 8) % 64;
    case 3:
        return -((r >> 8) % 0x20000);
    case 4:
        return (r >> 8) % 0x110000;
    default:
        return r;
    }
}

static void fill(void)
{
    uint64_t *word = (uint64_t *)&sysctl;

    for (unsigned int i = 0; i < sizeof(sysctl) / 8; i++)
        word[i] = random() & 1 ? argument() : 0;
    if (random() % 8) {
        sysctl.cmd = XEN_SYSCTL_profile;
        sysctl.interface_version = SYSCTL_INTERFACE_VERSION;
        sysctl.u.profile.version = XEN_SYSCTL_PROFILE_VERSION;
        sysctl.u.profile.op = random() % 7;
        sysctl.u.profile.domid = random() % 5;
        if (random() % 4)
            sysctl.u.profile.pad = 0;
        if (random() % 4)
            sysctl.u.profile.flags = random() % 2;
        /* A ring over its own code would end the test. */
        if (sysctl.u.profile.op == XEN_PROFILE_primary_start)
            sysctl.u.profile.u.primary.ring = random() % 4 ? 0x80000
                                                           : argument() | 1;
    }
}

void test_main(unsigned int vcpu)
{
    /* sched_op would end the domain, H_REGISTER_PROC_TBL its translation. RTAS
     * finds no token where these arguments point. */
    static const uint64_t functions[] = {
        XEN_MARK(XEN_SYSCTL),
        XEN_MARK(XEN_SYSCTL),
        H_PERFMON,
        H_CEDE,
        H_SET_MODE,
        H_CONFER,
        H_PROD,
        H_GET_TERM_CHAR,
        H_REGISTER_VPA,
        H_GET_CPU_CHARACTERISTICS,
        H_EOI,
        H_CPPR,
        H_IPI,
        H_IPOLL,
        H_XIRR,
        H_RTAS,
    };
    unsigned int n;

    (void)vcpu;
    on_interrupt(0x500, ignore);
    on_interrupt(0xf00, ignore);
    on_interrupt(0x900, later);
    for (n = 0; n < CALLS; n++) {
        uint64_t r = random(), function = functions[r % 16];

        if (r % 16 == 0)
            function = argument() | 1; /* odd: none of PAPR's */
        fill();
        /* H_CEDE waits until then. */
        mtspr(DEC, 20 * US);
        hcall(function,
              function == XEN_MARK(XEN_SYSCTL) && r & 256 ? (uint64_t)&sysctl
                                                          : argument(),
              argument(), argument(), argument());
    }
    is(n, CALLS, "%u calls", n);
}
