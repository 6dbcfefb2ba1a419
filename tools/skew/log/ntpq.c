/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the answers of ntpd and the kernel: ntpq -p, ntpq -c rv, ntptime, and
 * kerninfo of ntpdc and ntpq.  Where a report has no time, that of a line of
 * date(1) before it counts.
 */

#include "skew/log/log.h"

/* The time is that of the report, or else that of date(1). */
static void keep(struct log_reader *r)
{
    log_end(r, r->report.t);
}

/* ---- ntpq -p ---- */

static bool is_head_of_peers(const struct log_reader *r)
{
    return log_is_word(r, 0, "remote") && log_is_word(r, 1, "refid");
}

/* "u", "l" and so on: how ntpd knows the peer. */
static bool is_kind(const char *text)
{
    return strlen(text) == 1 && strchr("ulbBmMsapA-", *text);
}

/*
 * "*192.0.2.1 .GPS. 1 u 24 64 377 18.241 -0.112 0.042": milliseconds.  A peer
 * that has not answered in its last eight polls has no offset.
 */
static bool peer_line(struct log_reader *r)
{
    double stratum, poll, reach, delay, offset, jitter;
    const char *remote;

    if (is_head_of_peers(r))
        return true;
    if (r->n != 10 || !log_number(r, 2, &stratum) || !is_kind(r->field[3]) ||
        !log_number(r, 5, &poll) || !log_number(r, 6, &reach) ||
        !log_number(r, 7, &delay) || !log_number(r, 8, &offset) ||
        !log_number(r, 9, &jitter))
        return false;
    remote = r->field[0] + (strchr("*+-#xo.", r->field[0][0]) != NULL);
    if (stratum >= 16 || reach == 0)
        log_note(r, NTP_NOT_SYNCHRONISED);
    else
        log_add_now(r, NAN, -offset / 1e3, NAN, remote);
    return true;
}

/* ---- the kernel: ntptime, kerninfo ---- */

/*
 * The kernel's offset is one only while ntpd has it steer the clock (PLL or
 * FLL), and while it takes its time for synchronised.
 */
static void kernel_status(struct log_reader *r)
{
    const char *status = r->text;

    if (strstr(status, "UNSYNC") || strstr(status, "unsync") ||
        !(strstr(status, "PLL") || strstr(status, "pll") ||
          strstr(status, "FLL") || strstr(status, "fll")))
        r->report.unsynchronised = true;
}

/* "offset 0.780 us, frequency 4.201 ppm, interval 1 s," */
static bool ntptime_offset(struct log_reader *r)
{
    double us, ppm;

    if (!log_number(r, 1, &us) || !log_is_word(r, 2, "us,") ||
        !log_is_word(r, 3, "frequency") || !log_number(r, 4, &ppm))
        return false;
    r->report.error = -us / 1e6;
    r->report.rate = -ppm;
    return true;
}

static bool ntptime_line(struct log_reader *r)
{
    static const char *const others[] = {
        "ntp_adjtime()", "modes", "maximum", "time", "pps", "intervals",
    };
    size_t i;

    if (!strcmp(r->field[0], "ntp_gettime()")) {
        keep(r);
        r->report.begun = true;
        return true;
    }
    if (!r->format)
        return false;
    if (log_is_word(r, 0, "time") && r->n > 1)
        log_ntp_date(r->field[1], &r->report.t);
    if (!strcmp(r->field[0], "offset"))
        return ntptime_offset(r);
    if (!strcmp(r->field[0], "status")) {
        kernel_status(r);
        return true;
    }
    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (!strcmp(r->field[0], others[i]))
            return true;
    return false;
}

/* "pll offset: -0.002536 s" of ntpdc; ntpq has milliseconds, and no unit. */
static bool pll_offset(struct log_reader *r, size_t i)
{
    double value;

    keep(r);
    if (!log_number(r, i, &value))
        return false;
    r->report.error = log_is_word(r, i + 1, "s") ? -value : -value / 1e3;
    return true;
}

static bool pll_frequency(struct log_reader *r, size_t i)
{
    double ppm;

    if (!log_number(r, i, &ppm))
        return false;
    r->report.rate = -ppm;
    return true;
}

static bool status(struct log_reader *r, size_t i)
{
    (void)i;
    kernel_status(r);
    return true;
}

static const struct log_label labels[] = {
    { "pll offset", pll_offset, true },
    { "pll frequency", pll_frequency },
    { "status", status },
    { "kernel status", status },
    { "maximum error" },
    { "estimated error" },
    { "precision" },
    { "frequency tolerance" },
    { "time constant" },
    { "pll time constant" },
    { "pps frequency" },
    { "pps stability" },
    { "pps jitter" },
    { "calibration interval" },
    { "calibration cycles" },
    { "jitter exceeded" },
    { "stability exceeded" },
    { "calibration errors" },
};

static bool kerninfo_line(struct log_reader *r)
{
    return log_read_label(r, labels, sizeof(labels) / sizeof(labels[0]));
}

/* ---- ntpq -c rv ---- */

/* Reads a variable of "leap=00, stratum=2, offset=-0.075, frequency=-10.9". */
static void variable(struct log_reader *r, const char *text)
{
    struct log_report *p = &r->report;
    double value;

    if (!strncmp(text, "clock=", 6) || !strncmp(text, "rec=", 4))
        log_ntp_date(strchr(text, '=') + 1, &p->t);
    if (!strncmp(text, "leap=11", 7) || !strncmp(text, "stratum=16", 10))
        p->unsynchronised = true;
    if (!strncmp(text, "srcadr=", 7)) {
        log_copy(p->source, sizeof(p->source), text + 7);
        p->source[strcspn(p->source, ",")] = '\0';
    }
    if (!strncmp(text, "offset=", 7) &&
        (log_number_before(text + 7, ",", &value) ||
         log_number_before(text + 7, "", &value)))
        p->error = -value / 1e3;
    if (!strncmp(text, "frequency=", 10) &&
        (log_number_before(text + 10, ",", &value) ||
         log_number_before(text + 10, "", &value)))
        p->rate = -value;
}

/*
 * The first line is "associd=0 status=0615 leap_none, sync_ntp, 1 event,
 * clock_sync,"; so it is of ntpq -c kerninfo.
 */
static bool variables_line(struct log_reader *r)
{
    bool first = !strncmp(r->field[0], "associd=", 8) ||
                 !strncmp(r->field[0], "assID=", 6);
    size_t i;

    if (first)
        keep(r);
    else if (r->format && kerninfo_line(r))
        return true;
    else if (!r->format || !strchr(r->text, '='))
        return false;
    r->report.begun = true;
    for (i = 0; i < r->n; i++)
        variable(r, r->field[i]);
    return true;
}

const struct log_format log_ntpq[] = {
    { "ntpq -p", NTP_NTPD, peer_line, keep },
    { "kerninfo", NTP_NTPD, kerninfo_line, keep },
    { "ntptime", NTP_NTPD, ntptime_line, keep },
    { "ntpq", NTP_NTPD, variables_line, keep },
    { 0 },
};
