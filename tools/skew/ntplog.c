/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what NTP tools write: see ntplog.h. */

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "skew/ntplog.h"
#include "skew/clock-fit.h"
#include "tool.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_FIELDS 24
#define LONGEST_LINE 4096

#define DAY 86400.0
#define MJD_OF_1970 40587

/*
 * ppm; over this "ntpd is working pretty hard", wrote Dave Winchell to
 * xen-devel in January 2008 (see HISTORY in xentime-modes(7)).
 */
#define HARD_ALLAN_DEVIATION 1000

/* A reading, as a line gives it. */
struct reading {
    double t, error;
    double rate; /* ppm; NAN: not told */
    const char *source;
    bool hard;
};

/* The state that is kept from line to line. */
struct reader {
    int year, last_day;     /* ntpdate's dates have no year */
    double ref_time, error; /* of chronyc tracking; NAN: not yet read */
    char line[LONGEST_LINE];
    char words[LONGEST_LINE]; /* the line, cut up into fields */
    char *field[MAX_FIELDS];
    size_t n;
};

/* ---- fields ---- */

/* Reads a number that is finite and has nothing after it but @end. */
static bool number_before(const char *text, const char *end, double *value)
{
    double v;
    char *stop;

    /* No nan, inf or 0x10, which strtod() would take. */
    if (strspn(text, "+-.0123456789eE") + strlen(end) < strlen(text))
        return false;
    v = strtod(text, &stop);
    if (stop == text || strcmp(stop, end) != 0 || !isfinite(v))
        return false;
    *value = v;
    return true;
}

static bool number(const struct reader *r, size_t i, double *value)
{
    return i < r->n && number_before(r->field[i], "", value);
}

/* Reads an offset in seconds, of less than 1e8 (three years). */
static bool offset(const struct reader *r, size_t i, double *value)
{
    return number(r, i, value) && fabs(*value) < 1e8;
}

static bool is_word(const struct reader *r, size_t i, const char *word)
{
    return i < r->n && !strcmp(r->field[i], word);
}

/* ---- dates ---- */

static bool mjd(const struct reader *r, double *t)
{
    double day, second;

    if (!number(r, 0, &day) || !number(r, 1, &second) || day != floor(day) ||
        day < 0 || day > 200000 || second < 0 || second > DAY + 1)
        return false;
    *t = (day - MJD_OF_1970) * DAY + second;
    return true;
}

/* Tells whether all of @text is a date of @format, in English. */
static bool is_date(const char *text, const char *format, struct tm *tm)
{
    const char *end = strptime(text, format, tm);

    return end && !*end;
}

/* The seconds of "hh:mm:ss" with or without decimals. */
static bool time_of_day(const char *text, double *seconds)
{
    struct tm tm = { .tm_hour = 0 };
    const char *second = strptime(text, "%H:%M:", &tm);
    double s;

    if (!second || second != text + 6 || !number_before(second, "", &s) ||
        s < 0 || s > 61)
        return false;
    *seconds = tm.tm_hour * 3600.0 + tm.tm_min * 60.0 + s;
    return true;
}

/* "2017-08-22 13:22:36" in fields @i and i + 1. */
static bool iso_date(const struct reader *r, size_t i, double *t)
{
    struct tm tm = { .tm_mday = 0 };
    double seconds;

    if (i + 1 >= r->n || !is_date(r->field[i], "%Y-%m-%d", &tm) ||
        !time_of_day(r->field[i + 1], &seconds))
        return false;
    *t = timegm(&tm) + seconds;
    return true;
}

/* Half a year in days, if every month had 32. */
#define HALF_A_YEAR (6 * 32)

/*
 * Reads "1 Feb 15:31:11".  The first year is made up; a date that is more than
 * half a year before the last one is of the next year.
 */
