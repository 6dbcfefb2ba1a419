/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See reason.h. */

#include <math.h>
#include <stdio.h>

#include "predict/reason.h"
#include "predict/sim.h"
#include "tool.h"

/* A smaller share of the ticks is told as a number of ticks. */
#define LEAST_SHARE 0.001

/* ns; a clock that stands still for less does so by a tick's latency. */
#define LEAST_STEP 50000

#define COUNT_TEXT 48

double reason_lost_share(const struct sim_result *r)
{
    double due = r->ticks + r->merged;

    return due > 0 ? r->merged / due : 0;
}

/* Writes a share of all ticks, of which at least half a one is due in all. */
static void count_text(const struct sim_params *p, double share,
                       char text[COUNT_TEXT])
{
    double n = round(share * (double)p->length / (double)p->period);

    if (share >= LEAST_SHARE)
        snprintf(text, COUNT_TEXT, "%.1f %% of its ticks", 100 * share);
    else
        snprintf(text, COUNT_TEXT, "%.0f tick%s in %.0f s", n,
                 n == 1 ? "" : "s", (double)p->length / 1e9);
}

/* Tells whether a share of all ticks comes to one that can be counted. */
static bool is_any(const struct sim_params *p, double share)
{
    return share * (double)p->length >= 0.5 * (double)p->period;
}

static void of_ticks(const struct sim_params *p, const struct sim_result *r,
                     char text[REASON_TEXT])
{
    double lost = reason_lost_share(r);
    double late = round((double)r->step[SIM_TICK] / (double)p->period);
    char count[COUNT_TEXT];

    count_text(p, lost, count);
    if (is_any(p, lost))
        snprintf(text, REASON_TEXT, "its clock loses %s", count);
    else if (late > 1)
        snprintf(text, REASON_TEXT, "it gets every tick, up to %.0f at once",
                 late);
    else
        snprintf(text, REASON_TEXT, "it gets every tick");
}

/*
 * The clock's error is the ticks that it counts too often, or does not make up
 * for.
 */
static void of_made_up_ticks(const struct sim_params *p,
                             const struct sim_result *r, char text[REASON_TEXT])
{
    double lost = reason_lost_share(r), wrong = r->error[SIM_TICK_TSC];
    char count[COUNT_TEXT];

    count_text(p, fabs(wrong), count);
    if (is_any(p, wrong)) {
        snprintf(text, REASON_TEXT, "it counts %s twice", count);
    } else if (is_any(p, -wrong)) {
        snprintf(text, REASON_TEXT, "it does not make up for %s", count);
    } else if (is_any(p, lost)) {
        count_text(p, lost, count);
        snprintf(text, REASON_TEXT, "it loses %s, and makes up for each once",
                 count);
    } else {
        snprintf(text, REASON_TEXT, "it gets every tick, and counts it once");
    }
}

static void of_clock(const struct sim_params *p, const struct sim_result *r,
                     char text[REASON_TEXT])
{
    double lost = reason_lost_share(r);
    char count[COUNT_TEXT], clock[64] = "its clock goes on";

    if (r->step[SIM_CLOCK] >= LEAST_STEP)
        snprintf(clock, sizeof(clock),
                 "its clock stands still for up to %.1f ms",
                 (double)r->step[SIM_CLOCK] / 1e6);
    count_text(p, lost, count);
    if (is_any(p, lost))
        snprintf(text, REASON_TEXT, "%s; its scheduler loses %s", clock, count);
    else
        snprintf(text, REASON_TEXT, "%s; its scheduler gets every tick", clock);
}

void reason_text(const struct sim_params *params, const struct sim_result *r,
                 enum sim_guest guest, char text[REASON_TEXT])
{
    static void (*const write[SIM_GUESTS])(const struct sim_params *p,
                                           const struct sim_result *r,
                                           char text[REASON_TEXT]) = {
        [SIM_TICK] = of_ticks,
        [SIM_TICK_TSC] = of_made_up_ticks,
        [SIM_CLOCK] = of_clock,
    };

    write[guest](params, r, text);
}
