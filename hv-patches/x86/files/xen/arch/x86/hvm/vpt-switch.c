/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-switch.c: changes the timer_mode of a live HVM domain.
 *
 * The mode is looked at wherever a virtual timer or guest time is touched.  So
 * that each such place sees one mode or the other, it changes with
 *   - the domain paused: no vCPU is in pt_save_timer(), pt_restore_timer(),
 *     pt_update_irq() or pt_intr_post();
 *   - pt_migrate held for writing: no pt_timer_fn(), create_periodic_time()
 *     or destroy_periodic_time() on another CPU.
 */

#include <xen/domain.h>
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/sched.h>
#include <xen/time.h>
#include <asm/hvm/hvm.h>
#include <asm/hvm/vpt-stats.h>
#include <public/hvm/params.h>

/* Hands the ticks of one timer over to the new mode. */
static void switch_timer(struct periodic_time *pt, unsigned int from,
                         unsigned int to)
{
    struct vpt_tally tally = {};

    ASSERT(rw_is_write_locked_by_me(
               &pt->vcpu->domain->arch.hvm.pl_time->pt_migrate));
    ASSERT(spin_is_locked(&pt->vcpu->arch.hvm.tm_lock));

    vpt_mode_switched(from, to, &pt->ticks, NOW(), &tally);
    pt_count(pt, &tally);
}

static void switch_vcpu(struct vcpu *v, unsigned int from, unsigned int to)
{
    struct periodic_time *pt;
    enum pt_source source;

    spin_lock(&v->arch.hvm.tm_lock);

    if ( vpt_counting(v) )
        vpt_stats_switched(v);

    for ( source = 0; source < PT_nr_sources; source++ )
        if ( (pt = pt_by_source(v, source)) != NULL )
            switch_timer(pt, from, to);

    pt_switch_time(v, to);

    spin_unlock(&v->arch.hvm.tm_lock);
}

/* Makes the timers and guest time of v, which does not run, fit the mode. */
static void settle_vcpu(struct vcpu *v)
{
    spin_lock(&v->arch.hvm.tm_lock);
    pt_vcpu_waits(v);
    spin_unlock(&v->arch.hvm.tm_lock);
}

int pt_set_timer_mode(struct domain *d, uint64_t mode)
{
    struct pl_time *pl = d->arch.hvm.pl_time;
    uint64_t *param = &d->arch.hvm.params[HVM_PARAM_TIMER_MODE];
    struct vcpu *v;

    ASSERT(d != current->domain);

    /* A device model may set this as well, and is not to wait for a lock. */
    if ( mode == read_atomic(param) )
        return 0;

    /* Two domains that pause each other would wait for ever. */
    if ( !domctl_lock_acquire() )
        return -ERESTART;

    /* The domctl lock is what keeps vtsc as it is. */
    if ( !pt_mode_is_possible(d, mode) )
    {
        domctl_lock_release();
        return -EOPNOTSUPP;
    }

    domain_pause(d);
    write_lock(&pl->pt_migrate);

    for_each_vcpu ( d, v )
        switch_vcpu(v, *param, mode);
    *param = mode;
    for_each_vcpu ( d, v )
        settle_vcpu(v);

    write_unlock(&pl->pt_migrate);

    /* Only a default TSC can be here; with this mode it becomes emulated. */
    if ( !pt_mode_fits(d, mode, d->arch.vtsc) )
        tsc_set_info(d, d->arch.tsc_mode, get_s_time() - d->arch.vtsc_offset,
                     d->arch.tsc_khz, d->arch.incarnation - 1);

    domain_unpause(d);

    domctl_lock_release();

    return 0;
}
