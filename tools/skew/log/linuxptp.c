/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * phc2sys, ptp4l and ts2phc of linuxptp.  The offset is in nanoseconds, the
 * clock minus its master, and the frequency in parts per billion is by how much
 * the servo takes the clock to be fast: it sets the clock to the negative of it
 * (update_clock() in phc2sys.c).  State s1 is a step by the negative offset.
 */

#include <stdlib.h>

#include "skew/log/log.h"

static bool is_linuxptp(const struct log_reader *r)
{
    return log_is_of(r, "phc2sys") || log_is_of(r, "ptp4l") ||
           log_is_of(r, "ts2phc");
}

/*
 * Reads the seconds since boot from "phc2sys[1234.567]:", or "[1234.567]"
 * behind a prefix of syslog, which has the process id in the first place.
 */
static bool uptime(const struct log_reader *r, double *t)
{
    const char *text = strchr(r->prefix.program, '[');

    if (text && strchr(text, '.') && log_number_before(text + 1, "]:", t))
        return true;
    if (r->prefix.message >= r->n)
        return false;
    text = strchr(r->field[r->prefix.message], '[');
    return text && strchr(text, '.') &&
           (log_number_before(text + 1, "]", t) ||
            log_number_before(text + 1, "]:", t));
}

/*
 * Returns the time of a line: that since boot, which is exact, from the date of
 * the first line of this boot on.
 */
static double time_of(struct log_reader *r, double up)
{
    if (isnan(up))
        return r->prefix.t;
    if (isnan(r->boot) || up < r->last_uptime)
        r->boot = isnan(r->prefix.t) ? 0 : r->prefix.t - up;
    r->last_uptime = up;
    return r->boot + up;
}

/*
 * Returns the word before "phc offset" or "master offset", which is the clock,
 * or a tag in brackets; "" if that is the time already.
 */
static const char *clock_of(const struct log_reader *r, size_t value)
{
    const char *word;

    if (value < r->prefix.message + 3)
        return "";
    word = r->field[value - 3];
    return strchr(word, '.') && strchr(word, '[') ? "" : word;
}

/* "phc2sys[137.942]: CLOCK_REALTIME phc offset -51 s2 freq +28 delay 250" */
static bool offset_line(struct log_reader *r)
{
    struct log_reading reading = { .rate = NAN };
    size_t at = log_after(r, r->prefix.message, "offset"), freq;
    double ns, ppb, up = NAN;

    if (!is_linuxptp(r))
        return r->format != NULL && r->prefix.program[0];
    uptime(r, &up);
    freq = log_after(r, r->prefix.message, "freq");
    if (!at || !log_number(r, at, &ns) || at + 1 >= r->n ||
        r->field[at + 1][0] != 's')
        return r->format != NULL || (freq && !isnan(up));
    reading.t = time_of(r, up);
    if (isnan(reading.t))
        return true;
    reading.error = ns / 1e9;
    if (freq && log_number(r, freq, &ppb))
        reading.rate = ppb / 1e3;
    reading.source = clock_of(r, at);
    log_add(r, &reading);
    if (log_is_word(r, at + 1, "s1"))
        log_move(r, reading.source, reading.t, -reading.error);
    return true;
}

const struct log_format log_linuxptp[] = {
    { "linuxptp", NTP_LINUXPTP, offset_line, .prefixed = true },
    { 0 },
};
