/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that the primary gets samples of the hypervisor itself: when its
 * counters, with FCH clear, overflow there, the ring has the hypervisor's
 * address, whose vCPU it was, the event and the time, and the primary is
 * notified; that guests' own samples are not among them, and that without a
 * primary there are none.
 *
 * How: the guest makes hypercalls that take the hypervisor a while; alerts of
 * its own come as well, and it takes them itself.
 *
 * guests: d1,control slice=1000000
 * lab: qemu=10,fch
 */
#include "sampling.h"

#define PERIOD 3000

static volatile unsigned int own, notified;

static void pmi(struct frame *frame)
{
    (void)frame;
    own++;
    mtspr(PMC5, 0x80000000UL - PERIOD);
    mtspr(MMCR0, PMAE | PMCNCE);
}

static void external(struct frame *frame)
{
    (void)frame;
    notified++;
}

void test_main(unsigned int vcpu)
{
    struct xen_profile_sample *s = ring()->sample;
    unsigned int wrong = 0, back = 0;

    (void)vcpu;
    on_interrupt(0xf00, pmi);
    on_interrupt(0x500, external);
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    is(primary(0x10000, 0x80000000), -EINVAL,
       "a counter that would start negative");
    is(primary(0x40000, 0x80000000U - PERIOD), 0, "it is the primary");
    is(ring()->nr, 4096, "samples that fit in 256 KiB");

    sample_insns(PERIOD);
    interrupts(true);
    busy(1000);
    interrupts(false);
    mtspr(MMCR0, FC);
    ok(ring()->prod >= 50, "%u samples of the hypervisor", ring()->prod);
    ok(own >= 20, "and %u interrupts of its own", own);
    ok(notified >= 1, "notified");
    is(ring()->lost, 0, "none lost");

    for (unsigned int i = 0; i < ring()->prod && i < ring()->nr; i++) {
        /* On the way out of a guest its addresses are real. */
        wrong += (s[i].pc >> 60 && s[i].pc >> 60 != 0xc) ||
                 s[i].domid != domid || s[i].vcpu || s[i].counter != 4 ||
                 s[i].event || !(s[i].flags & XEN_PROFILE_SAMPLE_HV);
        back += i && s[i].time <= s[i - 1].time;
    }
    is(wrong, 0, "each the hypervisor's, on behalf of this vCPU");
    is(back, 0, "in order of time");
    is(profile_status(1).samples, ring()->prod, "as many as its status says");
    is(profile_status(1).primary, domid, "and who is the primary");

    is(no_primary(), 0, "no longer");
    is(ring()->prod >= 50, 1, "what there is stays");
    back = ring()->prod;
    sample_insns(PERIOD);
    busy(200);
    mtspr(MMCR0, FC | FCH);
    is(ring()->prod, back, "nothing is added");
}
