/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Takes samples of Xen itself, by its own performance monitor interrupt, and
 * of passive domains, by looking at their counters when they exit to Xen.
 *
 * A guest's interrupts are its own, at its own 0xf00, and nothing can send
 * them to Xen instead.  Hence a passive domain counts with alerts off, and its
 * samples are taken at its first exit after the overflow (SKID).  In Xen, on
 * its behalf or on the primary's, alerts are on, and the CPU notes which
 * instruction was being executed then (SIAR and SIER).  Where it does not, the
 * sample is where Xen next had interrupts on, and has SKID as well.
 */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/sched.h>

#include <asm/guest.h>
#include <asm/msr.h>
#include <asm/pmu.h>
#include <asm/pmu-sample.h>
#include <asm/regs.h>
#include <asm/time.h>

#define NR_PMCS 6               /* of POWER9 */

/* Xen puts these into the primary's counters after a sample. */
static uint32_t primary_reload[XEN_PROFILE_COUNTERS];

static uint32_t read_pmc(unsigned int i)
{
    switch ( i )
    {
#define PMC(n) case n: return mfspr(SPRN_PMC1 + n);
    PMC(0) PMC(1) PMC(2) PMC(3) PMC(4) PMC(5)
#undef PMC
    }
    return 0;
}

static void write_pmc(unsigned int i, uint32_t value)
{
    switch ( i )
    {
#define PMC(n) case n: mtspr(SPRN_PMC1 + n, value); break;
    PMC(0) PMC(1) PMC(2) PMC(3) PMC(4) PMC(5)
#undef PMC
    }
}

/* PMC1-4 count what their byte of MMCR1 says, PMC5 and 6 always the same. */
static uint64_t event_of(unsigned int i)
{
    return i < 4 ? (mfspr(SPRN_MMCR1) >> (8 * (3 - i))) & 0xff : 0;
}

/*
 * Takes a sample for each counter that is negative and whose condition mmcr0
 * enables, and starts it again.  The counters are frozen.
 */
static void take_samples(struct vcpu *v, uint64_t mmcr0, uint64_t pc,
                         unsigned int flags, const uint32_t *reload)
{
    for ( unsigned int i = 0; i < NR_PMCS; i++ )
    {
        const struct xen_profile_sample s = {
            .pc = pc,
            .time = get_cycles(),
            .event = event_of(i),
            .domid = v->domain->domain_id,
            .vcpu = v->vcpu_id,
            .counter = i,
            .flags = flags,
        };

        if ( !(read_pmc(i) & PMC_NEGATIVE) ||
             !(mmcr0 & (i ? MMCR0_PMCNCE : MMCR0_PMC1CE)) )
            continue;

        profile_sample(&s);
        write_pmc(i, reload[i]);
    }
}

static const uint32_t *reload_of(struct vcpu *v)
{
    return v->domain->profile_passive ? v->arch.guest.pmu.reload
                                      : primary_reload;
}

/* The CPU says whose instruction the present alert has found. */
enum found { FOUND_UNKNOWN, FOUND_GUEST, FOUND_XEN };

static enum found alert_found(void)
{
    uint64_t sier = mfspr(SPRN_SIER);

    if ( !(sier & SIER_SIAR_VALID) )
        return FOUND_UNKNOWN;

    return sier & SIER_SIHV ? FOUND_XEN : FOUND_GUEST;
}

/*
 * The CPU notes an instruction at each alert.  What it noted at one before, or
 * what a guest has written there, must not pass for it: an alert can also be
 * raised by a write to MMCR0, which notes nothing.  Nor is it for a guest.
 */
static void forget_found(void)
{
    mtspr(SPRN_SIER, 0);
    mtspr(SPRN_SIAR, 0);
    mtspr(SPRN_SDAR, 0);
}

/*
 * Takes the samples of an alert that came in Xen; pc is where Xen was
 * interrupted.  Returns what MMCR0 is to be: the alert has turned itself off
 * (PMAE), and has frozen the counters if FCECE asked for that, and both become
 * as they were.
 */
static uint64_t sample_xen(struct vcpu *v, uint64_t mmcr0, uint64_t pc)
{
    unsigned int flags = XEN_PROFILE_SAMPLE_HV | XEN_PROFILE_SAMPLE_SKID;

    mtspr(SPRN_MMCR0, MMCR0_FC | MMCR0_FCH);    /* no alert any more */
    isync();
    if ( alert_found() == FOUND_XEN )
    {
        pc = mfspr(SPRN_SIAR);
        flags = XEN_PROFILE_SAMPLE_HV;
    }
    take_samples(v, mmcr0, pc, flags, reload_of(v));
    forget_found();

    return (mmcr0 & ~(MMCR0_PMAO | MMCR0_FC)) | MMCR0_PMAE;
}