static bool date_without_year(struct reader *r, double *t)
{
    struct tm tm = { .tm_mday = 0 };
    double seconds;
    int of_year;

    if (r->n < 3 || !is_date(r->field[0], "%d", &tm) ||
        !is_date(r->field[1], "%b", &tm) || !time_of_day(r->field[2], &seconds))
        return false;
    of_year = tm.tm_mon * 32 + tm.tm_mday;
    if (of_year + HALF_A_YEAR < r->last_day)
        r->year++;
    r->last_day = of_year;
    tm.tm_year = r->year;
    *t = timegm(&tm) + seconds;
    return true;
}

/* ---- formats: does the line belong to it, and what does it say ---- */

enum answer { NO, YES, READING };

/* " 1 Feb 15:31:11 ntpdate[7]: adjust time server 10.0.0.1 offset 0.1 sec" */
static enum answer ntpdate_line(struct reader *r, struct reading *out)
{
    size_t i;

    /* "server 10.0.0.1, stratum 2, offset 0.1, delay 0.02": no time. */
    if (is_word(r, 0, "server") && is_word(r, 2, "stratum"))
        return YES;
    if (r->n < 4 || strncmp(r->field[3], "ntpdate[", 8) != 0 ||
        !date_without_year(r, &out->t))
        return NO;
    for (i = 4; i + 1 < r->n; i++)
        if (is_word(r, i, "offset") && offset(r, i + 1, &out->error)) {
            out->error = -out->error;
            return READING;
        }
    return YES;
}

/* "2017-08-22 13:22:36.5 (+0000) -0.000214 +/- 0.035 host address s2" */
static enum answer ntpdig_line(struct reader *r, struct reading *out)
{
    double zone;

    if (!iso_date(r, 0, &out->t) || r->n < 6 || r->field[2][0] != '(' ||
        !number_before(r->field[2] + 1, ")", &zone) ||
        !offset(r, 3, &out->error) || !is_word(r, 4, "+/-"))
        return NO;
    /* The zone "+0530" is read as 530: hours and minutes. */
    out->t -= trunc(zone / 100) * 3600 + fmod(zone, 100) * 60;
    out->error = -out->error;
    return READING;
}

/* "54495 76787.701 -0.045153303 -132.569229 0.020806776 239.735511 10" */
static enum answer loopstats_line(struct reader *r, struct reading *out)
{
    double allan, poll, jitter;

    if (r->n != 7 || !mjd(r, &out->t) || !offset(r, 2, &out->error) ||
        !number(r, 3, &out->rate) || !number(r, 4, &jitter) ||
        !number(r, 5, &allan) || !number(r, 6, &poll))
        return NO;
    out->error = -out->error;
    out->rate = -out->rate;
    out->hard = allan > HARD_ALLAN_DEVIATION;
    return READING;
}

/* "48773 10847.650 127.127.4.1 9714 -0.001605376 0.0 0.001424877 0.000958" */
static enum answer peerstats_line(struct reader *r, struct reading *out)
{
    double delay, dispersion;

    if (r->n < 7 || r->n > 8 || !mjd(r, &out->t) ||
        !strpbrk(r->field[2], ".:") ||
        strspn(r->field[3], "0123456789abcdefABCDEF") != strlen(r->field[3]) ||
        !offset(r, 4, &out->error) || !number(r, 5, &delay) ||
        !number(r, 6, &dispersion))
        return NO;
    out->source = r->field[2];
    out->error = -out->error;
    return READING;
}

/*
 * "2017-08-22 13:22:36 203.0.113.15 2 -3.541 0.075 -8.621e-06 N ...": the
 * frequency and the offset of the clock, positive where it is fast.
 */
static enum answer tracking_log_line(struct reader *r, struct reading *out)
{
    double stratum, bound;

    if (r->n < 8 || !iso_date(r, 0, &out->t) || !number(r, 3, &stratum) ||
        !number(r, 4, &out->rate) || !number(r, 5, &bound) ||
        !offset(r, 6, &out->error) || strlen(r->field[7]) != 1)
        return NO;
    return READING;
}

/*
 * "2016-11-09 05:40:50 203.0.113.15 N 2 111 111 1111 10 10 1.0 -4.966e-03
 * 2.296e-01 ...": the offset is RFC 5905's theta, positive where it is slow.
 */
