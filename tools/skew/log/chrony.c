/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The logs of chronyd: tracking.log, statistics.log and measurements.log
 * (chrony.conf(5), "log"), and its messages.
 */

#include "skew/log/log.h"

/* chronyd slews by a twelfth at most (chrony.conf(5), maxslewrate). */
#define MAX_SLEW (1.0 / 12)

/* A time source that is none: not yet chosen, or the clock itself. */
static bool is_no_source(const char *address)
{
    return !strcmp(address, "0.0.0.0") || !strcmp(address, "127.127.1.1");
}

/*
 * An error that is gone sooner than slewing could have done it was stepped
 * away, which tracking.log says in no other way.
 */
static void find_step(struct log_reader *r, const struct log_reading *now)
{
    double size = -r->report.error;

    if (r->report.begun && fabs(r->report.error) - fabs(now->error) >
                               2 * MAX_SLEW * fabs(now->t - r->report.t) + 0.1)
        log_move(r, "", r->report.t, size);
    r->report.begun = true;
    r->report.t = now->t;
    r->report.error = now->error;
}

/*
 * "2017-08-22 13:22:36 203.0.113.15 2 -3.541 0.075 -8.621e-06 N 1 2.940e-03
 * -2.084e-04 ...": the frequency, its bound, and by how much NTP's time as
 * chronyd knows it was fast.  The clock itself is off by what has not been
 * corrected yet as well, so that its error is the offset minus "Rem. corr.", as
 * max_error in write_log() of chronyd's reference.c has it.  Before 1.27 lines
 * end with the offset.
 */
static bool tracking_log_line(struct log_reader *r)
{
    struct log_reading reading = { .source = "", .dated = true };
    double stratum, bound, offset, remaining = 0;

    if (r->n < 7 || !log_iso_date(r, 0, &reading.t))
        return false;
    if (!log_number(r, 3, &stratum) || !log_number(r, 4, &reading.rate) ||
        !log_number(r, 5, &bound) || !log_number(r, 6, &offset) ||
        (r->n > 7 && strlen(r->field[7]) != 1))
        return false;
    if (r->n > 10 && !log_number(r, 10, &remaining))
        return false;
    if (stratum == 0 || is_no_source(r->field[2]) || log_is_word(r, 7, "?")) {
        log_note(r, NTP_NOT_SYNCHRONISED);
        return true;
    }
    reading.error = offset - remaining;
    find_step(r, &reading);
    log_add(r, &reading);
    return true;
}

/*
 * "2016-11-09 05:40:50 203.0.113.15 N 2 111 111 1111 10 10 1.0 -4.966e-03
 * 2.296e-01 ...": the offset is RFC 5905's theta, positive where the clock is
 * slow.  The tests are "1111 11 1111" before 1.27; the first two groups are of
 * what RFC 5905 has, and who fails there is no source.
 */
static bool measurements_line(struct log_reader *r)
{
    struct log_reading reading = { .rate = NAN, .dated = true };
    double offset, delay;
    size_t tests, i;

    if (r->n < 13 || !log_iso_date(r, 0, &reading.t) ||
        strlen(r->field[3]) != 1)
        return false;
    for (i = 5; i < 8; i++) {
        tests = strlen(r->field[i]);
        if (tests < 2 || tests > 4 || strspn(r->field[i], "01") != tests)
            return false;
    }
    if (!log_number(r, 11, &offset) || !log_number(r, 12, &delay))
        return false;
    if (log_is_word(r, 3, "?") || log_is_word(r, 4, "0") ||
        strchr(r->field[5], '0') || strchr(r->field[6], '0')) {
        log_note(r, NTP_NOT_SYNCHRONISED);
        return true;
    }
    reading.source = r->field[2];
    reading.error = -offset;
    log_add(r, &reading);
    return true;
}

/*
 * "2024-09-02 06:00:00 192.0.2.1 3.000e-04 7.399e-05 8.000e-05 5.749e-07
 * 1.000e-06 2.0e-02 16 0 8 0.00": after the standard deviation, by how much the
 * clock is fast, as estimated from the last samples.
 */
static bool statistics_line(struct log_reader *r)
{
    struct log_reading reading = { .rate = NAN, .dated = true };
    double value;
    size_t i;

    if (r->n < 12 || r->n > 13 || !log_iso_date(r, 0, &reading.t) ||
        !strchr(r->field[3], 'e'))
        return false;
    for (i = 3; i < r->n; i++)
        if (!log_number(r, i, &value))
            return false;
    log_number(r, 4, &reading.error);
    reading.source = r->field[2];
    log_add(r, &reading);
    return true;
}

/* ---- messages ---- */

/*
 * Tells whether chronyd wrote the line: to syslog, or, without its name, to a
 * log of its own.
 */
static bool is_chronyd(const struct log_reader *r)
{
    if (isnan(r->prefix.t))
        return false;
    return log_is_of(r, "chronyd") ||
           (!r->prefix.program[0] &&
            (log_is_word(r, r->prefix.message, "System") ||
             log_is_word(r, r->prefix.message, "Selected")));
}

/* Keeps that the clock has to go forward by @size. */
static void wrong_by(struct log_reader *r, double size)
{
    struct log_reading reading = { r->prefix.t, -size, NAN, r->prefix.host,
                                   r->prefix.dated };

    r->report.begun = true;
    r->report.error = -size;
    log_add(r, &reading);
}

/*
 * "System clock wrong by 41.412227 seconds": it has to go forward.  In some
 * releases "..., adjustment started".  Then "System clock was stepped by
 * 41.412227 seconds", which is all that some people keep.
 */
static bool message(struct log_reader *r)
{
    double size;
    size_t at;

    if (!is_chronyd(r))
        return r->format != NULL && r->prefix.program[0];
    if (log_after(r, r->prefix.message, "Can't synchronise:"))
        log_note(r, NTP_NOT_SYNCHRONISED);
    at = log_after(r, r->prefix.message, "System clock wrong by");
    if (at && log_number(r, at, &size))
        wrong_by(r, size);
    at = log_after(r, r->prefix.message, "System clock was stepped by");
    if (at && log_number(r, at, &size)) {
        if (!r->report.begun ||
            fabs(r->report.error + size) > 0.01 + fabs(size) / 100)
            wrong_by(r, size);
        r->report.begun = false;
        log_move(r, r->prefix.host, r->prefix.t, size);
    }
    return true;
}

const struct log_format log_chrony[] = {
    { "tracking.log", NTP_CHRONYD, tracking_log_line },
    { "statistics.log", NTP_CHRONYD, statistics_line },
    { "measurements.log", NTP_CHRONYD, measurements_line },
    { "chronyd", NTP_CHRONYD, message, .prefixed = true },
    { 0 },
};