/*
 * entry.S calls this on a stack of its own.  The monitor has the registers of
 * the current vCPU.
 */
void pmu_xen_interrupt(struct cpu_user_regs *regs)
{
    struct vcpu *v = current;
    uint64_t mmcr0 = mfspr(SPRN_MMCR0);
    bool ended = !(v->arch.guest.pmu.xen & PMU_XEN_SAMPLES);

    if ( ended || alert_found() == FOUND_GUEST )
    {
        /*
         * Sampling of Xen has ended since the window was opened, or what
         * overflowed in the guest has reached the CPU's core only now.  The
         * alert is the guest's own: it is held for the guest (PMAO), and Xen
         * is not interrupted again before the guest runs.
         */
        if ( ended )
            mtspr(SPRN_MMCR0, mmcr0 | MMCR0_FCH);
        regs->msr &= ~MSR_EE;
        return;
    }

    mtspr(SPRN_MMCR0, sample_xen(v, mmcr0, regs->pc));
}

/* ---- around Xen ---- */

/* The guest's decrementer is in dec_expires while the window is open. */
static void window_open(struct vcpu *v)
{
    struct guest_vcpu *g = &v->arch.guest;

    /* POWER9's PMC5 and PMC6 count only while the run latch is set. */
    g->ctrl = mfspr(SPRN_CTRLF) & CTRL_RUN;
    mtspr(SPRN_CTRLT, CTRL_RUN);
    g->dec_expires = get_cycles() + (int32_t)mfspr(SPRN_DEC);
    mtspr(SPRN_DEC, INT32_MAX);
    g->pmu.xen |= PMU_XEN_WINDOW;
    local_irq_enable();
}

static void window_close(struct vcpu *v)
{
    local_irq_disable();
    v->arch.guest.pmu.xen &= ~PMU_XEN_WINDOW;
    mtspr(SPRN_CTRLT, v->arch.guest.ctrl);
    mtspr(SPRN_DEC, guest_dec(&v->arch.guest));
}

/*
 * Stops the counters of a passive domain, which has run, and returns what MMCR0
 * is to be again. On a CPU that does not keep the domain from the registers it
 * may have written to them: events are those that were asked for, whatever it
 * wrote.
 */
static uint64_t passive_stop(const struct guest_pmu *p)
{
    mtspr(SPRN_MMCR0, MMCR0_FC);
    isync();
    if ( unlikely(pmu_cpu.exposed) )
    {
        forget_found();
        mtspr(SPRN_MMCR1, p->start_ctx.wide[0]);
        mtspr(SPRN_MMCR2, p->start_ctx.wide[1]);
        mtspr(SPRN_MMCRA, p->start_ctx.wide[PMU_MMCRA]);
    }

    return p->start_ctx.narrow[0];
}

void pmu_exited(struct vcpu *v)
{
    struct guest_vcpu *g = &v->arch.guest;
    uint64_t mmcr0;

    if ( !g->pmu.lazy.covered )
        return;

    if ( v->domain->profile_passive )
    {
        mmcr0 = passive_stop(&g->pmu);
        take_samples(v, mmcr0, g->regs.pc, XEN_PROFILE_SAMPLE_SKID,
                     reload_of(v));
        mtspr(SPRN_MMCR0, mmcr0 | MMCR0_PMAE);
    }
    else if ( (mmcr0 = mfspr(SPRN_MMCR0)) & MMCR0_PMAO )
    {
        /*
         * Unless it is known to have come in Xen's way out of the guest, the
         * alert is the guest's own, which gets it when it runs on.
         */
        if ( !(g->pmu.xen & PMU_XEN_SAMPLES) || alert_found() != FOUND_XEN )
            return;
        mmcr0 = sample_xen(v, mmcr0, 0);
        mtspr(SPRN_MMCR0, mmcr0);
    }

    /* Alerts of these two kinds might come without end. */
    if ( !(mmcr0 & (MMCR0_TBEE | MMCR0_EBE)) )
        window_open(v);
}

