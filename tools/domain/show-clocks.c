/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of "show" on a domain's clocks, and on what is wrong with them. */

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "domain/sheet.h"
#include "output/json.h"
#include "output/text.h"
#include "tool.h"

/* ---- the TSC ---- */

/* By TSC_MODE_* of Xen's public headers, as xl.cfg(5) spells them. */
static const char *const tsc_modes[] = {
    "default",
    "always_emulate",
    "native",
    "native_paravirt",
};

static const char *const tsc_kinds[] = {
    [XENTIME_TSC_UNKNOWN] = NULL,
    [XENTIME_TSC_NATIVE] = "native",
    [XENTIME_TSC_EMULATED] = "emulated",
};

/* A domain's TSC, from all that tells something about it. */
struct tsc {
    struct xentime_tsc_info info;
    enum xentime_tsc_kind kind;
    const char *source; /* of its kind */
    uint32_t made_khz;  /* where the domain began; 0: unknown */
};

/* Returns by how much @khz is more than @than, in parts per million. */
static double ppm(uint32_t khz, uint32_t than)
{
    return ((double)khz - than) / than * 1e6;
}

static void add_kind(struct sheet *s, const struct tsc *tsc)
{
    const char *kind = tsc_kinds[tsc->kind];

    sheet_add(s, "tsc", tsc->source, kind ? json_object_new_string(kind) : NULL,
              "%s", kind ? kind : "unknown: dom0 is no PV domain");
    if (tsc->info.invariant >= 0)
        sheet_add(s, "tsc_invariant", "CPUID policy",
                  json_object_new_boolean(tsc->info.invariant), "%s",
                  tsc->info.invariant ? "yes" : "no");
}

/* Adds its frequency, the host's, and the difference. */
static void add_khz(struct sheet *s, const struct tsc *tsc)
{
    uint32_t khz = tsc->info.khz, host = tsc->info.host_khz;
    char text[DECIMAL_TEXT];

    sheet_add(s, "tsc_khz", "Xen", json_object_new_int64(khz), "%" PRIu32, khz);
    if (!host)
        return;
    decimal_text(ppm(khz, host), 3, true, text);
    sheet_add(s, "host_tsc_khz", "Xen", json_object_new_int64(host),
              "%" PRIu32 "%s%s%s", host,
              khz == host ? "" : " (the domain's is ", khz == host ? "" : text,
              khz == host ? "" : " ppm)");
}

/*
 * Adds by how much a native TSC is wrong to a guest that was told another
 * frequency where it began.  Nothing scales it in the mode "native": Xen computes
 * the ratio before it learns the frequency of that host (tsc_set_info() and
 * arch_hvm_load()).  In any other mode Xen emulates the TSC, or scales it.
 */
static void add_error(struct sheet *s, const struct tsc *tsc)
{
    uint32_t host = tsc->info.host_khz, made = tsc->made_khz;
    bool wrong = tsc->kind == XENTIME_TSC_NATIVE && tsc->info.mode >= 2 &&
                 made != host;
    double error = wrong ? ppm(host, made) : 0;
    char text[DECIMAL_TEXT];

    if (!made || !host || tsc->kind == XENTIME_TSC_UNKNOWN)
        return;
    decimal_text(fabs(error), 3, false, text);
    sheet_add(s, "tsc_error_ppm", "HVM context", json_decimal(error), "%s%s%s",
              wrong ? text : "none",
              !wrong      ? ""
              : error > 0 ? " fast"
                          : " slow",
              wrong ? ": the domain began on a host with another TSC. Its next "
                      "start sets it right, tsc_mode=\"default\" keeps it so; "
                      "until then a clock source other than tsc"
                    : "");
}

