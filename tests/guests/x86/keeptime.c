/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells how right the clocks of struct keep_page are. */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"

#define KEEP_SKIP 2

static void start(uint32_t domid, volatile struct keep_page *keep, bool gains)
{
    volatile struct shared_page *page = page_map(domid);

    page->control.keep_gains = gains;
    page->control.keep = keep->done + 1;
    page_request(domid, page);
}

/*
 * Returns how fast the clock is, in percent: least squares over whole seconds.
 * The first two are left out, as what dom0 did before may have disturbed them.
 */
static double rate(volatile struct keep_page *keep, uint32_t n,
                   enum keeper keeper)
{
    double t = 0, y = 0, tt = 0, ty = 0, count = n - KEEP_SKIP;
    uint32_t i;

    for (i = KEEP_SKIP; i < n; i++) {
        double at = (double)keep->second[i].at_ns;
        double ahead = (double)keep->second[i].ahead_ps[keeper] / 1e3;

        t += at;
        y += ahead;
        tt += at * at;
        ty += at * ahead;
    }

    return 100 * (count * ty - t * y) / (count * tt - t * t);
}

static int print(uint32_t domid, volatile struct keep_page *keep, uint32_t most)
{
    static const char *const names[KEEPERS] = {
        [KEEP_TICK] = "tick",
        [KEEP_TICK_TSC] = "tick-tsc",
        [KEEP_CLOCK] = "clock",
    };
    double khz = page_map(domid)->tsc_khz;
    uint32_t n = keep->n < most ? keep->n : most, i;

    if (n < KEEP_SKIP + 2)
        fail(0, "only %u seconds are over", n);
    printf("seconds=%u ticks=%" PRIu64 " made_up=%" PRIu64 " latency_us=%.1f",
           n, keep->ticks, keep->made_up,
           (double)keep->delay_tsc / (double)keep->ticks / khz * 1e3);
    for (i = 0; i < KEEPERS; i++)
        printf(" %s=%.6f", names[i], rate(keep, n, i));
    putchar('\n');
    return 0;
}

static int print_gains(volatile struct keep_page *keep)
{
    uint32_t i;

    printf("gains=%u\n", keep->gains);
    for (i = 0; i < keep->gains && i < KEEP_GAINS; i++) {
        volatile struct keep_gain *g = &keep->gain[i];

        printf("at_us=%" PRIu64 " gap_us=%u since_us=%u made_up=%u "
               "slept_us=%u waited_us=%u\n",
               g->at_ns / 1000, g->gap_ns / 1000, g->since_ns / 1000,
               g->made_up, g->slept_ns / 1000, g->waited_ns / 1000);
    }
    return 0;
}

int cmd_keep(int argc, char **argv)
{
    volatile struct keep_page *keep;
    uint32_t domid;

    if (argc < 2 || argc > 4)
        return usage_error();

    domid = unpaused_domid_of(argv[1]);
    keep = page_map_at(domid, GUEST_KEEP_ADDR);
    if (argc > 2 && !strcmp(argv[2], "start")) {
        if (argc == 4 && strcmp(argv[3], "gains") != 0)
            return usage_error();
        start(domid, keep, argc == 4);
        return 0;
    }
    if (argc == 3 && !strcmp(argv[2], "gains"))
        return print_gains(keep);
    return print(domid, keep,
                 argc == 2 ? UINT32_MAX
                           : (uint32_t)number(argv[2], UINT32_MAX));
}
