/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring through which samples reach the primary domain (public/profile.h).
 * The reader shares its memory and can write anywhere in it at any time.
 *
 * Nothing here knows of Xen beyond types and the public header, or takes a
 * lock.  The caller sees to it that one CPU writes at a time.
 */
#ifndef XEN_PROFILE_RING_H
#define XEN_PROFILE_RING_H

#ifdef __XEN__
#include <xen/types.h>
#include <public/profile.h>
#else
#include <stdbool.h>
#include <stdint.h>
#include <profile.h>
#endif

/* The writer's own copy, which is never read back from the shared memory. */
struct profile_ring {
    struct xen_profile_ring *shared;    /* NULL: there is none */
    uint32_t nr;
    uint32_t prod;
    uint64_t lost;
};

/*
 * Takes size bytes at shared, which the caller keeps until profile_ring_end().
 * Returns false, with nothing touched, if not even one sample fits.
 */
bool profile_ring_begin(struct profile_ring *r, void *shared, uint32_t size);
void profile_ring_end(struct profile_ring *r);

/* Returns false if there is no ring, or no room, which is counted as lost. */
bool profile_ring_put(struct profile_ring *r,
                      const struct xen_profile_sample *s);

#endif /* XEN_PROFILE_RING_H */
