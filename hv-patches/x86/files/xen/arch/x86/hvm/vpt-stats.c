/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-stats.c: counts what becomes of the ticks of a vCPU's virtual timers.
 *
 * The counters are kept in the structure in which the domctl hands them out.
 * A reading fills in pending, period, lag and now.  It adds to pending, and to
 * due, the ticks that nobody has looked at yet because the vCPU is waiting for
 * a CPU.
 */

#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/time.h>
#include <xen/xmalloc.h>
#include <asm/hvm/hvm.h>
#include <asm/hvm/vlapic.h>
#include <asm/hvm/vpt-stats.h>
#include <public/domctl.h>

static enum pt_source source_of(const struct periodic_time *pt)
{
    const struct pl_time *pl = pt->vcpu->domain->arch.hvm.pl_time;

    if ( pt == &vcpu_vlapic(pt->vcpu)->pt )
        return PT_lapic;
    if ( pt == &pl->vrtc.pt )
        return PT_rtc;
    if ( pt >= pl->vhpet.pt && pt < pl->vhpet.pt + HPET_TIMER_NUM )
        return PT_hpet0 + (pt - pl->vhpet.pt);
    return PT_pit;
}

static struct xen_vtimer_counts *counts_of(const struct periodic_time *pt)
{
    ASSERT(spin_is_locked(&pt->vcpu->arch.hvm.tm_lock));

    return &pt->vcpu->arch.hvm.vpt_stats->src[source_of(pt)];
}

void vpt_stats_tally(struct periodic_time *pt, const struct vpt_tally *tally)
{
    struct xen_vtimer_counts *counts = counts_of(pt);

    counts->due += tally->due;
    counts->delivered += tally->delivered;
    counts->collapsed += tally->collapsed;
    counts->dropped += tally->dropped;
}

void vpt_stats_fired(struct periodic_time *pt)
{
    const struct vcpu *v = pt->vcpu;

    if ( !v->is_running && vcpu_runnable(v) )
        counts_of(pt)->wakeups++;
}

void vpt_stats_delivering(struct periodic_time *pt, s_time_t now)
{
    const struct vpt_ticks *t = &pt->ticks;
    struct xen_vtimer_counts *counts = counts_of(pt);
    s_time_t late = now - vpt_tick_due(t);
    uint64_t us = late > 0 ? late / 1000 : 0;
    unsigned int bucket = us ? flsl(us) - 1 : 0;

    counts->lateness[min(bucket, XEN_VTIMER_LATENESS - 1U)]++;
    if ( !t->one_shot && late >= (s_time_t)t->period )
        counts->late++;
}

void vpt_stats_descheduled(struct vcpu *v)
{
    v->arch.hvm.vpt_stats->descheduled++;
}

void vpt_stats_switched(struct vcpu *v)
{
    v->arch.hvm.vpt_stats->switches++;
}

/* A timer takes its pending ticks along when it moves between vCPUs. */
void vpt_stats_moved(struct vcpu *v, struct periodic_time *pt, bool here)
{
    uint64_t *due;

    ASSERT(spin_is_locked(&v->arch.hvm.tm_lock));

    due = &v->arch.hvm.vpt_stats->src[source_of(pt)].due;

    if ( here )
        *due += pt->ticks.pending_intr_nr;
    else
        *due -= pt->ticks.pending_intr_nr;
}

/* Takes the locks that looking at a vCPU's timers from outside needs. */
static void lock_timers(struct vcpu *v)
{
    read_lock(&v->domain->arch.hvm.pl_time->pt_migrate);
    spin_lock(&v->arch.hvm.tm_lock);
}

static void unlock_timers(struct vcpu *v)
{
    spin_unlock(&v->arch.hvm.tm_lock);
    read_unlock(&v->domain->arch.hvm.pl_time->pt_migrate);
}

/* Puts stats (NULL: v does not count) in place; returns what was there. */
static struct xen_vtimer_stats *replace(struct vcpu *v,
                                        struct xen_vtimer_stats *stats)
{
    struct xen_vtimer_stats *old;
    struct periodic_time *pt;
    enum pt_source source;

    lock_timers(v);

    for ( source = 0; stats && source < PT_nr_sources; source++ )
        if ( (pt = pt_by_source(v, source)) != NULL )
            stats->src[source].due = pt->ticks.pending_intr_nr;

    old = v->arch.hvm.vpt_stats;
    v->arch.hvm.vpt_stats = stats;

    unlock_timers(v);

    return old;
}

void vpt_stats_stop(struct domain *d)
{
    struct vcpu *v;

    for_each_vcpu ( d, v )
        xfree(replace(v, NULL));
}

int vpt_stats_start(struct domain *d)
{
    struct vcpu *v;

    for_each_vcpu ( d, v )
    {
        struct xen_vtimer_stats *stats = xzalloc(struct xen_vtimer_stats);

        if ( !stats )
        {
            vpt_stats_stop(d);
            return -ENOMEM;
        }
        stats->since = NOW();
        xfree(replace(v, stats));
    }

    return 0;
}

static void read_counts(const struct periodic_time *pt,
                        struct xen_vtimer_counts *counts, s_time_t now)
{
    uint64_t unseen;

    if ( !pt )
        return;

    unseen = vpt_ticks_unseen(&pt->ticks, now);
    counts->due += unseen;
    counts->pending = pt->ticks.pending_intr_nr + unseen;
    counts->period = pt->ticks.period;
}

int vpt_stats_read(struct vcpu *v, struct xen_vtimer_stats *stats)
{
    enum pt_source source;
    int rc = -ENODATA;

    BUILD_BUG_ON((unsigned int)PT_pit != XEN_VTIMER_SRC_pit);
    BUILD_BUG_ON((unsigned int)PT_rtc != XEN_VTIMER_SRC_rtc);
    BUILD_BUG_ON((unsigned int)PT_lapic != XEN_VTIMER_SRC_lapic);
    BUILD_BUG_ON((unsigned int)PT_hpet0 != XEN_VTIMER_SRC_hpet0);
    BUILD_BUG_ON((unsigned int)PT_hpet2 != XEN_VTIMER_SRC_hpet2);
    BUILD_BUG_ON((unsigned int)PT_nr_sources != XEN_VTIMER_NR_SRC);

    lock_timers(v);

    if ( vpt_counting(v) )
    {
        *stats = *v->arch.hvm.vpt_stats;
        stats->now = NOW();
        stats->lag = pt_lag(v->domain);
        for ( source = 0; source < PT_nr_sources; source++ )
            read_counts(pt_by_source(v, source), &stats->src[source],
                        stats->now);
        rc = 0;
    }

    unlock_timers(v);

    return rc;
}
