/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd-timesyncd: timedatectl timesync-status, and messages.
 *
 * Its offset is RFC 5905's theta, positive where the clock is slow, and its
 * frequency is the kernel's correction, so that both have the other sign here
 * (systemd's timedatectl.c, print_ntp_status_info(); timesyncd-manager.c,
 * manager_receive_response() and manager_adjust_clock()).
 */

#include "skew/log/log.h"

/* seconds; NTP_MAX_ADJUST of timesyncd-manager.c: it steps from there on. */
#define STEPS_FROM 0.4

/* A report has no time of its own. */
static void keep(struct log_reader *r)
{
    log_end(r, NAN);
}

/* Reads "Offset: -5.318ms" or "Offset: +1min 2.5s". */
static bool offset(struct log_reader *r, size_t i)
{
    bool slow = i < r->n && r->field[i][0] != '-';
    double part, sum = 0;
    size_t first = i;

    for (; i < r->n; i++) {
        if (!log_seconds(r->field[i], "", &part))
            return false;
        sum += fabs(part);
    }
    r->report.error = slow ? -sum : sum;
    return i > first;
}

static bool frequency(struct log_reader *r, size_t i)
{
    double ppm;

    if (i >= r->n || !log_number_before(r->field[i], "ppm", &ppm))
        return false;
    r->report.rate = -ppm;
    return true;
}

static bool server(struct log_reader *r, size_t i)
{
    keep(r);
    (void)i;
    return true;
}

static bool leap(struct log_reader *r, size_t i)
{
    if (log_is_word(r, i, "not"))
        r->report.unsynchronised = true;
    return true;
}

static const struct log_label labels[] = {
    { "Server", server, true },
    { "Poll interval", NULL, true },
    { "Offset", offset },
    { "Frequency", frequency },
    { "Leap", leap },
    { "Version" },
    { "Stratum" },
    { "Reference" },
    { "Precision" },
    { "Root distance" },
    { "Delay" },
    { "Jitter" },
    { "Packet count" },
};

static bool status_line(struct log_reader *r)
{
    return log_read_label(r, labels, sizeof(labels) / sizeof(labels[0]));
}

/*
 * "interval/delta/delay/jitter/drift 64s/-0.002s/0.020s/0.000s/-31ppm", until
 * release 229, and later where messages for debugging are kept.
 */
static bool read_deltas(const struct log_reader *r, double *delta,
                        double *drift)
{
    size_t at = log_after(r, r->prefix.message,
                          "interval/delta/delay/jitter/drift");
    char text[128], *part[5], *save;
    size_t n = 0;

    if (!at || strlen(r->field[at]) >= sizeof(text))
        return false;
    log_copy(text, sizeof(text), r->field[at]);
    part[0] = strtok_r(text, "/", &save);
    while (part[n] && ++n < 5)
        part[n] = strtok_r(NULL, "/", &save);
    return n == 5 && log_number_before(part[1], "s", delta) &&
           log_number_before(part[4], "ppm", drift);
}

static bool message(struct log_reader *r)
{
    struct log_reading reading = { 0 };
    double delta, drift;

    if (isnan(r->prefix.t) || !log_is_of(r, "systemd-timesyncd"))
        return r->format != NULL && r->prefix.program[0];
    if (!read_deltas(r, &delta, &drift))
        return true;
    reading.t = r->prefix.t;
    reading.dated = r->prefix.dated;
    reading.error = -delta;
    reading.rate = -drift;
    reading.source = r->prefix.host;
    log_add(r, &reading);
    if (fabs(delta) >= STEPS_FROM)
        log_move(r, reading.source, reading.t, delta);
    return true;
}

const struct log_format log_timesyncd[] = {
    { "timesync-status", NTP_TIMESYNCD, status_line, keep },
    { "timesyncd", NTP_TIMESYNCD, message, .prefixed = true },
    { 0 },
};
