/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-switch.c: changing the timer_mode of a live HVM domain.
 *
 * The mode is looked at wherever a virtual timer or a vCPU's guest time is
 * touched.  So that all of them see one mode or the other, it changes with
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

/*
 * tm_lock is held.  One timer's part in a change of mode; see
 * vpt_mode_switched() for the ticks.  The timer of a descheduled vCPU is set
 * again by pt_restore_timer(), that of a blocked one has to wake it.
 */
static void switch_timer(struct periodic_time *pt, unsigned int from,
                         unsigned int to, bool blocked, uint64_t gtime)
{
    struct vpt_ticks *t = &pt->ticks;
    struct vpt_tally tally = {};

    if ( t->one_shot )
        return;

    stop_timer(&pt->timer);
    vpt_mode_switched(from, to, t, NOW(), gtime, &tally);
    pt_count(pt, &tally);

    if ( !blocked )
        return;
    if ( t->pending_intr_nr )
        vcpu_kick(pt->vcpu);
    else
        set_timer(&pt->timer, t->scheduled);
}

/*
 * The vCPU ends up as if it had been descheduled in the new mode now, and
 * its guest time goes on from what the guest could last see of it.  The lag
 * behind real time that a frozen time has left behind is kept.
 */
static void switch_vcpu(struct vcpu *v, unsigned int from, unsigned int to)
{
    struct periodic_time *pt;
    enum pt_source source;
    uint64_t gtime;
    bool blocked;

    spin_lock(&v->arch.hvm.tm_lock);

    /* It may be cleared at any time, but is not set while v is paused. */
    blocked = v->pause_flags & VPF_blocked;

    if ( vpt_counting(v) )
        vpt_stats_switched(v);

    pt_thaw_time(v);
    gtime = hvm_get_guest_time(v);

    for ( source = 0; source < PT_nr_sources; source++ )
        if ( (pt = pt_by_source(v, source)) != NULL )
            switch_timer(pt, from, to, blocked, gtime);

    if ( vpt_freezes_time(to) && !blocked && v->domain->creation_finished &&
         !list_empty(&v->arch.hvm.tm_list) )
        v->arch.hvm.guest_time = gtime;

    spin_unlock(&v->arch.hvm.tm_lock);
}

int pt_set_timer_mode(struct domain *d, uint64_t mode)
{
    struct pl_time *pl = d->arch.hvm.pl_time;
    uint64_t *param = &d->arch.hvm.params[HVM_PARAM_TIMER_MODE];
    struct vcpu *v;

    ASSERT(d != current->domain);

    /* Two domains that pause each other would wait for ever. */
    if ( !domctl_lock_acquire() )
        return -ERESTART;

    if ( mode != *param )
    {
        domain_pause(d);
        write_lock(&pl->pt_migrate);

        for_each_vcpu ( d, v )
            switch_vcpu(v, *param, mode);
        *param = mode;

        write_unlock(&pl->pt_migrate);
        domain_unpause(d);
    }

    domctl_lock_release();

    return 0;
}
