/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpt-resync.c: tells how far guest time is behind real time, and ends that.
 *
 * The contract of every function is in the header.
 */

#include <xen/errno.h>
#include <asm/hvm/hvm.h>
#include <asm/hvm/vpt-resync.h>
#include <asm/hvm/vpt-stats.h>
#include <public/domctl.h>
#include <public/hvm/params.h>

int pt_resync(struct domain *d, struct xen_vtimer_resync *resync)
{
    struct vcpu *v;

    if ( d == current->domain )
        return -EINVAL;

    domain_pause(d);
    read_lock(&d->arch.hvm.pl_time->pt_migrate);

    resync->lag = pt_lag(d);

    for_each_vcpu ( d, v )
    {
        spin_lock(&v->arch.hvm.tm_lock);
        pt_resync_time(v);
        spin_unlock(&v->arch.hvm.tm_lock);
    }

    read_unlock(&d->arch.hvm.pl_time->pt_migrate);
    domain_unpause(d);

    return 0;
}

/* The modes that HVM_PARAM_TIMER_MODE can have for d, as a bit mask. */
static uint32_t modes_of(const struct domain *d)
{
    unsigned int mode;
    uint32_t modes = 0;

    for ( mode = 0; mode <= HVMPTM_no_doubled_ticks_pending; mode++ )
        if ( pt_mode_fits(d, mode, d->arch.vtsc) )
            modes |= 1U << mode;

    return modes;
}

void pt_status(struct domain *d, struct xen_vtimer_status *status)
{
    const struct pl_time *pl = d->arch.hvm.pl_time;
    struct vcpu *v;

    *status = (struct xen_vtimer_status){
        .sync_wakeup_after = read_atomic(&pl->sync_wakeup_after),
        .timekeeper = read_atomic(&pl->timekeeper),
        .lag = pt_lag(d),
        .modes = modes_of(d),
    };

    if ( !d->arch.vtsc )
        status->flags |= XEN_VTIMER_native_tsc;

    for_each_vcpu ( d, v )
    {
        status->nr_vcpus++;
        spin_lock(&v->arch.hvm.tm_lock);
        if ( vpt_counting(v) )
            status->flags |= XEN_VTIMER_counting;
        spin_unlock(&v->arch.hvm.tm_lock);
    }
}
