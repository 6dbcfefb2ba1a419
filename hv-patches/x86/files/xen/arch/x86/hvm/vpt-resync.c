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
 * tm_lock is held.  Ticks stay in step with guest time, or else timer_mode 0
 * would take the next ones for late and hold them against the lag.
 */
static void move_time(struct vcpu *v, int64_t step)
{
    struct periodic_time *pt;

    v->arch.hvm.stime_offset += step;
    if ( v == current )
        update_vcpu_system_time(v);

    list_for_each_entry ( pt, &v->arch.hvm.tm_list, list )
        pt->ticks.last_plt_gtime += step;
}

void vpt_slew(struct vcpu *v)
{
    int64_t step = vpt_slew_step(v->arch.hvm.stime_offset,
                                 v->arch.hvm.slew.target,
                                 &v->arch.hvm.slew.last, NOW(),
                                 v->arch.hvm.slew.ppm);

    if ( step )
        move_time(v, step);
    if ( v->arch.hvm.stime_offset >= v->arch.hvm.slew.target )
        v->arch.hvm.slew.ppm = 0;
}

static void step_vcpu(struct vcpu *v, int64_t target)
{
    v->arch.hvm.slew.ppm = 0;

    /* What the vCPU has been frozen for is part of the lag. */
    pt_thaw_time(v);
    move_time(v, target - v->arch.hvm.stime_offset);
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
