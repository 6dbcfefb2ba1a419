/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-resync.c: bringing a domain's guest time back to real time.
 *
 * Guest time only ever moves forwards.  The aim of all vCPUs is the same:
 * real time, or the vCPU that is ahead of it, if there is one.
 */

#include <xen/errno.h>
#include <xen/time.h>
#include <asm/hvm/hvm.h>
#include <asm/hvm/vpt-resync.h>
#include <asm/hvm/vpt-stats.h>
#include <public/domctl.h>

/*
 * The ticks stay in step with guest time, or else timer_mode 0 would take the
 * next ones for late and hold them against the lag.  But what ticks that are
 * due will bring back by themselves is not moved a second time.
 */
void vpt_slew(struct vcpu *v)
{
    const int64_t target = v->arch.hvm.slew.target;
    const uint64_t aim = hvm_get_guest_time(v) - v->arch.hvm.stime_offset +
                         target;
    const s_time_t now = NOW();
    const int64_t step = vpt_slew_step(v->arch.hvm.stime_offset, target,
                                       &v->arch.hvm.slew.last, now,
                                       v->arch.hvm.slew.ppm);
    struct periodic_time *pt;

    if ( step )
    {
        pt_move_time(v, step);
        list_for_each_entry ( pt, &v->arch.hvm.tm_list, list )
            vpt_advance(&pt->ticks, step, now, aim);
    }
    if ( v->arch.hvm.stime_offset >= target )
        v->arch.hvm.slew.ppm = 0;
}

/* pt_migrate and tm_lock are held.  A vCPU that was frozen stays so. */
static void step_vcpu(struct vcpu *v, int64_t target)
{
    const bool frozen = v->arch.hvm.guest_time;
    struct periodic_time *pt;
    enum pt_source source;
    uint64_t gtime;

    v->arch.hvm.slew.ppm = 0;

    /* What the vCPU has been frozen for is part of the lag. */
    pt_thaw_time(v);
    pt_move_time(v, target - v->arch.hvm.stime_offset);

    gtime = hvm_get_guest_time(v);
    for ( source = 0; source < PT_nr_sources; source++ )
        if ( (pt = pt_by_source(v, source)) != NULL )
            vpt_rebase(&pt->ticks, NOW(), gtime);

    if ( frozen )
        v->arch.hvm.guest_time = gtime;
}

static void slew_vcpu(struct vcpu *v, int64_t target, uint32_t ppm)
{
    v->arch.hvm.slew.target = target;
    v->arch.hvm.slew.last = NOW();
    v->arch.hvm.slew.ppm = ppm;
}

int pt_resync(struct domain *d, struct xen_vtimer_resync *resync)
{
    const bool slew = resync->method == XEN_VTIMER_RESYNC_slew;
    int64_t target = 0, most = 0;
    unsigned int vcpus = 0;
    struct vcpu *v;

    if ( resync->method > XEN_VTIMER_RESYNC_cancel ||
         (slew ? !resync->ppm || resync->ppm > XEN_VTIMER_SLEW_MAX
               : resync->ppm) ||
         d == current->domain )
        return -EINVAL;

    domain_pause(d);
    read_lock(&d->arch.hvm.pl_time->pt_migrate);

    for_each_vcpu ( d, v )
    {
        int64_t lag;

        spin_lock(&v->arch.hvm.tm_lock);
        lag = pt_lag(v);
        spin_unlock(&v->arch.hvm.tm_lock);

        most = vcpus++ ? max(most, lag) : lag;
        target = max(target, -lag);
    }

    for_each_vcpu ( d, v )
    {
        spin_lock(&v->arch.hvm.tm_lock);
        if ( resync->method == XEN_VTIMER_RESYNC_step )
            step_vcpu(v, target);
        else
            slew_vcpu(v, target, resync->ppm);
        spin_unlock(&v->arch.hvm.tm_lock);
    }

    read_unlock(&d->arch.hvm.pl_time->pt_migrate);
    domain_unpause(d);

    resync->lag = most;

    return 0;
}

void pt_status(struct domain *d, struct xen_vtimer_status *status)
{
    struct vcpu *v;

    *status = (struct xen_vtimer_status){
        .sync_wakeup_after =
            read_atomic(&d->arch.hvm.pl_time->sync_wakeup_after),
    };

    for_each_vcpu ( d, v )
    {
        int64_t lag;

        spin_lock(&v->arch.hvm.tm_lock);
        lag = pt_lag(v);
        if ( vpt_counting(v) )
            status->flags |= XEN_VTIMER_counting;
        if ( v->arch.hvm.slew.ppm )
        {
            status->flags |= XEN_VTIMER_slewing;
            status->slew_ppm = v->arch.hvm.slew.ppm;
        }
        spin_unlock(&v->arch.hvm.tm_lock);

        status->lag_min = status->nr_vcpus ? min(status->lag_min, lag) : lag;
        status->lag_max = status->nr_vcpus ? max(status->lag_max, lag) : lag;
        status->nr_vcpus++;
    }
}
