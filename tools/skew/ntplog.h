/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what programs that set clocks wrote about a clock, as readings of its
 * error.  FORMATS in xentimectl-skew(8) shows each form that is read.
 *
 * The error is clock minus reference everywhere, positive where the clock is
 * fast.  NTP's offset is what has to be added to the clock, and has the other
 * sign.
 */
#ifndef XENTIMECTL_SKEW_NTPLOG_H
#define XENTIMECTL_SKEW_NTPLOG_H

#include <stdbool.h>
#include <stdio.h>

#include "skew/clock-fit.h"

/* The clock was set, and did not get there at its own rate. */
struct ntp_move {
    double t;    /* seconds, after a reading of the same time */
    double size; /* seconds, positive: the clock was moved forward */
};

/* The readings of a clock against one source. */
struct ntp_series {
    char *source; /* "" where the format names none */
    struct fit_point *points;
    size_t n, room;
    double *rates; /* ppm: the clock's own, without NTP; or NULL */
    size_t nrates;
    struct ntp_move *moves; /* in the order of time; or NULL */
    size_t nmoves;
    /*
     * The points are of the clock as it would run if it had never been set:
     * each is the sum of all that was corrected so far.  Moves are not in
     * them.  Without this, a point is the error that was there at its time.
     */
    bool unset;
};

/* Who wrote a log. */
enum ntp_daemon {
    NTP_UNKNOWN,
    NTP_NTPDATE, /* ntpdig and sntp as well */
    NTP_NTPD,    /* NTPsec's as well */
    NTP_CHRONYD,
    NTP_TIMESYNCD,
    NTP_W32TIME,
    NTP_LINUXPTP,
    NTP_DAEMONS,
};

/* Why a line is no reading, or what was mended in those that are. */
enum ntp_note {
    NTP_NOT_SYNCHRONISED, /* the program had no time to compare with */
    NTP_NO_DATE,          /* a date of 1970, or "never" */
    NTP_BEFORE_SET,       /* the clock had not been set to today's date */
    NTP_WENT_BACK,        /* its time stamp is in what was read before */
    NTP_MENDED,           /* from here on it is the number of mendings */
    NTP_ZONE_CHANGED = NTP_MENDED, /* local time went to or from summer time */
    NTP_YEAR_TURNED,               /* dates without a year went past its end */
    NTP_NOTES,
};

struct ntp_log {
    const char *format; /* NULL: none that is known */
    enum ntp_daemon daemon;
    double limit_ppm; /* the largest rate that it corrects; NAN: not known */
    /*
     * A file of no known format looks like this: "an XML document".
     * NULL: nothing that would be recognised.
     */
    const char *looks_like;
    struct ntp_series *series;
    size_t n;
    size_t lines, unknown; /* blank lines and comments are not counted */
    size_t notes[NTP_NOTES];
    size_t hard; /* loopstats: Allan deviations over 1000 ppm */
    /* The readings have no time, and all have 0 for it: no rate, no span. */
    bool undated;
};

/* A file that was read, and what it goes on with. */
struct ntp_file {
    const char *path;
    struct ntp_log log;
    /*
     * Set by ntplog_join(): the file that these readings were joined to, whose
     * log has them now, or NULL; this one's log then has nothing in it.
     */
    const struct ntp_file *joined_to;
};

/*
 * Reads @f, in the format of the first line that has a known one.  Text in
 * UTF-16 is read, and so is text that gzip or xz has compressed, if this build
 * has the library.  Returns 0, or -1 with errno, for ntplog_error(): EFBIG is
 * for compressed text of more than NTPLOG_MAX_MIB, EBADMSG for what is damaged
 * or cut off.  The caller calls ntplog_free() in either case.
 */
#define NTPLOG_MAX_MIB 512
int ntplog_read(FILE *f, struct ntp_log *log);
void ntplog_free(struct ntp_log *log);

/* Returns what an errno of ntplog_read() means. */
const char *ntplog_error(int error);

/*
 * Joins what programs have split up, such as loopstats.20250125 and
 * loopstats.20250126: files of one format, in one directory, whose names differ
 * by a date or logrotate's number at the end, and whose times follow each
 * other.  Each source is then one clock, of the earliest of these files.  Files
 * whose times overlap stay as they are.  Returns 0, or -1 when out of memory.
 */
int ntplog_join(struct ntp_file *files, size_t n);

/* Returns the name of a program, "ntpd" or so; "" for NTP_UNKNOWN. */
const char *ntplog_daemon_name(enum ntp_daemon daemon);

/* Returns the names of all forms that are read, with commas between them. */
const char *ntplog_forms(void);

#endif /* XENTIMECTL_SKEW_NTPLOG_H */
