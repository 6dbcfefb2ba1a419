/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what chronyc prints: tracking, also as comma-separated values (chronyc
 * -c), sources and sourcestats.
 */

#include "skew/log/log.h"

/* The time is that of date(1), or else that of the last update. */
static void keep(struct log_reader *r)
{
    log_end(r, isnan(r->date) ? r->report.t : r->date);
}

/* "Ref time (UTC)  : Thu Feb 02 04:51:19 2017" */
static bool reference_time(struct log_reader *r, size_t i)
{
    double seconds, year;
    int month, day;

    if (i + 5 != r->n || !log_day_of_month(r->field[i + 2], &day) ||
        !log_time_of_day(r->field[i + 3], "", &seconds) ||
        !log_number(r, i + 4, &year) || year < 1900 || year > 9999)
        return false;
    month = log_month(r->field[i + 1]);
    if (!month)
        return false;
    r->report.t = log_day((int)year, month, day) + seconds;
    return true;
}

/* "System time     : 0.000006523 seconds slow of NTP time" */
static bool system_time(struct log_reader *r, size_t i)
{
    double error;

    if (!log_number(r, i, &error) || !log_is_word(r, i + 1, "seconds"))
        return false;
    r->report.error = log_is_word(r, i + 2, "slow") ? -error : error;
    return true;
}

/* "Frequency       : 331.898 ppm fast" */
static bool frequency(struct log_reader *r, size_t i)
{
    double rate;

    if (!log_number(r, i, &rate) || !log_is_word(r, i + 1, "ppm"))
        return false;
    r->report.rate = log_is_word(r, i + 2, "slow") ? -rate : rate;
    return true;
}

/* "Leap status     : Not synchronised" */
static bool leap_status(struct log_reader *r, size_t i)
{
    if (log_is_word(r, i, "Not"))
        r->report.unsynchronised = true;
    return true;
}

/* "Stratum         : 0" */
static bool stratum(struct log_reader *r, size_t i)
{
    if (log_is_word(r, i, "0"))
        r->report.unsynchronised = true;
    return true;
}

static bool reference_id(struct log_reader *r, size_t i)
{
    (void)i;
    keep(r);
    return true;
}

/* Older releases begin with the time, and end with the root dispersion. */
static bool first_or_time(struct log_reader *r, size_t i)
{
    if (!isnan(r->report.error))
        keep(r);
    return reference_time(r, i);
}

/* Somebody may keep this line of reports alone. */
static bool first_or_error(struct log_reader *r, size_t i)
{
    if (!isnan(r->report.error))
        keep(r);
    return system_time(r, i);
}

static const struct log_label labels[] = {
    { "Reference ID", reference_id, true },
    { "Ref time (UTC)", first_or_time, true },
    { "Ref time", first_or_time, true },
    { "System time", first_or_error, true },
    { "Frequency", frequency },
    { "Leap status", leap_status },
    { "Stratum", stratum },
    { "Last offset" },
    { "RMS offset" },
    { "Residual freq" },
    { "Skew" },
    { "Root delay" },
    { "Root dispersion" },
    { "Update interval" },
};

static bool tracking_line(struct log_reader *r)
{
    return log_read_label(r, labels, sizeof(labels) / sizeof(labels[0]));
}

/* Cuts field 0 up where it has commas; returns how many parts it has. */
static size_t cut(char *text, char **part, size_t room)
{
    size_t n = 0;

    while (text && n < room) {
        part[n++] = text;
        text = strchr(text, ',');
        if (text)
            *text++ = '\0';
    }
    return n;
}

/*
 * "C0000201,192.0.2.1,3,1725256800.1,0.000200201,0.000021,0.000031,14.900,
 * 0.001,0.110,0.012,0.0009,64.4,Normal": the system time is positive where it
 * is slow, the frequency where it is fast.
 */
static bool csv_line(struct log_reader *r)
{
    struct log_reading reading = { .source = "", .dated = true };
    char text[256], *part[14];

    if (r->n < 1 || r->n > 2 || strlen(r->text) >= sizeof(text))
        return false;
    log_copy(text, sizeof(text), r->text);
    text[strcspn(text, "\r\n")] = '\0';
    if (cut(text, part, 14) != 14 ||
        !log_number_before(part[3], "", &reading.t) ||
        !log_number_before(part[4], "", &reading.error) ||
        !log_number_before(part[7], "", &reading.rate))
        return false;
    reading.error = -reading.error;
    if (!strcmp(part[2], "0") || !strncmp(part[13], "Not", 3))
        log_note(r, NTP_NOT_SYNCHRONISED);
    else
        log_add(r, &reading);
    return true;
}

/* ---- sources and sourcestats ---- */

/* Reads "+159us[+3006us]" or "+159us[", the part before the bracket. */
static bool adjusted(const char *text, double *seconds)
{
    char number[32];
    size_t length = strcspn(text, "[");

    if (!text[length] || length >= sizeof(number))
        return false;
    log_copy(number, length + 1, text);
    return log_seconds(number, "", seconds);
}

/* Tells whether a word is "^*", "=+" or "#?": kind and state of a source. */
static bool is_source(const char *text)
{
    return strlen(text) == 2 && strchr("^=#", text[0]) &&
           strchr("*+-?x~", text[1]);
}

/*
 * "^* ntp.example.net 2 6 377 23 +159us[+3006us] +/- 11ms": by how much the
 * clock was ahead of the source, adjusted by what was slewed since.
 */
static bool sources_line(struct log_reader *r)
{
    double stratum, reach, error;

    if (log_is_word(r, 0, "MS"))
        return true;
    if (r->n < 8 || !is_source(r->field[0]) || !log_number(r, 2, &stratum) ||
        !log_number(r, 4, &reach) || !adjusted(r->field[6], &error))
        return false;
    if (r->field[0][1] == '?' || reach == 0)
        log_note(r, NTP_NOT_SYNCHRONISED);
    else
        log_add_now(r, NAN, error, NAN, r->field[1]);
    return true;
}

/*
 * "ntp.example.net 25 15 32m -0.007 0.142 -878us 106us": the offset is that of
 * statistics.log, positive where the clock is fast.
 */
static bool sourcestats_line(struct log_reader *r)
{
    double samples, runs, frequency, skew, error, deviation;

    if (log_is_word(r, 0, "Name/IP"))
        return true;
    if (r->n != 8 || !log_number(r, 1, &samples) || !log_number(r, 2, &runs) ||
        !log_number(r, 4, &frequency) || !log_number(r, 5, &skew) ||
        !log_seconds(r->field[6], "", &error) ||
        !log_seconds(r->field[7], "", &deviation))
        return false;
    if (samples == 0)
        log_note(r, NTP_NOT_SYNCHRONISED);
    else
        log_add_now(r, NAN, error, NAN, r->field[0]);
    return true;
}

const struct log_format log_chronyc[] = {
    { "tracking", NTP_CHRONYD, tracking_line, keep },
    { "tracking", NTP_CHRONYD, csv_line },
    { "sources", NTP_CHRONYD, sources_line, keep },
    { "sourcestats", NTP_CHRONYD, sourcestats_line, keep },
    { 0 },
};