static void add_tsc(struct sheet *s, xentime *xt,
                    const struct xentime_domain *dom,
                    const struct xentime_status *status, uint32_t made_khz)
{
    struct tsc tsc = { .source = "tsc_mode", .made_khz = made_khz };

    if (xentime_get_tsc(xt, dom, &tsc.info))
        return;
    tsc.kind = tsc.info.kind;
    if (!tsc.info.mode)
        tsc.source = "compared";
    if (status) {
        tsc.source = "vtimer domctl";
        tsc.kind = status->native_tsc ? XENTIME_TSC_NATIVE
                                      : XENTIME_TSC_EMULATED;
    }
    if (tsc.info.mode < ARRAY_LEN(tsc_modes))
        sheet_add(s, "tsc_mode", "Xen",
                  json_object_new_string(tsc_modes[tsc.info.mode]), "%s",
                  tsc_modes[tsc.info.mode]);
    add_kind(s, &tsc);
    add_khz(s, &tsc);
    add_error(s, &tsc);
}

/* ---- the RTC ---- */

static void add_rtc(struct sheet *s, int64_t offset)
{
    char text[RTC_TEXT];

    rtc_text(offset, text);
    sheet_add(s, "rtc_offset_s", "HVM context", json_object_new_int64(offset),
              "%s", text);
}

/* ---- timers that timer_mode does not touch ---- */

#define PV_TIMERS \
    "a guest that has Xen's own timers (Linux: clock event device \"xen\") is " \
    "not touched by timer_mode"

/* Tells whether any emulated timer of the domain has had a tick. */
static bool any_due(const struct xentime_vcpu_stats *vcpus, size_t n)
{
    size_t i, timer;

    for (i = 0; i < n; i++)
        for (timer = 0; timer < XENTIME_TIMERS; timer++)
            if (vcpus[i].timer[timer].due || vcpus[i].timer[timer].period_ns)
                return true;
    return false;
}

/*
 * Adds whether the guest has ticks of which timer_mode decides.  One-shot timers
 * that a guest has of Xen by VCPUOP_set_singleshot_timer are no emulated device:
 * Xen tells dom0 nothing of them, and that there are no other ticks is all that
 * can be seen.
 */
static void add_effect(struct sheet *s, xentime *xt,
                       const struct xentime_domain *dom)
{
    struct xentime_vcpu_stats *vcpus;
    double seconds;
    char text[DECIMAL_TEXT];
    size_t n;

    if (xentime_stats(xt, dom, &vcpus, &n)) {
        bool nodata = xentime_last_error(xt)->code == XENTIME_ERR_NODATA;

        sheet_add(s, "timer_mode_effect",
                  nodata ? "not counted" : "Xen does not tell", NULL,
                  "unknown%s: %s",
                  nodata ? " until \"stats\" has Xen count its ticks" : "",
                  PV_TIMERS);
        return;
    }
    seconds = n ? (vcpus->now_ns - vcpus->since_ns) / 1e9 : 0;
    decimal_text(seconds, 1, false, text);
    if (any_due(vcpus, n))
        sheet_add(s, "timer_mode_effect", "vtimer domctl",
                  json_object_new_boolean(true), "yes: it has emulated timers");
    else
        sheet_add(s, "timer_mode_effect", "vtimer domctl",
                  json_object_new_boolean(false),
                  "none: no tick of an emulated timer was due in %s s; %s",
                  text, PV_TIMERS);
    free(vcpus);
}

/* ---- all of them ---- */

void sheet_add_clocks(struct sheet *s, xentime *xt,
                      const struct xentime_domain *dom,
                      const struct xentime_status *status)
{
    struct xentime_clocks clocks = { .present = 0 };

    if (dom->type != XENTIME_PV && xentime_read_clocks(xt, dom, &clocks))
        clocks = (struct xentime_clocks){ .present = 0 };
    add_tsc(s, xt, dom, status, clocks.tsc_khz);
    if (clocks.has_rtc)
        add_rtc(s, clocks.rtc_offset_s);
    if (dom->type != XENTIME_PV)
        add_effect(s, xt, dom);
    else if (dom->domid)
        sheet_add(s, "clock", "it is PV",
                  json_object_new_string("Xen's system time"),
                  "Xen's system time, and at boot and resume Xen's wall clock, "
                  "which dom0 sets. It keeps time by its own NTP; timer_mode "
                  "has no part in it");
}
