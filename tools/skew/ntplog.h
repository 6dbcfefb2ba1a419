/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what NTP tools write about a clock, as readings of its error.
 *
 *   ntpdate     ntpdate -q: its last lines, which have the time; ntpdig's too
 *   loopstats   ntpd, "Monitoring Commands and Options"
 *   peerstats   likewise; a series for each peer
 *   tracking    chronyc tracking, once or many times over
 *   tracking.log, measurements.log
 *               chronyd, chrony.conf(5), "log"; the latter with a series for
 *               each source
 *
 * The error is clock minus reference everywhere: NTP's offset is what has to
 * be added to the clock, and has the other sign.
 */
#ifndef XENTIMECTL_SKEW_NTPLOG_H
#define XENTIMECTL_SKEW_NTPLOG_H

#include <stdio.h>

#include "skew/clock-fit.h"

/* The readings of a clock against one source. */
struct ntp_series {
    char *source; /* "" where the format names none */
    struct fit_point *points;
    size_t n, room;
    double *rates; /* ppm: the clock's own, without NTP; or NULL */
    size_t nrates;
};

struct ntp_log {
    const char *format; /* NULL: none that is known */
    struct ntp_series *series;
    size_t n;
    size_t lines, unknown; /* blank lines and comments are not counted */
    size_t hard;           /* loopstats: Allan deviations over 1000 ppm */
};

/*
 * Reads @f, in the format of the first line that has a known one.  Returns 0,
 * or -1 with errno; the caller calls ntplog_free() in either case.
 */
int ntplog_read(FILE *f, struct ntp_log *log);
void ntplog_free(struct ntp_log *log);

#endif /* XENTIMECTL_SKEW_NTPLOG_H */
