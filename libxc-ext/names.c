/* SPDX-License-Identifier: LGPL-2.1-only */
/* The words of the field, as data. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"

/* clang-format off */
/*
 * Xen's public/hvm/params.h, and hv-patches/include/vtimer.h; libvirt's
 * <timer tickpolicy=...>.
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

#define TYPE(t) (1u << XENTIME_##t)

const struct xt_setting xt_settings[XENTIME_SETTINGS] = {
    [XENTIME_TIMER_MODE] = {
        "timer_mode", HVM_PARAM_TIMER_MODE, XENTIME_TIMER_MODES - 1,
        TYPE(HVM) | TYPE(PVH), 0, NULL, NULL,
    },
    [XENTIME_VHPET] = {
        "vhpet", HVM_PARAM_HPET_ENABLED, 1, TYPE(HVM), 0, NULL, NULL,
    },
    [XENTIME_SYNC_WAKEUP] = {
        "sync_wakeup_after", 0, XENTIME_SYNC_WAKEUP_MAX,
        TYPE(HVM) | TYPE(PVH), XENTIME_CAP_SYNC_WAKEUP,
        xt_get_sync_wakeup, xt_set_sync_wakeup,
    },
};

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

static const struct {
    unsigned int bit;
    const char *name;
    const char *patch;       /* subject of the one that brings it, or NULL */
} capabilities[] = {
    { XENTIME_CAP_TIMER_MODE, "timer-mode", NULL },
    { XENTIME_CAP_VHPET, "vhpet", NULL },
    { XENTIME_CAP_VPMU, "vpmu", NULL },
    { XENTIME_CAP_SAFE_SWITCH, "safe-switch",
      "x86/vpt: switch timer_mode on a live domain in one piece" },
    { XENTIME_CAP_QUIET_VHPET, "quiet-vhpet",
      "x86/hpet: stop the vHPET when HVM_PARAM_HPET_ENABLED is cleared" },
    { XENTIME_CAP_TICK_STATS, "tick-stats",
      "x86/vpt: count what becomes of each tick" },
    { XENTIME_CAP_RESYNC, "resync",
      "x86/vpt: tell how far guest time is behind, and bring it back" },
    { XENTIME_CAP_SYNC_WAKEUP, "sync-wakeup",
      "x86/vpt: bounded wake-ups in no_missed_ticks_pending" },
    { XENTIME_CAP_PACED_MODE, "paced-mode",
      "x86/vpt: timer_mode paced_missed_ticks" },
    { XENTIME_CAP_ONE_TIME, "one-time",
      "x86/vpt: one guest time for all vCPUs of a domain" },
    { XENTIME_CAP_UNDOUBLED_MODE, "undoubled-mode",
      "x86/vpt: timer_mode no_doubled_ticks_pending" },
    { XENTIME_CAP_SESSIONS, "profile-sessions",
      "x86/vpmu: only for domains that a profiling session covers" },
};

static const struct xentime_defect defects[] = {
    { "backward-jump",
      "a live domain that is put back to timer_mode 0 can see its time go "
      "backwards",
      XENTIME_CAP_SAFE_SWITCH },
    { "kept-lag",
      "each vCPU keeps the lag of timer_mode 0 in the mode it is switched to",
      XENTIME_CAP_SAFE_SWITCH },
    { "times-apart",
      "in timer_mode 0 each vCPU has a time of its own: what one reads can be "
      "before what another has read already",
      XENTIME_CAP_ONE_TIME },
    { "armed-vhpet",
      "vhpet switched off does not stop an HPET timer that is armed",
      XENTIME_CAP_QUIET_VHPET },
    { "sync-freeze",
      "in timer_mode 2 a pending tick stops the timer of a descheduled vCPU",
      XENTIME_CAP_SYNC_WAKEUP },
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

const char *xentime_setting_name(enum xentime_setting setting)
{
    if ((unsigned int)setting >= XENTIME_SETTINGS)
        return NULL;
    return xt_settings[setting].name;
}

const char *xentime_type_name(enum xentime_type type)
{
    if ((unsigned int)type >= ARRAY_LEN(type_names))
        return NULL;
    return type_names[type];
}

bool xentime_type_has(enum xentime_type type, enum xentime_setting setting)
{
    return (unsigned int)setting < XENTIME_SETTINGS &&
           (xt_settings[setting].types & (1u << type));
}

const char *xentime_timer_name(enum xentime_timer timer)
{
    if ((unsigned int)timer >= XENTIME_TIMERS)
        return NULL;
    return timer_names[timer];
}

const char *xentime_capability_name(unsigned int bit)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(capabilities); i++)
        if (capabilities[i].bit == bit)
            return capabilities[i].name;
    return NULL;
}

const char *xentime_capability_patch(unsigned int bit)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(capabilities); i++)
        if (capabilities[i].bit == bit)
            return capabilities[i].patch;
    return NULL;
}

const struct xentime_defect *xentime_defect(size_t i)
{
    return i < ARRAY_LEN(defects) ? &defects[i] : NULL;
}