static enum answer measurements_line(struct reader *r, struct reading *out)
{
    double delay;

    if (r->n < 13 || !iso_date(r, 0, &out->t) || strlen(r->field[3]) != 1 ||
        strspn(r->field[5], "01") != 3 || !offset(r, 11, &out->error) ||
        !number(r, 12, &delay))
        return NO;
    out->source = r->field[2];
    out->error = -out->error;
    return READING;
}

/* The first field after "Label    : ", or 0. */
static size_t after_label(const struct reader *r, const char *label)
{
    size_t i;

    if (strncmp(r->line, label, strlen(label)) != 0)
        return 0;
    for (i = 0; i < r->n; i++)
        if (!strcmp(r->field[i], ":"))
            return i + 1;
    return 0;
}

/* Tells whether a line is of chronyc tracking but not needed for a reading. */
static bool is_tracking(const struct reader *r)
{
    static const char *const labels[] = {
        "Reference ID",    "Stratum",     "Last offset", "RMS offset",
        "Residual freq",   "Skew",        "Root delay",  "Root dispersion",
        "Update interval", "Leap status",
    };
    size_t i;

    for (i = 0; i < ARRAY_LEN(labels); i++)
        if (after_label(r, labels[i]))
            return true;
    return false;
}

/* "Ref time (UTC)  : Thu Feb 02 04:51:19 2017" */
static bool reference_time(struct reader *r, size_t i)
{
    struct tm tm = { .tm_mday = 0 };
    double seconds;

    if (i + 5 != r->n || !is_date(r->field[i + 1], "%b", &tm) ||
        !is_date(r->field[i + 2], "%d", &tm) ||
        !time_of_day(r->field[i + 3], &seconds) ||
        !is_date(r->field[i + 4], "%Y", &tm))
        return false;
    r->ref_time = timegm(&tm) + seconds;
    return true;
}

/* "System time     : 0.000006523 seconds slow of NTP time" */
static bool system_time(struct reader *r, size_t i)
{
    double error;

    if (!offset(r, i, &error) || !is_word(r, i + 1, "seconds"))
        return false;
    r->error = is_word(r, i + 2, "slow") ? -error : error;
    return true;
}

/*
 * Reads "Ref time", then "System time     : 0.000006523 seconds slow of NTP
 * time", then "Frequency       : 331.898 ppm fast", which makes the reading.
 */
static enum answer tracking_line(struct reader *r, struct reading *out)
{
    size_t i = after_label(r, "Ref time");

    if (i)
        return reference_time(r, i) ? YES : NO;
    i = after_label(r, "System time");
    if (i)
        return system_time(r, i) ? YES : NO;
    i = after_label(r, "Frequency");
    if (!i)
        return is_tracking(r) ? YES : NO;
    if (!number(r, i, &out->rate) || !is_word(r, i + 1, "ppm") ||
        isnan(r->ref_time) || isnan(r->error))
        return NO;
    if (is_word(r, i + 2, "slow"))
        out->rate = -out->rate;
    out->t = r->ref_time;
    out->error = r->error;
    r->ref_time = r->error = NAN;
    return READING;
}

static const struct format {
    const char *name;
    enum answer (*read)(struct reader *r, struct reading *out);
} formats[] = {
    { "ntpdate", ntpdate_line },
    { "ntpdate", ntpdig_line },
    { "loopstats", loopstats_line },
    { "peerstats", peerstats_line },
    { "tracking.log", tracking_log_line },
    { "measurements.log", measurements_line },
    { "tracking", tracking_line },
};

/* ---- series ---- */

static struct ntp_series *series_of(struct ntp_log *log, const char *source)
{
    struct ntp_series *s;
    size_t i;

    for (i = 0; i < log->n; i++)
        if (!strcmp(log->series[i].source, source))
            return &log->series[i];
    s = reallocarray(log->series, log->n + 1, sizeof(*s));
    if (!s)
        return NULL;
    log->series = s;
    s += log->n;
    memset(s, 0, sizeof(*s));
    s->source = strdup(source);
    if (!s->source)
        return NULL;
    log->n++;
    return s;
}

