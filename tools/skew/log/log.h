/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The readers of logs share this: the line, cut up into fields, the state from
 * line to line, and functions that keep what they find.
 *
 * A family is a file with a table of formats, which has a row for each kind of
 * line.  formats.c has the families, read.c goes through a file, order.c puts
 * readings in order and leaves out what is none.
 */
#ifndef XENTIMECTL_SKEW_LOG_LOG_H
#define XENTIMECTL_SKEW_LOG_LOG_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "skew/ntplog.h"

#define LOG_FIELDS 32
#define LOG_LINE 4096 /* bytes; a longer line is taken for several */

#define LOG_DAY 86400.0
#define LOG_HOUR 3600.0

struct log_reader;

/* A kind of line. */
struct log_format {
    const char *name;
    enum ntp_daemon daemon;
    /*
     * Tells whether a line is of this format, and keeps what it says by
     * log_add() and log_move().
     */
    bool (*read)(struct log_reader *r);
    /*
     * Keeps what lines have said that were not the last of their report.  A
     * format with it may have lines of date(1) between reports.
     */
    void (*flush)(struct log_reader *r);
    bool prefixed; /* lines may begin with a time stamp, host and program */
};

struct log_family {
    const char *name;
    const struct log_format *formats; /* the last has no name */
};

extern const struct log_family log_families[];
extern const size_t log_nfamilies;

extern const struct log_format log_ntpdate[], log_ntpd[], log_ntpq[],
    log_chrony[], log_chronyc[], log_timesyncd[], log_windows[], log_linuxptp[];

/* A reading of a clock. */
struct log_reading {
    double t, error;    /* seconds */
    double rate;        /* ppm, the clock's own; NAN: not told */
    const char *source; /* "" if the format names none */
    bool dated;         /* t is a date, and not from some time on */
    bool hard;          /* see struct ntp_log */
};

/* The prefix that syslog and the journal put before a message. */
struct log_prefix {
    double t;            /* seconds; NAN: there is no time stamp */
    const char *host;    /* "" where it is not told */
    const char *program; /* "ntpd[811]:" or so; "" */
    size_t message;      /* the first field of the message */
    bool dated;          /* the stamp has a year */
};

/* A report of several lines, as far as it has been read. */
struct log_report {
    bool begun;
    bool unsynchronised;
    double t, error, rate; /* NAN: not yet told */
    char source[64];
};

struct log_reader {
    struct ntp_log *log;
    const struct log_format *format; /* NULL: not yet known */
    bool failed;                     /* out of memory */
    size_t others; /* lines of other programs before the format was known */

    char line[LOG_LINE];
    const char *text;     /* the line without the blanks before it */
    char words[LOG_LINE]; /* the line, cut up into fields */
    char *field[LOG_FIELDS];
    size_t n;
    struct log_prefix prefix;

    struct log_report report;
    double date; /* from a line that date(1) has written; NAN: none */
    char source[64];

    /* Dates without a year. */
    int years, last_day; /* since the first date; the last day of the year */
    bool leap_day;       /* 29 February has been, in this year */

    /* Local time: the last stamp, the last interval, and what was added. */
    double last_stamp, last_interval, zone;

    bool only_asked; /* ntpdate: it was -q, which does not set the clock */
    bool was_set;    /* ntpdig: it has set the clock */
    double boot;     /* linuxptp: the date at which its clock began */
    double last_uptime;
};

/* ---- read.c ---- */

/* Reads @f by the formats of some families: ntplog_read() has them all. */
int log_read(FILE *f, struct ntp_log *log, const struct log_family *families,
             size_t n);

/* ---- series.c: what readers find ---- */

/* Keeps a reading, or counts why it is none. */
void log_add(struct log_reader *r, const struct log_reading *reading);

/*
 * Keeps a reading of a report at time @t, or, if that is NAN, at the time of
 * the line of date(1) before the report, or at none.
 */
void log_add_now(struct log_reader *r, double t, double error, double rate,
                 const char *source);

/*
 * Ends a report, and keeps what it said, as log_add_now() does, unless it said
 * that the clock was not synchronised.
 */
void log_end(struct log_reader *r, double t);

/* Keeps that the clock was set: @size is positive if it went forward. */
void log_move(struct log_reader *r, const char *source, double t, double size);

