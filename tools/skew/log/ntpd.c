/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what ntpd keeps, NTPsec's as well: loopstats, peerstats and rawstats
 * ("Monitoring Commands and Options" of ntpd), and its messages.
 */

#include "skew/log/log.h"

/*
 * ppm; over this "ntpd is working pretty hard", wrote Dave Winchell to
 * xen-devel in January 2008 (see HISTORY in xentime-modes(7)).
 */
#define HARD_ALLAN_DEVIATION 1000

/* "54495 76787.701 -0.045153303 -132.569229 0.020806776 239.735511 10" */
static bool loopstats_line(struct log_reader *r)
{
    struct log_reading reading = { .source = "", .dated = true };
    double offset, frequency, jitter, allan, poll;

    if (r->n != 7 || !log_mjd(r, &reading.t) || !log_number(r, 2, &offset) ||
        !log_number(r, 3, &frequency) || !log_number(r, 4, &jitter) ||
        !log_number(r, 5, &allan) || !log_number(r, 6, &poll))
        return false;
    reading.error = -offset;
    reading.rate = -frequency;
    reading.hard = allan > HARD_ALLAN_DEVIATION;
    log_add(r, &reading);
    return true;
}

/*
 * "48773 10847.650 127.127.4.1 9714 -0.001605376 0.0 0.001424877 0.000958";
 * NTPsec has "SHM(0)" for a reference clock.
 */
static bool peerstats_line(struct log_reader *r)
{
    struct log_reading reading = { .rate = NAN, .dated = true };
    double offset, delay, dispersion;

    if (r->n < 7 || r->n > 8 || !log_mjd(r, &reading.t) ||
        !strpbrk(r->field[2], ".:(") ||
        strspn(r->field[3], "0123456789abcdefABCDEF") != strlen(r->field[3]) ||
        !log_number(r, 4, &offset) || !log_number(r, 5, &delay) ||
        !log_number(r, 6, &dispersion))
        return false;
    reading.source = r->field[2];
    reading.error = -offset;
    log_add(r, &reading);
    return true;
}

/*
 * "56285 54575.160 128.4.1.1 192.168.1.5 T1 T2 T3 T4 ...": when the packet went
 * to the server, came there, went back and came back, in seconds since 1900.
 */
static bool rawstats_line(struct log_reader *r)
{
    struct log_reading reading = { .rate = NAN, .dated = true };
    double t[4];
    size_t i;

    if (r->n < 8 || !log_mjd(r, &reading.t) || !strpbrk(r->field[2], ".:(") ||
        !strpbrk(r->field[3], ".:("))
        return false;
    for (i = 0; i < 4; i++)
        if (!log_number(r, 4 + i, &t[i]))
            return false;
    reading.source = r->field[2];
    reading.error = -((t[1] - t[0]) + (t[2] - t[3])) / 2;
    if (t[0] == 0 || t[1] == 0)
        log_note(r, NTP_NOT_SYNCHRONISED);
    else
        log_add(r, &reading);
    return true;
}

/* ---- messages ---- */

/*
 * Finds by how much ntpd has set the clock, each of its releases in its own
 * words, and OpenNTPD and busybox in theirs.
 */
static bool was_set(const struct log_reader *r, double *size)
{
    static const char *const phrases[] = {
        "time reset", "time reset (step)",      "time set",
        "clock_step", "CLOCK: time stepped by", "CLOCK: time set",
        "(offset",
    };
    size_t i, at;

    for (i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
        at = log_after(r, r->prefix.message, phrases[i]);
        if (at && (log_number(r, at, size) ||
                   log_number_before(r->field[at], "s", size) ||
                   log_number_before(r->field[at], "s)", size)))
            return true;
    }
    return false;
}

/* "adjusting local clock by -0.225044s": OpenNTPD slews it away. */
static bool is_slewed(const struct log_reader *r, double *size)
{
    size_t at = log_after(r, r->prefix.message, "adjusting local clock by");

    return at && log_number_before(r->field[at], "s", size);
}

static bool is_ntpd(const struct log_reader *r)
{
    return !isnan(r->prefix.t) &&
           (log_is_of(r, "ntpd") || log_is_of(r, "xntpd"));
}

/* "29 Aug 07:12:03 ntpd[1116]: time reset +2.185132 s" */
static bool message(struct log_reader *r)
{
    struct log_reading reading = { .rate = NAN };
    double size;
    bool set;

    if (!is_ntpd(r))
        return r->format != NULL && r->prefix.program[0];
    set = was_set(r, &size);
    if (!set && !is_slewed(r, &size))
        return true;
    reading.t = r->prefix.t;
    reading.dated = r->prefix.dated;
    reading.error = -size;
    reading.source = r->prefix.host;
    log_add(r, &reading);
    if (set)
        log_move(r, reading.source, reading.t, size);
    return true;
}

const struct log_format log_ntpd[] = {
    { "loopstats", NTP_NTPD, loopstats_line },
    { "peerstats", NTP_NTPD, peerstats_line },
    { "rawstats", NTP_NTPD, rawstats_line },
    { "ntpd", NTP_NTPD, message, .prefixed = true },
    { 0 },
};
