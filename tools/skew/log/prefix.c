/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what syslog, the journal and programs with a log of their own put before a
 * message: a time stamp, perhaps a host, and a program with its process id.
 *
 *   Sep 02 06:00:11 host ntpd[811]:             syslog; journalctl, also with
 *                                               decimals (short-precise)
 *    2 Sep 06:00:11 ntpd[811]:                  ntpd and ntpdate themselves
 *   2024-09-02T06:00:11.5+02:00 host ntpd[811]: RFC 3339, short-iso
 *   Mon 2024-09-02 06:00:11 UTC host ntpd[811]: short-full
 *   Mon Sep  2 06:00:11 2024 daemon.info ntpd[811]:  logread of OpenWrt
 *   1725256811.500000 host ntpd[811]:           short-unix
 */

#include <ctype.h>

#include "skew/log/log.h"

/* Reads "Z", "+02:00", "-0330" or "+02", or nothing, as seconds. */
static bool zone(const char *text, double *seconds)
{
    char digits[5] = "0000";
    size_t n = 0;
    const char *p;

    *seconds = 0;
    if (!*text || !strcmp(text, "Z"))
        return true;
    if (*text != '+' && *text != '-')
        return false;
    for (p = text + 1; *p; p++) {
        if (*p == ':' && n == 2)
            continue;
        if (!isdigit((unsigned char)*p) || n == 4)
            return false;
        digits[n++] = *p;
    }
    if (n != 2 && n != 4)
        return false;
    *seconds = ((digits[0] - '0') * 10 + digits[1] - '0') * LOG_HOUR +
               ((digits[2] - '0') * 10 + digits[3] - '0') * 60.0;
    if (*text == '-')
        *seconds = -*seconds;
    return true;
}

/* Reads "2024-09-02T06:00:11.5+02:00". */
static bool rfc3339(const char *text, double *t)
{
    char day[11], time[32];
    double date, seconds, east;
    size_t length;

    if (strlen(text) < 19 || (text[10] != 'T' && text[10] != 't'))
        return false;
    log_copy(day, sizeof(day), text);
    text += 11;
    length = strspn(text, "0123456789:.");
    if (length >= sizeof(time))
        return false;
    log_copy(time, length + 1, text);
    if (!log_iso_day(day, "", &date) || !log_time_of_day(time, "", &seconds) ||
        !zone(text + length, &east))
        return false;
    *t = date + seconds - east;
    return true;
}

/* Reads "Sep 02 06:00:11" or "2 Sep 06:00:11", whose year is not told. */
static bool without_year(struct log_reader *r)
{
    double seconds;
    int month, day;

    if (r->n < 3)
        return false;
    month = log_month(r->field[0]);
    if (!log_day_of_month(r->field[month ? 1 : 0], &day))
        return false;
    if (!month)
        month = log_month(r->field[1]);
    if (!month || !log_time_of_day(r->field[2], "", &seconds))
        return false;
    r->prefix.t = log_without_year(r, month, day, seconds);
    return true;
}

static bool is_weekday(const char *text)
{
    return strlen(text) == 3 && strstr("MonTueWedThuFriSatSun", text);
}

/* Reads "Mon Sep  2 06:00:11 2024". */
static bool with_weekday(const struct log_reader *r, double *t)
{
    double seconds, year;
    int month, day;

    if (r->n < 5)
        return false;
    month = log_month(r->field[1]);
    if (!month || !log_day_of_month(r->field[2], &day) ||
        !log_time_of_day(r->field[3], "", &seconds) ||
        !log_number(r, 4, &year) || year < 1970 || year > 9999)
        return false;
    *t = log_day((int)year, month, day) + seconds;
    return true;
}

static bool since_1970(const struct log_reader *r, double *t)
{
    return strspn(r->field[0], "0123456789") >= 9 && log_number(r, 0, t) &&
           *t < 1e10 && strchr(r->field[0], '.');
}

/* Reads a time stamp into r->prefix; returns how many fields it has. */
static size_t stamp(struct log_reader *r)
{
    double *t = &r->prefix.t;

    if (without_year(r))
        return 3;
    r->prefix.dated = true;
    if (rfc3339(r->field[0], t) || since_1970(r, t))
        return 1;
    if (log_iso_date(r, 0, t))
        return 2;
    if (is_weekday(r->field[0])) {
        if (log_iso_date(r, 1, t))
            return 4;
        if (with_weekday(r, t))
            return 5;
    }
    *t = NAN;
    return 0;
}

/* Tells whether a word names a program, as "ntpd[811]:" and "ntpd:" do. */
static bool is_program(const char *text)
{
    size_t length = strlen(text);

    return length > 1 && text[length - 1] == ':' &&
           isalpha((unsigned char)text[0]);
}

bool log_read_prefix(struct log_reader *r)
{
    size_t first, i;

    r->prefix = (struct log_prefix){ .t = NAN, .host = "", .program = "" };
    first = stamp(r);
    r->prefix.message = first;
    /* Two words at most are before the program: host, or host and facility. */
    for (i = first; i < r->n && i <= first + 2; i++)
        if (is_program(r->field[i])) {
            r->prefix.program = r->field[i];
            r->prefix.message = i + 1;
            if (first && i > first)
                r->prefix.host = r->field[first];
            break;
        }
    return first != 0;
}

bool log_is_of(const struct log_reader *r, const char *program)
{
    size_t length = strlen(program);

    return !strncmp(r->prefix.program, program, length) &&
           strchr("[:", r->prefix.program[length]);
}

/* Tells whether an interval is the one that lines have had, or nearly. */
static bool fits(double interval, double usual)
{
    return fabs(interval - usual) <= fmax(0.1 * usual, 120);
}

/*
 * When summer time begins and ends, as days of a year without 29 February (tz
 * database, 2024).  It is a Sunday, so that each rule is a week or a little
 * more; a year is not told, and so no weekday.  An interval may also be longer
 * because a line is missing, which makes narrow limits worth while.
 */
static const struct change {
    int from, to;
    double hour; /* what local time goes by, seconds */
} changes[] = {
    { 67, 73, LOG_HOUR },   /* 8 to 14 March: America */
    { 82, 90, LOG_HOUR },   /* 23 to 31 March: Europe, Israel */
    { 245, 251, LOG_HOUR }, /* 2 to 8 September: Chile */
    { 267, 280,
      LOG_HOUR }, /* 24 September to 7 October: New Zealand, Australia */
    { 91, 98, -LOG_HOUR },   /* 1 to 8 April: Australia, New Zealand, Chile */
    { 298, 311, -LOG_HOUR }, /* 25 October to 7 November: Europe, America */
};

/* Returns by how much local time may have gone here, in seconds, or 0. */
static double change_of(const struct log_reader *r)
{
    size_t i;

    if (fmod(r->prefix.t, LOG_DAY) >= 4 * LOG_HOUR)
        return 0;
    for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
        if (r->last_day >= changes[i].from && r->last_day <= changes[i].to)
            return changes[i].hour;
    return 0;
}

void log_zone(struct log_reader *r)
{
    double gap = r->prefix.t + r->zone - r->last_stamp;
    double usual = r->last_interval, hour;

    if (r->prefix.dated || isnan(r->prefix.t))
        return;
    hour = change_of(r);
    if (hour != 0 && !isnan(usual) && !fits(gap, usual) &&
        fits(gap - hour, usual)) {
        log_note(r, NTP_ZONE_CHANGED);
        r->zone -= hour;
        gap -= hour;
    }
    r->last_interval = gap;
    r->prefix.t += r->zone;
    r->last_stamp = r->prefix.t;
}
