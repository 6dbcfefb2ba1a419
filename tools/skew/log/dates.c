/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dates of logs.  strptime(3) would do for most of them, but it takes longer
 * than all the rest of a line, and allows more than a log has.
 */

#include <ctype.h>
#include <stdlib.h>

#include "skew/log/log.h"

#define MJD_OF_1970 40587
#define NTP_OF_1970 2208988800.0 /* seconds from 1900 to 1970 */

/* The days of a year that is none of 366, before each month. */
static const int days_before[] = {
    0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334,
};

double log_day(int year, int month, int day)
{
    /* Counted from 1 March 0000, as then 29 February ends a year. */
    int y = month > 2 ? year : year - 1, m = (month + 9) % 12;
    int days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day;

    return (days - 719469) * LOG_DAY;
}

/* Returns the number that one or two digits make, 0 if there are more. */
static int small_number(const char *text, size_t digits)
{
    int n = 0;
    size_t i;

    for (i = 0; i < digits && digits <= 2; i++)
        n = 10 * n + text[i] - '0';
    return n;
}

int log_month(const char *text)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    size_t digits = strspn(text, "0123456789"), i;
    int month = small_number(text, digits);

    for (i = 0; i < 12; i++)
        if (!strncmp(text, names + 3 * i, 3) && !text[3])
            return (int)i + 1;
    /* Chinese and Japanese have a number and U+6708. */
    return month > 12 || strcmp(text + digits, "\346\234\210") != 0 ? 0 : month;
}

/* Reads two digits, or -1. */
static int two_digits(const char *text)
{
    if (!isdigit((unsigned char)text[0]) || !isdigit((unsigned char)text[1]))
        return -1;
    return 10 * (text[0] - '0') + text[1] - '0';
}

bool log_time_of_day(const char *text, const char *end, double *seconds)
{
    int hour = two_digits(text), minute;
    double s;

    if (hour < 0 || hour > 23 || text[2] != ':')
        return false;
    minute = two_digits(text + 3);
    if (minute < 0 || minute > 59 || text[5] != ':')
        return false;
    if (!isdigit((unsigned char)text[6]) ||
        !log_number_before(text + 6, end, &s) || s > 61)
        return false;
    *seconds = hour * LOG_HOUR + minute * 60.0 + s;
    return true;
}

bool log_day_of_month(const char *text, int *day)
{
    size_t digits = strspn(text, "0123456789");

    if (text[digits])
        return false;
    *day = small_number(text, digits);
    return *day >= 1 && *day <= 31;
}

bool log_iso_day(const char *text, const char *end, double *t)
{
    int century = two_digits(text), year, month, day;

    if (century < 0)
        return false;
    year = two_digits(text + 2);
    if (year < 0 || text[4] != '-')
        return false;
    month = two_digits(text + 5);
    if (month < 1 || month > 12 || text[7] != '-')
        return false;
    day = two_digits(text + 8);
    if (day < 1 || day > 31 || strcmp(text + 10, end) != 0)
        return false;
    *t = log_day(100 * century + year, month, day);
    return true;
}

bool log_iso_date(const struct log_reader *r, size_t i, double *t)
{
    double day, seconds;

    if (i + 1 >= r->n || !log_iso_day(r->field[i], "", &day) ||
        !log_time_of_day(r->field[i + 1], "", &seconds))
        return false;
    *t = day + seconds;
    return true;
}

bool log_mjd(const struct log_reader *r, double *t)
{
    double day, second;

    if (!log_number(r, 0, &day) || !log_number(r, 1, &second) ||
        day != floor(day) || day < 0 || day > 200000 || second < 0 ||
        second > LOG_DAY + 1)
        return false;
    *t = (day - MJD_OF_1970) * LOG_DAY + second;
    return true;
}

bool log_ntp_date(const char *text, double *t)
{
    char *end;
    unsigned long whole, part;

    if (strspn(text, "0123456789abcdef") != 8 || text[8] != '.')
        return false;
    whole = strtoul(text, &end, 16);
    if (strspn(end + 1, "0123456789abcdef") != 8)
        return false;
    part = strtoul(end + 1, &end, 16);
    /* NTP begins anew in 2036. */
    *t = (double)whole + (whole < 0x80000000 ? 4294967296.0 : 0) - NTP_OF_1970 +
         (double)part / 4294967296.0;
    return *end == ',' || !*end;
}

/* Half a year in days. */
#define HALF_A_YEAR 183

double log_without_year(struct log_reader *r, int month, int day,
                        double seconds)
{
    int of_year = days_before[month - 1] + day;

    if (of_year + HALF_A_YEAR < r->last_day) {
        r->years++;
        r->leap_day = false;
        log_note(r, NTP_YEAR_TURNED);
    }
    r->last_day = of_year;
    if (month == 2 && day == 29)
        r->leap_day = true;
    else if (r->leap_day && month > 2)
        of_year++;
    return log_day(2000, 1, 1) + (365.0 * r->years + of_year - 1) * LOG_DAY +
           seconds;
}

/* Reads "Sep  2 06:00:00 UTC 2024" or "2 Sep 06:00:00 CEST 2024". */
static bool date_words(const struct log_reader *r, size_t i, double *t)
{
    bool day_first = i + 1 < r->n && log_month(r->field[i + 1]);
    double seconds, year;
    int month, day;

    if (r->n != i + 5)
        return false;
    month = log_month(r->field[i + day_first]);
    if (!month || !log_day_of_month(r->field[i + !day_first], &day) ||
        !log_time_of_day(r->field[i + 2], "", &seconds) ||
        !log_number(r, i + 4, &year) || year < 1970 || year > 9999)
        return false;
    *t = log_day((int)year, month, day) + seconds;
    return true;
}

bool log_date_line(const struct log_reader *r, double *t)
{
    if (r->n == 6)
        return date_words(r, 1, t);
    return r->n == 1 && strspn(r->field[0], "0123456789.") >= 10 &&
           log_number(r, 0, t) && *t < 1e10;
}
