/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See rank.h. */

#include <math.h>
#include <stdlib.h>

#include "predict/rank.h"
#include "predict/predict.h"
#include "predict/sim.h"

/* Errors are compared in steps of 0.001 %, which is about a second a day. */
#define SAME_ERROR 1e-5

_Static_assert(SIM_GUESTS ==
                   ARRAY_LEN(((struct xentime_mode_name *)NULL)->because),
               "a mode has a reason for each kind of guest");

/* Whether any Xen refuses the mode, if the domain's TSC is @tsc. */
static bool is_refused(const struct advice *a, int mode, enum tsc tsc)
{
    return !sim_mode_fits((unsigned int)mode, a->vcpus, tsc == TSC_NATIVE);
}

/* Tells whether this Xen has the mode, without --force. */
static bool has_mode(int mode, unsigned int caps)
{
    const struct xentime_mode_name *m = xentime_mode_name(mode);

    return !((m->needs | m->unsafe_without) & ~caps);
}

/* Returns the mode to take of those whose error is the same. */
static int serving_mode(const struct advice *a, unsigned int guest,
                        enum tsc tsc)
{
    if (guest != SIM_TICK_TSC)
        return XENTIME_NO_DELAY_FOR_MISSED_TICKS;
    return is_refused(a, XENTIME_PACED_MISSED_TICKS, tsc)
               ? XENTIME_NO_DOUBLED_TICKS_PENDING
               : XENTIME_PACED_MISSED_TICKS;
}

static struct rank rank_of(const struct advice *a, unsigned int guests,
                           enum tsc tsc, const struct prediction *p)
{
    struct rank r = { .p = p };
    unsigned int guest;

    for (guest = 0; guest < SIM_GUESTS; guest++)
        if ((guests & 1u << guest) && (r.error < fabs(p->result.error[guest]) ||
                                       !(guests & 1u << r.guest))) {
            r.error = fabs(p->result.error[guest]);
            r.guest = guest;
        }
    r.current = p->mode == a->dom->setting[XENTIME_TIMER_MODE];
    r.has = r.current || has_mode(p->mode, a->caps);
    r.refused = is_refused(a, p->mode, tsc);
    r.serves = guests == 1u << r.guest &&
               p->mode == serving_mode(a, r.guest, tsc);
    return r;
}

static int compare(double a, double b)
{
    return a < b ? -1 : a > b;
}

/*
 * Sorts by error; then the mode for that kind of guest is first; then sorts by
 * the largest step of the clock, and by lost ticks; then the mode that the
 * domain has is first.  Otherwise the higher number is first: mode 4 comes
 * before mode 0, which is as good only while nothing sleeps.
 */
static int by_worth(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    int order = compare(floor(x->error / SAME_ERROR),
                        floor(y->error / SAME_ERROR));

    if (!order)
        order = y->serves - x->serves;
    if (!order)
        order = compare(x->p->result.step[x->guest],
                        y->p->result.step[y->guest]);
    if (!order)
        order = compare(floor(x->p->result.merged), floor(y->p->result.merged));
    if (!order)
        order = y->current - x->current;
    return order ? order : y->p->mode - x->p->mode;
}

static void rank_for(const struct advice *a, unsigned int guests, enum tsc tsc,
                     struct ranking *ranking)
{
    size_t i;

    for (i = 0; i < XENTIME_TIMER_MODES; i++)
        ranking->ranks[i] = rank_of(a, guests, tsc, &a->predictions[i]);
    qsort(ranking->ranks, XENTIME_TIMER_MODES, sizeof(ranking->ranks[0]),
          by_worth);
}

/*
 * The simulation is that of a TSC which stands still with guest time.  In mode
 * 0 a native one does not, so that a guest that makes up lost ticks by it fares
 * as in mode 1.
 */
static void correct_for_native_tsc(struct advice *a)
{
    struct sim_result *delay =
        &a->predictions[XENTIME_DELAY_FOR_MISSED_TICKS].result;
    const struct sim_result *no_delay =
        &a->predictions[XENTIME_NO_DELAY_FOR_MISSED_TICKS].result;

    if (a->tsc == TSC_EMULATED)
        return;
    delay->error[SIM_TICK_TSC] = no_delay->error[SIM_TICK_TSC];
    delay->step[SIM_TICK_TSC] = no_delay->step[SIM_TICK_TSC];
}

void rank_modes(struct advice *a)
{
    int modes[XENTIME_TIMER_MODES], i;

    for (i = 0; i < XENTIME_TIMER_MODES; i++)
        modes[i] = i;
    predict(&a->params, &a->load, modes, XENTIME_TIMER_MODES, a->predictions);
    correct_for_native_tsc(a);
    rank_for(a, a->guests, a->tsc, &a->all);
}

const struct rank *rank_best(const struct ranking *ranking, bool any)
{
    const struct rank *r = ranking->ranks;

    while (r->refused || !(any || r->has))
        r++;
    return r;
}

int rank_ideal_mode(const struct advice *a, unsigned int guests, enum tsc tsc)
{
    struct ranking ranking;

    rank_for(a, guests, tsc, &ranking);
    return rank_best(&ranking, true)->p->mode;
}

int rank_mode_for(const struct advice *a, unsigned int guest)
{
    struct ranking ranking;

    rank_for(a, 1u << guest, a->tsc, &ranking);
    return rank_best(&ranking, false)->p->mode;
}

const char *rank_reason(const struct advice *a, const struct rank *r)
{
    int mode = r->p->mode;

    if (mode == XENTIME_DELAY_FOR_MISSED_TICKS && r->guest == SIM_TICK_TSC &&
        a->tsc != TSC_EMULATED)
        mode = XENTIME_NO_DELAY_FOR_MISSED_TICKS;
    return xentime_mode_name(mode)->because[r->guest];
}
