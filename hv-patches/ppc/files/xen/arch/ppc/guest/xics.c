/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The presentation of external interrupts to a guest's vCPUs (LoPAPR 1.1,
 * Logical Partitioning, Virtual Interrupt Controller: XICS).  There is one
 * source, the interrupt that a vCPU sends to another or to itself.
 *
 * Each vCPU has a current priority (CPPR) and the priority of what was sent to
 * it (MFRR); less is more urgent.  While MFRR is less than CPPR the interrupt
 * is there, as a level: Xen delivers it at an entry with EE on, and LPCR[MER]
 * has the CPU deliver it when the guest turns EE on.
 */
#include <xen/lib.h>
#include <xen/sched.h>

#include <asm/guest.h>
#include <asm/papr.h>
#include <asm/regs.h>
#include <asm/time.h>

#define XICS_IPI     2                  /* the number of the only source */
#define NOTHING      0xff               /* the least urgent priority */

void xics_init(struct guest_vcpu *g)
{
    g->cppr = 0;
    g->mfrr = NOTHING;
}

static void update(struct guest_vcpu *g)
{
    if ( g->mfrr < g->cppr )
    {
        g->external |= GUEST_EXT_IPI;
        g->lpcr |= LPCR_MER;
    }
    else
    {
        g->external &= ~GUEST_EXT_IPI;
        g->lpcr &= ~LPCR_MER;
    }
}

static uint32_t xirr(const struct guest_vcpu *g)
{
    return ((uint32_t)g->cppr << 24) | (g->mfrr < g->cppr ? XICS_IPI : 0);
}

/* Takes the interrupt that is there, and what else is not more urgent. */
bool h_xirr(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    struct guest_vcpu *g = &v->arch.guest;

    g->regs.gprs[4] = xirr(g);
    g->regs.gprs[5] = get_cycles();     /* of H_XIRR_X */
    g->cppr = min(g->cppr, g->mfrr);
    update(g);
    *result = H_SUCCESS;

    return false;
}

bool h_cppr(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    v->arch.guest.cppr = arg[0];
    update(&v->arch.guest);
    *result = H_SUCCESS;

    return false;
}

/* The argument is what H_XIRR returned: the priority before that. */
bool h_eoi(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    *result = H_PARAMETER;
    if ( (arg[0] & 0xffffff) == XICS_IPI )
    {
        v->arch.guest.cppr = arg[0] >> 24;
        update(&v->arch.guest);
        *result = H_SUCCESS;
    }

    return false;
}

bool h_ipi(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    struct vcpu *target = guest_vcpu(v->domain, arg[0]);

    *result = H_PARAMETER;
    if ( target )
    {
        target->arch.guest.mfrr = arg[1];
        update(&target->arch.guest);
        *result = H_SUCCESS;
    }

    return false;
}

bool h_ipoll(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    struct vcpu *target = guest_vcpu(v->domain, arg[0]);

    *result = H_PARAMETER;
    if ( target )
    {
        v->arch.guest.regs.gprs[4] = xirr(&target->arch.guest);
        v->arch.guest.regs.gprs[5] = target->arch.guest.mfrr;
        *result = H_SUCCESS;
    }

    return false;
}