/* Counts a line that is no reading, or something that was mended. */
void log_note(struct log_reader *r, enum ntp_note note);

/* ---- order.c ---- */

/*
 * Puts readings in order, and leaves out what cannot be.  @corrections: each
 * is what the clock was set by, and they are added up.  Returns false when out
 * of memory.
 */
bool log_order(struct ntp_log *log, bool corrections);

/* ---- fields.c ---- */

/* Reads a number that is finite and has nothing after it but @end. */
bool log_number_before(const char *text, const char *end, double *value);

/* Reads field @i, which has nothing but a number in it. */
bool log_number(const struct log_reader *r, size_t i, double *value);

/*
 * Reads "0.25us", "-5.318ms", "2s" in seconds; a number without a unit is no
 * time.  @end: what may follow the unit.
 */
bool log_seconds(const char *text, const char *end, double *seconds);

bool log_is_word(const struct log_reader *r, size_t i, const char *word);

/* Returns the first field after the words @phrase, or 0. */
size_t log_after(const struct log_reader *r, size_t from, const char *phrase);

/*
 * Returns the first field after "LABEL   : " or "LABEL: " at the beginning of
 * the line, or 0.
 */
size_t log_after_label(const struct log_reader *r, const char *label);

/* A line of a report that begins with a label. */
struct log_label {
    const char *label;
    /* Reads what is from field @i on; NULL: nothing of it is needed. */
    bool (*read)(struct log_reader *r, size_t i);
    bool tells; /* no other report has this label: the format is known by it */
};

/* Reads a line by the first of @n labels that it has; false: it has none. */
bool log_read_label(struct log_reader *r, const struct log_label *labels,
                    size_t n);

/* Forgets a report, and begins another one. */
void log_begin(struct log_report *report);

/* Copies a name, which is cut if it is too long. */
void log_copy(char *to, size_t size, const char *from);

/* ---- dates.c ---- */

/* The seconds since 1970 of a day; @month is 1 to 12. */
double log_day(int year, int month, int day);

/* Reads a month's English name, or "9\346\234\210"; 0: it is none. */
int log_month(const char *text);

/* Reads "hh:mm:ss" with or without decimals, and nothing but @end after it. */
bool log_time_of_day(const char *text, const char *end, double *seconds);

/* Reads "2024-09-02", with @end after it. */
bool log_iso_day(const char *text, const char *end, double *t);

/* Reads "2024-09-02 06:00:11" in fields @i and i + 1. */
bool log_iso_date(const struct log_reader *r, size_t i, double *t);

/* Reads a day of month, as "2" or "02". */
bool log_day_of_month(const char *text, int *day);

/* Reads a modified Julian day and the second of that day in fields 0 and 1. */
bool log_mjd(const struct log_reader *r, double *t);

/* Reads NTP's hexadecimal seconds since 1900, "e9f2b0c1.89abcdef". */
bool log_ntp_date(const char *text, double *t);

/*
 * Returns the time of a date that has no year: the first one is in 2000, and a
 * date that is more than half a year before the last one is of the next year.
 * A year has 29 February if a line is of that day.
 */
double log_without_year(struct log_reader *r, int month, int day,
                        double seconds);

/* Reads a line that date(1) has written. */
bool log_date_line(const struct log_reader *r, double *t);

/* ---- prefix.c ---- */

/* Reads what syslog or the journal have put before a message. */
bool log_read_prefix(struct log_reader *r);

/* Tells whether a line has a message of a program. */
bool log_is_of(const struct log_reader *r, const char *program);

/*
 * Mends r->prefix.t where local time has gone to or from summer time: the stamp
 * is an hour off what the interval of the last two lines lets expect.
 */
void log_zone(struct log_reader *r);

/* ---- input.c ---- */

/*
 * Returns a stream of what @f has in it, decompressed, and in ASCII if it is
 * UTF-16; the caller closes it, and @f stays open.  NULL: errno is set.  @is:
 * set to what cannot be read, with its article, or NULL.
 */
FILE *log_input(FILE *f, const char **is);

/* No more than this comes out of a compressed file; tests lower it. */
extern size_t log_max_bytes;

/* ---- unknown.c ---- */

/* Returns what text of no known format looks like, or NULL. */
const char *log_looks_like(const char *text, size_t size);

#endif /* XENTIMECTL_SKEW_LOG_LOG_H */
