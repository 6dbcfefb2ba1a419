/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See sim-cost.h. */

#include "predict/sim-cost.h"

void sim_cost(int64_t latency, struct sim_cost *cost)
{
    /* The multiples are in thousandths: with a latency in us they make ns. */
    *cost = (struct sim_cost){
        .wake = 110 * latency,
        .fire = 180 * latency,
        .restore = 160 * latency,
        .inject = 317 * latency,
        .again = 300 * latency,
        .late = 375 * latency,
        .tail = 190 * latency,
        .head = 44 * latency,
        .soon = 73 * latency,
        .detour = 310 * latency,
        .fired = 195 * latency,
        .fired_linger = 39 * latency,
        .fired_late = 128 * latency,
        .fired_later = 64 * latency,

        .latency = 1000 * latency,
        .handler = 980 * latency,
        .last_exit = 150 * latency,
        .suspect = 420 * latency,
        .pending = 200 * latency,

        .latch_resumed = 381 * latency,
        .latch_running = 335 * latency,
        .latch_other = 335 * latency,
        .latch_detour = 138 * latency,
        .latch_suspect = 426 * latency,
        .latch_pending = 40 * latency,

        .other = 3030 * latency,
        .other_later = 2600 * latency,
    };
}
