/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual processor area: memory of a guest in which a vCPU's kernel tells
 * the hypervisor what it need not keep (LoPAPR 1.1, Logical Partitioning,
 * H_REGISTER_VPA).  Xen reads one byte of it, at a context switch: whether the
 * performance monitor is in use.
 *
 * The other two areas that the call registers, a log of dispatches and a shadow
 * of the SLB, are not there: nobody fills the one, and guests that use radix
 * translation have no SLB.
 */
#include <xen/lib.h>
#include <xen/sched.h>

#include <asm/byteorder.h>
#include <asm/guest.h>
#include <asm/papr.h>
#include <asm/pmu.h>

#define VPA_SIZE         640            /* of what LoPAPR defines */
#define VPA_ALIGN        128            /* a cache line */
#define VPA_PAGE         4096           /* must not cross one */
#define VPA_LENGTH       4              /* where it says its size */

/* Returns H_SUCCESS, and where the area is. */
static int64_t find_vpa(struct domain *d, uint64_t gaddr, uint8_t **vpa)
{
    const uint8_t *length = guest_real(d, gaddr, VPA_SIZE);
    unsigned int size;

    if ( !gaddr || gaddr % VPA_ALIGN || !length )
        return H_PARAMETER;

    /* The guest may change it at any time: it is read once. */
    size = be16_to_cpu(ACCESS_ONCE(*(const __be16 *)(length + VPA_LENGTH)));
    if ( size < VPA_SIZE || gaddr % VPA_PAGE + size > VPA_PAGE )
        return H_PARAMETER;

    *vpa = guest_real(d, gaddr, size);
    return *vpa ? H_SUCCESS : H_PARAMETER;
}

bool h_register_vpa(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    uint8_t *vpa = NULL;
    struct vcpu *target = guest_vcpu(v->domain, arg[1]);

    *result = H_PARAMETER;
    if ( !target )
        return false;

    switch ( arg[0] )
    {
    case H_VPA_REGISTER:
        *result = find_vpa(v->domain, arg[2], &vpa);
        if ( *result )
            return false;
        break;

    case H_VPA_DEREGISTER:
        *result = H_SUCCESS;
        break;

    default:
        return false;
    }

    target->arch.guest.vpa = vpa;
    pmu_vpa_changed(target);

    return false;
}