static bool grow(struct ntp_series *s)
{
    size_t room = s->room ? 2 * s->room : 64;
    struct fit_point *points = reallocarray(s->points, room, sizeof(*points));
    double *rates;

    if (points)
        s->points = points;
    rates = points ? reallocarray(s->rates, room, sizeof(*rates)) : NULL;
    if (!rates)
        return false;
    s->rates = rates;
    s->room = room;
    return true;
}

static bool add(struct ntp_log *log, const struct reading *reading)
{
    struct ntp_series *s = series_of(log, reading->source);

    if (!s || (s->n == s->room && !grow(s)))
        return false;
    s->points[s->n++] = (struct fit_point){ reading->t, reading->error };
    if (!isnan(reading->rate))
        s->rates[s->nrates++] = reading->rate;
    log->hard += reading->hard;
    return true;
}

/* ---- the file ---- */

static void split(struct reader *r)
{
    char *save, *word;

    memcpy(r->words, r->line, strlen(r->line) + 1);
    word = strtok_r(r->words, " \t\r\n", &save);

    for (r->n = 0; word && r->n < MAX_FIELDS; r->n++) {
        r->field[r->n] = word;
        word = strtok_r(NULL, " \t\r\n", &save);
    }
}

/* Now and then chronyd writes what the columns are, between two lines of =. */
static bool is_comment(const struct reader *r)
{
    return strchr("#=", r->field[0][0]) || is_word(r, 0, "Date");
}

/* Reads a line by the file's format, or by any if that is not known yet. */
static enum answer read_line(struct reader *r, const struct format **format,
                             struct reading *reading)
{
    const struct format *f = *format ? *format : formats;
    const struct format *end = *format ? f + 1 : f + ARRAY_LEN(formats);
    enum answer answer;

    for (; f < end; f++) {
        *reading = (struct reading){ .rate = NAN, .source = "" };
        answer = f->read(r, reading);
        if (answer != NO) {
            *format = f;
            return answer;
        }
    }
    return NO;
}

static int read_lines(FILE *f, struct ntp_log *log, struct reader *r)
{
    const struct format *format = NULL;
    struct reading reading;

    while (fgets(r->line, sizeof(r->line), f)) {
        split(r);
        if (!r->n || is_comment(r))
            continue;
        log->lines++;
        switch (read_line(r, &format, &reading)) {
        case READING:
            if (!add(log, &reading)) {
                errno = ENOMEM;
                return -1;
            }
            break;
        case NO:
            log->unknown++;
            break;
        case YES:
            break;
        }
    }
    log->format = format ? format->name : NULL;
    return ferror(f) ? -1 : 0;
}

int ntplog_read(FILE *f, struct ntp_log *log)
{
    struct reader r = { .ref_time = NAN, .error = NAN, .year = 100 };
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0), before;
    int rc;

    *log = (struct ntp_log){ .limit_ppm = NAN };
    if (!c_locale)
        return -1;
    /* Logs have points in numbers and English dates; musl has no strptime_l(). */
    before = uselocale(c_locale);
    rc = read_lines(f, log, &r);
    uselocale(before);
    freelocale(c_locale);
    return rc;
}

int ntplog_join(struct ntp_file *files, size_t n)
{
    (void)files;
    (void)n;
    return 0;
}

const char *ntplog_daemon_name(enum ntp_daemon daemon)
{
    static const char *const names[NTP_DAEMONS] = {
        "",        "ntpdate",  "ntpd", "chronyd", "systemd-timesyncd",
        "w32time", "linuxptp",
    };

    return names[daemon];
}

const char *ntplog_forms(void)
{
    return "ntpdate, loopstats, peerstats, tracking, tracking.log, "
           "measurements.log";
}

void ntplog_free(struct ntp_log *log)
{
    size_t i;

    for (i = 0; i < log->n; i++) {
        free(log->series[i].source);
        free(log->series[i].points);
        free(log->series[i].rates);
        free(log->series[i].moves);
    }
    free(log->series);
    memset(log, 0, sizeof(*log));
}
