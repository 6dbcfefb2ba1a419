/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record of xentrace: every turn in it can be simulated. */

#include <math.h>
#include <stdlib.h>

#include "asm/hvm/vpt-policy.h"
#include "fuzz.h"
#include "predict/sim-load.h"
#include "predict/tick-phase.h"
#include "predict/xentrace.h"

#define MS 1000000LL

static void simulate(struct sim_turn *turns, size_t n, unsigned int mode)
{
    struct sim_params params = {
        .mode = mode,
        .period = MS,
        .phase = MS,
        .length = 20 * MS,
    };
    struct sim_trace_load load;
    struct sim_result result;

    sim_cost(10, &params.cost);
    phase_align(turns, n, MS);
    if (phase_find(turns, n, MS, &params.phase) &&
        (params.phase < 0 || params.phase > MS))
        abort();
    sim_trace_load(&load, turns, n);
    sim_run(&params, &load.load, &result);
    if (result.ticks < 0 || result.cpu < 0)
        abort();
}

static void check_turns(const struct xentrace *trace, unsigned int mode)
{
    struct sim_turn *turns;
    uint16_t domid, vcpu;
    int64_t total = 0;
    size_t n, i;

    if (xentrace_busiest(trace, &domid, &vcpu))
        return;
    if (xentrace_turns(trace, domid, vcpu, 1000000, &turns, &n))
        abort();
    for (i = 0; i < n; i++) {
        if (turns[i].run < 0 || turns[i].block < 0 || turns[i].wait < 0)
            abort();
        total += turns[i].run + turns[i].block + turns[i].wait;
    }
    if (n && total / (int64_t)n >= 1000)
        simulate(turns, n, mode);
    free(turns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FILE *f = size > 1 ? fmemopen((void *)(data + 1), size - 1, "r") : NULL;
    struct xentrace trace;
    size_t i;

    if (!f)
        return 0;
    if (xentrace_read(f, &trace))
        abort();
    for (i = 1; i < trace.n; i++)
        if (trace.changes[i].tsc < trace.changes[i - 1].tsc)
            abort();
    if (!trace.error[0])
        check_turns(&trace, data[0] % 5);
    xentrace_free(&trace);
    fclose(f);
    return 0;
}
