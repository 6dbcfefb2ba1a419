/* SPDX-License-Identifier: LGPL-2.1-only */
/* Names of timer modes, types of domain and timers. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <uuid/uuid.h>

#include "names.h"

/* clang-format off */
/*
 * The names are those of Xen's public/hvm/params.h and of
 * hv-patches/include/vtimer.h, and libvirt's <timer tickpolicy=...>.
 */
static const struct xentime_mode_name mode_names[XENTIME_TIMER_MODES] = {
    [XENTIME_DELAY_FOR_MISSED_TICKS] = {
        "delay_for_missed_ticks", "delay", { "async" },
        "stands still", "delivered late, each at its own guest time",
        0, NULL, NULL,
    },
    [XENTIME_NO_DELAY_FOR_MISSED_TICKS] = {
        "no_delay_for_missed_ticks", "catchup", { "nodelay" },
        "runs on", "delivered late, in a burst",
        0, NULL, NULL,
    },
    [XENTIME_NO_MISSED_TICKS_PENDING] = {
        "no_missed_ticks_pending", "discard", { "sync" },
        "runs on", "dropped",
        0, NULL, NULL,
    },
    [XENTIME_ONE_MISSED_TICK_PENDING] = {
        "one_missed_tick_pending", "merge", { "mixed" },
        "runs on", "merged into one late tick",
        0, NULL, NULL,
    },
    [XENTIME_PACED_MISSED_TICKS] = {
        "paced_missed_ticks", NULL, { "paced" },
        "stands still from the first tick that waits, after a wake-up too",
        "delivered late, each at its own guest time",
        XENTIME_CAP_PACED_MODE,
        "a domain with several vCPUs and a native TSC",
        "give it an emulated TSC, with tsc_mode = \"always_emulate\" in xl.cfg; "
        "or take mode 5 for a guest that makes up lost ticks by its TSC, and "
        "mode 1 for others",
    },
    [XENTIME_NO_DOUBLED_TICKS_PENDING] = {
        "no_doubled_ticks_pending", NULL, { "undoubled" },
        "runs on", "dropped, as is one soon after a late tick",
        XENTIME_CAP_UNDOUBLED_MODE, NULL, NULL,
    },
};
/* clang-format on */

static const char *const type_names[] = {
    [XENTIME_PV] = "PV",
    [XENTIME_HVM] = "HVM",
    [XENTIME_PVH] = "PVH",
};

/* clang-format off */
/* Names of the timers in struct xen_vtimer_stats, in its order. */
static const char *const timer_names[XENTIME_TIMERS] = {
    [XENTIME_PIT] = "pit",
    [XENTIME_RTC] = "rtc",
    [XENTIME_LAPIC] = "lapic",
    [XENTIME_HPET0] = "hpet0",
    [XENTIME_HPET1] = "hpet1",
    [XENTIME_HPET2] = "hpet2",
};
/* clang-format on */

const struct xentime_mode_name *xentime_mode_name(int mode)
{
    if (mode < 0 || mode >= XENTIME_TIMER_MODES)
        return NULL;
    return &mode_names[mode];
}

static bool mode_matches(int mode, const char *word)
{
    const struct xentime_mode_name *m = &mode_names[mode];
    size_t i;

    if (word[0] == '0' + mode && !word[1])
        return true;
    if (!strcasecmp(word, m->name) ||
        (m->tickpolicy && !strcasecmp(word, m->tickpolicy)))
        return true;
    for (i = 0; i < ARRAY_LEN(m->aliases) && m->aliases[i]; i++)
        if (!strcasecmp(word, m->aliases[i]))
            return true;
    return false;
}

int xentime_parse_mode(const char *word)
{
    int mode;

    for (mode = 0; mode < XENTIME_TIMER_MODES; mode++)
        if (mode_matches(mode, word))
            return mode;
    return -1;
}

const char *xentime_type_name(enum xentime_type type)
{
    if ((unsigned int)type >= ARRAY_LEN(type_names))
        return NULL;
    return type_names[type];
}

const char *xentime_timer_name(enum xentime_timer timer)
{
    if ((unsigned int)timer >= XENTIME_TIMERS)
        return NULL;
    return timer_names[timer];
}

void xt_uuid_text(const uint8_t uuid[16], char text[XT_UUID_TEXT])
{
    uuid_unparse_lower(uuid, text);
}
