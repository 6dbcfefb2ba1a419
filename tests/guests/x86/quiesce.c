/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pauses a domain at a moment when Xen's count of delivered interrupts and the
 * guest's own have to be the same.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <stdio.h>

#include <xen/hvm/save.h>

#include "commands.h"

#define TRIES 2000
#define TIMER_VECTOR 0x30 /* x86.h; one for each timer_id */
#define LAPIC_ISR 0x100
#define EFLAGS_IF (1u << 9)

/*
 * Is nothing on its way?  Then no timer's vector is in service, as it is from
 * the injection on; no handler runs, which also publishes what it counted; and
 * no injection has to be repeated.
 */
static bool vcpu_is_quiet(uint32_t domid, unsigned int vcpu)
{
    HVM_SAVE_TYPE(LAPIC_REGS) lapic;
    HVM_SAVE_TYPE(CPU) cpu;
    unsigned int i;

    if (xc_domain_hvm_getcontext_partial(xch, domid, HVM_SAVE_CODE(LAPIC_REGS),
                                         (uint16_t)vcpu, &lapic,
                                         sizeof(lapic)) ||
        xc_domain_hvm_getcontext_partial(xch, domid, HVM_SAVE_CODE(CPU),
                                         (uint16_t)vcpu, &cpu, sizeof(cpu)))
        fail(errno, "cannot read vCPU %u of domain %u", vcpu, domid);

    for (i = 0; i < NR_TIMERS; i++) {
        unsigned int vector = TIMER_VECTOR + i;

        if (lapic.data[LAPIC_ISR + vector / 32 * 16 + vector % 32 / 8] &
            (1u << vector % 8))
            return false;
    }

    return (cpu.rflags & EFLAGS_IF) && !cpu.pending_event;
}

int cmd_quiesce(int argc, char **argv)
{
    unsigned int i, try;
    struct vcpus vcpus;
    uint32_t domid;

    if (argc != 2)
        return usage_error();

    domid = domid_of(argv[1]);
    vcpus_map(&vcpus, domid, page_map(domid));

    for (try = 1; try <= TRIES; try++) {
        if (xc_domain_pause(xch, domid))
            fail(errno, "cannot pause domain %u", domid);

        for (i = 0; i < vcpus.n && vcpu_is_quiet(domid, i); i++)
            ;
        if (i == vcpus.n) {
            printf("tries=%u\n", try);
            return 0;
        }

        if (xc_domain_unpause(xch, domid))
            fail(errno, "cannot unpause domain %u", domid);
        sleep_ms(1);
    }

    fail(0, "domain %u always handles an interrupt", domid);
}
