/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ntpdate, and the programs that have come after it: ntpdig and sntp.
 *
 * "ntpdate -q" asks servers, and names each in a line that begins with
 * "server"; so does -d.  Without them it has set the clock, and each offset is
 * what has come together since it did so last: order.c then adds them up.
 */

#include "skew/log/log.h"

/* Returns the field after "offset" if that is a number of seconds, or 0. */
static size_t offset_field(const struct log_reader *r, double *offset)
{
    size_t i = log_after(r, r->prefix.message, "offset");

    return i && log_number(r, i, offset) ? i : 0;
}

/*
 * "1 Feb 15:31:11 ntpdate[7]: adjust time server 10.0.0.1 offset 0.1 sec", or
 * the same in syslog; "step time server" if it was set at once.
 */
static bool ntpdate_line(struct log_reader *r)
{
    struct log_reading reading = { .rate = NAN };
    double offset;

    /* "server 10.0.0.1, stratum 2, offset 0.1, delay 0.02": no time. */
    if (!strcmp(r->field[0], "server") &&
        (log_is_word(r, 2, "stratum") || log_is_word(r, 2, "port"))) {
        r->only_asked = true;
        return true;
    }
    if (isnan(r->prefix.t) || !log_is_of(r, "ntpdate"))
        return r->format != NULL && r->prefix.program[0];
    if (log_after(r, r->prefix.message, "no server"))
        log_note(r, NTP_NOT_SYNCHRONISED);
    if (!offset_field(r, &offset))
        return true;
    log_zone(r);
    reading.t = r->prefix.t;
    reading.dated = r->prefix.dated;
    reading.error = -offset;
    reading.source = r->prefix.host;
    log_add(r, &reading);
    if (!r->only_asked && log_is_word(r, r->prefix.message, "step"))
        log_move(r, reading.source, reading.t, offset);
    return true;
}

/* "CLOCK: time stepped by 0.5", which follows the line with the offset. */
static bool ntpdig_has_set(struct log_reader *r)
{
    double size;
    size_t i = log_after(r, 1, "by");

    if (strcmp(r->field[0], "CLOCK:") != 0 || !log_is_word(r, 1, "time"))
        return false;
    r->was_set = true;
    if (log_is_word(r, 2, "stepped") && !isnan(r->last_stamp) &&
        log_number(r, i, &size))
        log_move(r, "", r->last_stamp, size);
    return true;
}

/* "2017-08-22 13:22:36.5 (+0000) -0.000214 +/- 0.035 host address s2" */
static bool ntpdig_line(struct log_reader *r)
{
    struct log_reading reading = { .rate = NAN, .source = "", .dated = true };
    double zone, offset;

    if (r->format && ntpdig_has_set(r))
        return true;
    if (r->n < 6 || !log_iso_date(r, 0, &reading.t) || r->field[2][0] != '(' ||
        !log_number_before(r->field[2] + 1, ")", &zone) ||
        !log_number(r, 3, &offset) || !log_is_word(r, 4, "+/-"))
        return false;
    /* The zone "+0530" is read as 530: hours and minutes. */
    reading.t -= trunc(zone / 100) * LOG_HOUR + fmod(zone, 100) * 60;
    reading.error = -offset;
    r->last_stamp = reading.t;
    log_add(r, &reading);
    return true;
}

const struct log_format log_ntpdate[] = {
    { "ntpdate", NTP_NTPDATE, ntpdate_line, .prefixed = true },
    { "ntpdate", NTP_NTPDATE, ntpdig_line },
    { 0 },
};
