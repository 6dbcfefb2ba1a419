/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See rank.h. */

#include <math.h>

#include "predict/rank.h"
#include "predict/predict.h"
#include "predict/reason.h"
#include "predict/sim.h"

/* Errors that differ by less print alike. */
#define SAME_ERROR 1e-6

/* Predictions were within a tenth of what was measured (docs/accuracy.md). */
#define MODEL_ERROR 0.1

/* The share of its ticks that a scheduler does not miss. */
#define LOST_MATTERS 0.01

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

/*
 * Tells how well a mode serves a kind of guest if its error is that of others:
 * 2 is best.
 */
static int service(const struct advice *a, unsigned int guest, enum tsc tsc,
                   int mode)
{
    if (guest != SIM_TICK_TSC)
        return 2 * (mode == XENTIME_NO_DELAY_FOR_MISSED_TICKS);
    if (mode == (is_refused(a, XENTIME_PACED_MISSED_TICKS, tsc)
                     ? XENTIME_NO_DOUBLED_TICKS_PENDING
                     : XENTIME_PACED_MISSED_TICKS))
        return 2;
    return mode == XENTIME_NO_MISSED_TICKS_PENDING;
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
    r.spread = p->spread[r.guest];
    if (guests & 1u << SIM_CLOCK)
        r.lost = reason_lost_share(&p->result);
    r.current = p->mode == a->dom->setting[XENTIME_TIMER_MODE];
    r.has = r.current || has_mode(p->mode, a->caps);
    r.refused = is_refused(a, p->mode, tsc);
    if (guests == 1u << r.guest)
        r.serves = service(a, r.guest, tsc, p->mode);
    return r;
}

/* Tells whether @r has less error than @other, by more than chance. */
static bool has_less_error(const struct rank *r, const struct rank *other)
{
    return r->error + r->spread + SAME_ERROR <
           other->error - other->spread - MODEL_ERROR * other->error;
}

static bool is_clearly_better(const struct rank *r, const struct rank *other)
{
    if (has_less_error(r, other))
        return true;
    return !has_less_error(other, r) && r->lost + LOST_MATTERS < other->lost;
}

static int compare(double a, double b)
{
    return a < b ? -1 : a > b;
}

/*
 * Compares modes that are as good: the mode that the domain has is first, then
 * the mode for that kind of guest, the one with the smallest step of the clock,
 * and the one that loses the fewest ticks.  Otherwise the higher number is
 * first: mode 4 comes before mode 0, which is as good only while nothing
 * sleeps.
 */
static int by_worth(const struct rank *x, const struct rank *y)
{
    int order = y->current - x->current;

    if (!order)
        order = y->serves - x->serves;
    if (!order)
        order = compare(x->p->result.step[x->guest],
                        y->p->result.step[y->guest]);
    if (!order)
        order = compare(floor(x->p->result.merged), floor(y->p->result.merged));
    return order ? order : y->p->mode - x->p->mode;
}

static bool is_possible(const struct rank *r)
{
    return r->has && !r->refused;
}

/* Tells whether a rank is left (p is not NULL), and is possible or is not. */
static bool is_candidate(const struct rank *r, bool possible)
{
    return r->p && is_possible(r) == possible;
}

/* Tells whether a candidate is clearly better than @r. */
static bool is_beaten(const struct rank *ranks, bool possible,
                      const struct rank *r)
{
    const struct rank *other;

    for (other = ranks; other < ranks + XENTIME_TIMER_MODES; other++)
        if (is_candidate(other, possible) && is_clearly_better(other, r))
            return true;
    return false;
}

/*
 * Returns the best candidate; NULL: there is none.  That of the least error is
 * the last resort: three might each beat another, one by its error and two by
 * what a scheduler loses.
 */
static struct rank *choose(struct rank *ranks, bool possible)
{
    struct rank *best = NULL, *least = NULL, *r;

    for (r = ranks; r < ranks + XENTIME_TIMER_MODES; r++) {
        if (!is_candidate(r, possible))
            continue;
        if (!least || r->error < least->error)
            least = r;
        if (!is_beaten(ranks, possible, r) && (!best || by_worth(r, best) < 0))
            best = r;
    }
    return best ? best : least;
}

static bool goes_before(const struct rank *x, const struct rank *y)
{
    return is_clearly_better(x, y) ||
           (!is_clearly_better(y, x) && by_worth(x, y) < 0);
}

