/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdint.h>

#include "tick.h"
#include "timers.h"
#include "x86.h"

void tick_programmed(struct timer_stats *t, uint32_t hz, uint64_t period_ps,
                     uint32_t tsc_khz)
{
    t->period_ps = period_ps;
    t->period_tsc = div64(period_ps * tsc_khz, 1000000000);
    t->absent = hz && !period_ps;
    /* The time until the first tick at the new rate is no gap. */
    t->last_tsc = 0;
}

static bool is_short(const struct timer_stats *t, uint64_t now)
{
    return t->last_tsc && now >= t->last_tsc &&
           now - t->last_tsc < t->period_tsc / 2;
}

/*
 * The second copy of a doubled interrupt (see interrupt()) may also come
 * after the handler has returned.  Asking the LAPIC about each tick would
 * cost an exit: only those that come too soon are suspects.
 */
bool tick_is_double(const struct timer_stats *t, uint32_t vector, uint64_t now)
{
    return is_short(t, now) && !lapic_in_service(vector);
}

void tick_count(struct timer_stats *t, uint64_t now)
{
    if (t->last_tsc) {
        uint64_t gap = now - t->last_tsc;

        /* A TSC that ran backwards is clock_stats' matter, not a gap. */
        if (now < t->last_tsc)
            gap = t->period_tsc;
        if (gap > t->max_gap_tsc)
            t->max_gap_tsc = gap;
        if (is_short(t, now))
            t->short_gaps++;
        else if (gap > t->period_tsc + t->period_tsc / 2)
            t->long_gaps++;
    }

    if (!t->first_tsc)
        t->first_tsc = now;
    t->last_tsc = now;
    t->ticks++;
}