/* An alert that came after the window was closed is one of Xen's, or held. */
static uint64_t sample_late_alert(struct vcpu *v, uint64_t mmcr0)
{
    bool passive = v->domain->profile_passive;

    if ( !(mmcr0 & MMCR0_PMAO) || !(v->arch.guest.pmu.xen & PMU_XEN_SAMPLES) )
        return mmcr0;

    /* A passive domain's counters have raised none while it ran. */
    return passive || alert_found() == FOUND_XEN
           ? sample_xen(v, mmcr0, (unsigned long)pmu_entering) : mmcr0;
}

void pmu_entering(struct vcpu *v)
{
    struct guest_pmu *p = &v->arch.guest.pmu;
    uint64_t was, mmcr0;

    if ( p->xen & PMU_XEN_WINDOW )
        window_close(v);
    if ( !p->lazy.covered )
        return;

    was = mfspr(SPRN_MMCR0);
    mmcr0 = sample_late_alert(v, was);
    /* No alert of a passive domain may come while it runs. */
    if ( v->domain->profile_passive )
        mmcr0 &= ~MMCR0_PMAE;
    if ( mmcr0 != was )
        mtspr(SPRN_MMCR0, mmcr0);
}

/* ---- the primary and passive domains: profile_lock held ---- */

static void let_sample_xen(struct domain *d, bool let)
{
    struct vcpu *v;

    for_each_vcpu ( d, v )
    {
        struct guest_pmu *p = &v->arch.guest.pmu;

        p->xen = (p->xen & PMU_XEN_WINDOW) | (let ? PMU_XEN_SAMPLES : 0);
        pmu_changed(v);
    }
}

static bool reload_is_sane(const uint32_t *reload)
{
    for ( unsigned int i = 0; i < XEN_PROFILE_COUNTERS; i++ )
        if ( reload[i] > PMC_NEGATIVE - PMC_MIN_PERIOD ||
             (i >= NR_PMCS && reload[i]) )
            return false;

    return true;
}

int arch_profile_primary(struct domain *d,
                         const struct xen_profile_primary *primary,
                         void **ring)
{
    if ( primary->ring & (PAGE_SIZE - 1) || !reload_is_sane(primary->reload) )
        return -EINVAL;
    *ring = guest_real(d, primary->ring, primary->size);
    if ( !*ring )
        return -EINVAL;

    memcpy(primary_reload, primary->reload, sizeof(primary_reload));
    let_sample_xen(d, true);

    return 0;
}

void arch_profile_not_primary(struct domain *d)
{
    let_sample_xen(d, false);
}

void arch_profile_notify(struct domain *d)
{
    d->vcpu[0]->arch.guest.external |= GUEST_EXT_NOTIFY;
}

/*
 * The alert is Xen's to turn on and off, and the counters go on counting when
 * one of them is negative.  All else is what the control domain asked for.
 */
static uint64_t passive_mmcr0(uint64_t asked)
{
    return (uint32_t)asked & ~(MMCR0_FC | MMCR0_PMAE | MMCR0_PMAO |
                               MMCR0_FCECE | MMCR0_TRIGGER | MMCR0_TBEE |
                               MMCR0_EBE);
}

int arch_profile_passive(struct domain *d,
                         const struct xen_profile_events *events)
{
    struct vcpu *v;

    if ( !reload_is_sane(events->reload) )
        return -EINVAL;

    for_each_vcpu ( d, v )
    {
        struct guest_pmu *p = &v->arch.guest.pmu;

        memcpy(p->reload, events->reload, sizeof(p->reload));
        memset(&p->start_ctx, 0, sizeof(p->start_ctx));
        p->start_ctx.narrow[0] = passive_mmcr0(events->control[0]);
        for ( unsigned int i = 0; i < 3; i++ )
            p->start_ctx.wide[i] = events->control[i + 1];
        for ( unsigned int i = 0; i < NR_PMCS; i++ )
            p->start_ctx.narrow[i + 1] = events->reload[i];
        p->start = &p->start_ctx;
    }
    let_sample_xen(d, true);

    return 0;
}

/* d's sessions may go on, with nothing of what was counted for it. */
void arch_profile_not_passive(struct domain *d)
{
    struct vcpu *v;

    for_each_vcpu ( d, v )
    {
        struct guest_pmu *p = &v->arch.guest.pmu;

        p->start = NULL;
        if ( p->lazy.covered )
            p->lazy.ctx = pmu_cpu.initial;
    }
    let_sample_xen(d, false);
}
