/* SPDX-License-Identifier: GPL-2.0-only */
#ifdef __XEN__
#include <xen/lib.h>
#include <xen/profile-ring.h>
#include <asm/system.h>
#else
#include <string.h>
#include "xen/profile-ring.h"
#define ACCESS_ONCE(x) (*(volatile __typeof__(x) *)&(x))
#define smp_mb()  __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#endif

/* A ring has no more samples, so that prod - cons tells full from empty. */
#define NR_MAX (1u << 20)

bool profile_ring_begin(struct profile_ring *r, void *shared, uint32_t size)
{
    uint32_t nr;

    if ( size < sizeof(*r->shared) + sizeof(r->shared->sample[0]) )
        return false;

    /* It has to be a power of two, or n % nr would jump where n wraps. */
    nr = (size - sizeof(*r->shared)) / sizeof(r->shared->sample[0]);
    if ( nr > NR_MAX )
        nr = NR_MAX;
    while ( nr & (nr - 1) )
        nr &= nr - 1;

    r->shared = shared;
    r->nr = nr;
    r->prod = 0;
    r->lost = 0;
    memset(shared, 0, sizeof(*r->shared));
    smp_wmb();
    ACCESS_ONCE(r->shared->nr) = nr;

    return true;
}

void profile_ring_end(struct profile_ring *r)
{
    r->shared = NULL;
}

bool profile_ring_put(struct profile_ring *r,
                      const struct xen_profile_sample *s)
{
    uint32_t held;

    if ( !r->shared )
        return false;

    /* Anything above nr is the reader's nonsense; it gets no samples then. */
    held = r->prod - ACCESS_ONCE(r->shared->cons);
    if ( held >= r->nr )
    {
        ACCESS_ONCE(r->shared->lost) = ++r->lost;
        return false;
    }

    /* The reader was done with the slot before it moved cons past it. */
    smp_mb();
    r->shared->sample[r->prod % r->nr] = *s;
    smp_wmb();
    ACCESS_ONCE(r->shared->prod) = ++r->prod;

    return true;
}
