/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What xentrace records: when vCPUs had a CPU, waited for one, or slept.
 *
 * The format is that of Xen's public/trace.h, with a record ahead of each
 * piece that says of which CPU it is (tools/xentrace/xentrace.c).
 */
#ifndef XENTIMECTL_PREDICT_XENTRACE_H
#define XENTIMECTL_PREDICT_XENTRACE_H

#include <stdint.h>
#include <stdio.h>

#include "predict/sim.h"

/* "xentrace -e" with this mask records no more than what is read here. */
#define XENTRACE_MASK "0x21000"

/* A vCPU goes from one state to another. */
struct xentrace_change {
    uint64_t tsc; /* of the host */
    uint16_t domid, vcpu;
    uint8_t from, to; /* RUNSTATE_* of Xen's public/vcpu.h */
};

struct xentrace {
    struct xentrace_change *changes; /* by time */
    size_t n;
    uint64_t lost;   /* records that Xen had no room for */
    char error[128]; /* "": it was read */
};

/*
 * Reads all of @f.  @trace->error says what is wrong with it, if anything;
 * nothing is kept then.  -1 with errno: @f could not be read, or out of
 * memory.  xentrace_free() in any case.
 */
int xentrace_read(FILE *f, struct xentrace *trace);
void xentrace_free(struct xentrace *trace);

/* The vCPU of a domain but dom0 that changed its state most; -1: none. */
int xentrace_busiest(const struct xentrace *trace, uint16_t *domid,
                     uint16_t *vcpu);

/*
 * A vCPU's turns, from its first whole one to its last; free() them.  @tsc_khz
 * is the host's.  None (n 0) if it did not run twice.  -1: out of memory.
 */
int xentrace_turns(const struct xentrace *trace, uint16_t domid, uint16_t vcpu,
                   uint64_t tsc_khz, struct sim_turn **turns, size_t *n);

#endif /* XENTIMECTL_PREDICT_XENTRACE_H */
