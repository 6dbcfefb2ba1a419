/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules by which recommend says that there is a better mode (rank.h), with
 * errors and spreads that are made up.
 */

#include "predict/rank.h"
#include "unit.h"

/*
 * The rules, for one kind of guest on a stock Xen that has the modes 1 to 3.
 * Errors and spreads are in percent.
 */
static void rules(void **state)
{
    static const struct {
        unsigned int guest;
        int current;
        double error[4], spread[4], lost[4];
        enum verdict verdict;
        int best;
    } cases[] = {
        /* better by less than the spread of one, of the other, and of both */
        { SIM_TICK,
          3,
          { 0, 0.010, 0, 0.012 },
          { 0, 0.003, 0, 0 },
          { 0 },
          VERDICT_CHANGE,
          2 },
        { SIM_TICK,
          3,
          { 1, 0.010, 1, 0.014 },
          { 0, 0.003, 0, 0 },
          { 0 },
          VERDICT_KEEP,
          3 },
        { SIM_TICK,
          3,
          { 1, 0.010, 1, 0.014 },
          { 0, 0, 0, 0.003 },
          { 0 },
          VERDICT_KEEP,
          3 },
        { SIM_TICK,
          3,
          { 1, 0.010, 1, 0.014 },
          { 0, 0.0015, 0, 0.0015 },
          { 0 },
          VERDICT_KEEP,
          3 },
        { SIM_TICK,
          3,
          { 1, 0.010, 1, 0.014 },
          { 0, 0.001, 0, 0.001 },
          { 0 },
          VERDICT_CHANGE,
          1 },
        /* and by less than a tenth, whatever the sign */
        { SIM_TICK,
          3,
          { 1, 0.0400, 1, -0.0440 },
          { 0 },
          { 0 },
          VERDICT_KEEP,
          3 },
        { SIM_TICK,
          3,
          { 1, -0.0400, 1, 0.0450 },
          { 0 },
          { 0 },
          VERDICT_CHANGE,
          1 },
        /* the finding: 45.2811 % and 45.2567 % are no difference */
        { SIM_TICK_TSC,
          1,
          { 50, 45.2811, 49, -45.2567 },
          { 0 },
          { 0 },
          VERDICT_NONE,
          1 },
        /* NTP follows 0.05 % */
        { SIM_TICK, 1, { 1, 1, 1, 0.0499 }, { 0 }, { 0 }, VERDICT_CHANGE, 3 },
        { SIM_TICK, 1, { 1, 1, 1, 0.0501 }, { 0 }, { 0 }, VERDICT_NONE, 3 },
        { SIM_TICK, 1, { 1, 0.0501, 1, 1 }, { 0 }, { 0 }, VERDICT_NONE, 1 },
        /* a scheduler wants its ticks, and a clock is exact without */
        { SIM_CLOCK, 3, { 0 }, { 0 }, { 0, 0, 0, 0.30 }, VERDICT_CHANGE, 1 },
        { SIM_CLOCK, 3, { 0 }, { 0 }, { 0, 0, 0, 0.005 }, VERDICT_KEEP, 3 },
        { SIM_TICK_TSC, 3, { 0 }, { 0 }, { 0, 0, 0, 0.30 }, VERDICT_KEEP, 3 },
        /* nothing is better than mode 1, which is there */
        { SIM_TICK, 1, { 0 }, { 0 }, { 0 }, VERDICT_KEEP, 1 },
        /* of modes that are as good the one for that kind of guest is taken */
        { SIM_TICK_TSC,
          1,
          { 1, 1, 0.0001, 0 },
          { 0, 0, 0.0001, 0 },
          { 0 },
          VERDICT_CHANGE,
          2 },
    };
    size_t i, mode;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        struct xentime_domain dom = { .domid = 1 };
        struct advice a = { .dom = &dom, .vcpus = 1, .tsc = TSC_NATIVE };
        unsigned int guest = cases[i].guest;
        struct ranking ranking;

        dom.setting[XENTIME_TIMER_MODE] = cases[i].current;
        for (mode = 0; mode < XENTIME_TIMER_MODES; mode++) {
            struct prediction *p = &a.predictions[mode];

            p->mode = mode;
            p->result.ticks = 1000;
            if (mode >= ARRAY_COUNT(cases[i].error))
                continue;
            p->result.error[guest] = cases[i].error[mode] / 100;
            p->spread[guest] = cases[i].spread[mode] / 100;
            p->result.merged = 1000 * cases[i].lost[mode];
            p->result.ticks -= p->result.merged;
        }
        ranking = rank_for(&a, 1u << guest);
        if (rank_verdict(&a, 1u << guest) != cases[i].verdict ||
            rank_best(&ranking)->p->mode != cases[i].best)
            fail_because("case %zu: verdict %d, mode %d", i,
                         rank_verdict(&a, 1u << guest),
                         rank_best(&ranking)->p->mode);
    }
}

UNIT_MAIN(TEST(rules))
