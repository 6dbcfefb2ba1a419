/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what xentrace records: when vCPUs had a CPU, waited for one, or slept.
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
 * Reads all of @f.  @trace->error says what is wrong with it, if anything; the
 * changes up to there are kept.  Returns 0, or -1 with errno if @f could not be
 * read, or when out of memory.  The caller calls xentrace_free() in any case.
 */
int xentrace_read(FILE *f, struct xentrace *trace);
void xentrace_free(struct xentrace *trace);

/* Finds the vCPU, not of dom0, that changed its state most; -1: none has. */
int xentrace_busiest(const struct xentrace *trace, uint16_t *domid,
                     uint16_t *vcpu);

/*
 * Finds a vCPU's turns, from its first whole one to its last; the caller frees
 * them with free().  @tsc_khz is the host's.  There are none (n 0) if the vCPU
 * did not run twice.  Returns 0, or -1 when out of memory.
 */
int xentrace_turns(const struct xentrace *trace, uint16_t domid, uint16_t vcpu,
                   uint64_t tsc_khz, struct sim_turn **turns, size_t *n);

#endif /* XENTIMECTL_PREDICT_XENTRACE_H */