static void fill_in(const struct advice *a, unsigned int guests, enum tsc tsc,
                    struct rank *ranks)
{
    size_t i;

    for (i = 0; i < XENTIME_TIMER_MODES; i++)
        ranks[i] = rank_of(a, guests, tsc, &a->predictions[i]);
}

static void move(struct rank *from, struct ranking *to, size_t *n)
{
    to->ranks[(*n)++] = *from;
    from->p = NULL;
}

/* Modes that are not possible stand before the first that is not as good. */
struct ranking rank_for(const struct advice *a, unsigned int guests)
{
    struct rank left[XENTIME_TIMER_MODES], *best, *r;
    struct ranking ranking = { .ranks = { { .p = NULL } } };
    size_t n = 0;

    fill_in(a, guests, a->tsc, left);
    while ((best = choose(left, true))) {
        while ((r = choose(left, false)) && goes_before(r, best))
            move(r, &ranking, &n);
        move(best, &ranking, &n);
    }
    while ((r = choose(left, false)))
        move(r, &ranking, &n);
    return ranking;
}

/*
 * The simulation is that of a TSC which stands still with guest time.  In mode
 * 0 a native one does not, so that a guest that makes up lost ticks by it fares
 * as in mode 1.
 */
static void correct_for_native_tsc(struct advice *a)
{
    struct prediction *delay = &a->predictions[XENTIME_DELAY_FOR_MISSED_TICKS];
    const struct prediction *no_delay =
        &a->predictions[XENTIME_NO_DELAY_FOR_MISSED_TICKS];

    if (a->tsc == TSC_EMULATED)
        return;
    delay->result.error[SIM_TICK_TSC] = no_delay->result.error[SIM_TICK_TSC];
    delay->result.step[SIM_TICK_TSC] = no_delay->result.step[SIM_TICK_TSC];
    delay->spread[SIM_TICK_TSC] = no_delay->spread[SIM_TICK_TSC];
}

void rank_modes(struct advice *a)
{
    int modes[XENTIME_TIMER_MODES], i;

    for (i = 0; i < XENTIME_TIMER_MODES; i++)
        modes[i] = i;
    predict_spread(&a->params, &a->load, modes, XENTIME_TIMER_MODES,
                   a->predictions);
    correct_for_native_tsc(a);
    a->all = rank_for(a, a->guests);
}

const struct rank *rank_best(const struct ranking *ranking)
{
    const struct rank *r = ranking->ranks;

    while (!is_possible(r))
        r++;
    return r;
}

static const struct rank *rank_of_mode(const struct ranking *ranking, int mode)
{
    const struct rank *r = ranking->ranks;

    while (r->p->mode != mode)
        r++;
    return r;
}

bool rank_is_useful(const struct rank *r)
{
    return r->error <= NTP_LIMIT;
}

/* Tells whether for one of the kinds of guest there is a better mode. */
static bool do_kinds_disagree(const struct advice *a, unsigned int guests,
                              int mode)
{
    struct ranking kind;
    unsigned int guest;

    for (guest = 0; guest < SIM_GUESTS; guest++) {
        if (!(guests & 1u << guest))
            continue;
        kind = rank_for(a, 1u << guest);
        if (is_clearly_better(rank_best(&kind), rank_of_mode(&kind, mode)))
            return true;
    }
    return false;
}

enum verdict rank_verdict(const struct advice *a, unsigned int guests)
{
    struct ranking ranking = rank_for(a, guests);
    const struct rank *best = rank_best(&ranking);

    if (do_kinds_disagree(a, guests, best->p->mode))
        return VERDICT_ASK_GUEST;
    if (!rank_is_useful(best))
        return VERDICT_NONE;
    return best->current ? VERDICT_KEEP : VERDICT_CHANGE;
}

int rank_ideal_mode(const struct advice *a, enum tsc tsc)
{
    struct rank ranks[XENTIME_TIMER_MODES];
    const struct rank *best;
    size_t i;

    fill_in(a, a->guests, tsc, ranks);
    for (i = 0; i < XENTIME_TIMER_MODES; i++)
        ranks[i].has = true;
    best = choose(ranks, true);
    return rank_is_useful(best) ? best->p->mode : -1;
}

bool rank_is_better(const struct advice *a, int mode)
{
    return is_clearly_better(rank_of_mode(&a->all, mode), rank_best(&a->all));
}
