/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that samples of the hypervisor are exact where the CPU notes the
 * instruction that was being executed (SIAR, and SIER that says so): they are
 * not flagged as late, and those of the code in which interrupts are off are
 * there too, which is most of the way out of a guest. A note of an instruction is
 * of one alert, and no other passes for it.
 *
 * How: a counter is set to overflow 1, 2, 3 ... 3,000 instructions later, and
 * the guest makes the hypervisor work. The way out of this guest is executed with
 * translation off, so that samples of it have real addresses.
 *
 * An alert on the hypervisor's last instructions on the way in is the guest's
 * to take: nobody looks any more. SIER tells it that it is not its own.
 *
 * guests: d1,control slice=1000000
 * lab: qemu=fch
 */
#include "sampling.h"

#define MOST 3000

/* SIER has these: SIAR has an address, and it is the hypervisor's. */
#define SIAR_VALID 0x00400000UL
#define SIHV 0x01000000UL

static volatile unsigned int own, wrong;

static void pmi(struct frame *frame)
{
    (void)frame;
    own++;
    wrong += !(mfspr(SIER) & SIAR_VALID) ||
             !(mfspr(SIER) & SIHV) != (mfspr(SIAR) < 0x20000);
    mtspr(MMCR0, FC);
}

static void ignore(struct frame *frame)
{
    (void)frame;
}

/* After a sample of its way out the hypervisor goes on being sampled. */
static void sample_the_rest(void)
{
    struct xen_profile_sample *s = ring()->sample;
    unsigned int first = 0, alone = 0;

    no_primary();
    is(primary(0x40000, 0x80000000U - 1000), 0, "samples of short periods");
    for (unsigned int n = 1; n <= 300; n++) {
        uint32_t before = ring()->prod;

        sample_insns(n);
        flush();
        mtspr(MMCR0, FC);
        if (ring()->prod != before && !(s[before].pc >> 60)) {
            first++;
            alone += ring()->prod == before + 1;
        }
    }
    ok(first >= 10, "%u begin in the way out", first);
    is(alone, 0, "and go on");
}

/* An alert that is raised by a write notes nothing, and is the guest's. */
static void raise_alert(void)
{
    uint32_t before = ring()->prod;

    sample_insns(1000);
    busy(1);
    mtspr(MMCR0, FC);
    ok(ring()->prod != before, "the last alert was the hypervisor's");
    own = 0;
    mtspr(MMCR0, FC | PMAO);
    perfmon(PERFMON_ENABLE, 0);
    interrupts(true);
    spin(10);
    interrupts(false);
    is(own, 1, "one that is raised by a write is the guest's");
}

void test_main(unsigned int vcpu)
{
    struct xen_profile_sample *s = ring()->sample;
    unsigned int late = 0, real = 0, places = 0;

    (void)vcpu;
    on_interrupt(0xf00, pmi);
    on_interrupt(0x500, ignore);
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    is(primary(0x40000, 0x1000), 0, "it is the primary");
    interrupts(true);
    for (unsigned int n = 1; n <= MOST; n++) {
        sample_insns(n);
        busy(1);
    }
    interrupts(false);
    mtspr(MMCR0, FC);

    ok(ring()->prod >= MOST / 2, "%u samples of the hypervisor", ring()->prod);
    ok(own >= 10, "and %u interrupts of its own", own);
    is(ring()->lost, 0, "none lost");
    for (unsigned int i = 0; i < ring()->prod && i < ring()->nr; i++) {
        late += s[i].flags != XEN_PROFILE_SAMPLE_HV;
        real += !(s[i].pc >> 60);
        places += !i || s[i].pc != s[i - 1].pc;
    }
    is(late, 0, "none is late");
    ok(real >= 20, "%u are of the way out of the guest", real);
    ok(places >= 100, "%u times another place", places);
    is(ring()->prod + own, MOST, "each overflow is told once");
    is(wrong, 0, "its own interrupts say whose instruction was found");

    sample_the_rest();
    raise_alert();
}
