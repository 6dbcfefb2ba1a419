/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * w32tm /stripchart of Windows, with and without /dataonly.  Its offset is
 * "computed as per NTP offset computations" (Microsoft, "Windows Time service
 * tools and settings"): RFC 5905's theta, positive where the clock is slow.  A
 * line has the time of day, and only the head, in the words and the order of
 * the user's language, the date: days are counted from the first.
 */

#include "skew/log/log.h"

/* "Tracking time.windows.com [192.0.2.1:123]." */
static bool head(struct log_reader *r)
{
    if (r->n == 3 && r->field[2][0] == '[' && !r->format) {
        log_copy(r->source, sizeof(r->source), r->field[1]);
        return !strcmp(r->field[0], "Tracking");
    }
    return r->format != NULL && r->n > 2 && !strchr("0123456789", r->text[0]);
}

/* Returns the time of a line, on the day after the last if it went back. */
static double time_of(struct log_reader *r, double seconds)
{
    double t = r->years * LOG_DAY + seconds;

    if (t < r->last_stamp - LOG_DAY / 2) {
        r->years++;
        t += LOG_DAY;
    }
    r->last_stamp = t;
    return t;
}

/* "13:00:00, +00.0012345s", "13:00:00, d:+00.0310000s o:+00.0012345s [ * ]" */
static bool stripchart_line(struct log_reader *r)
{
    struct log_reading reading = { .rate = NAN };
    double offset, seconds;
    const char *text;

    if (r->n < 2 || (!log_time_of_day(r->field[0], ",", &seconds) &&
                     !log_time_of_day(r->field[0], "", &seconds)))
        return head(r);
    if (!strcmp(r->field[1], "error:")) {
        log_note(r, NTP_NOT_SYNCHRONISED);
        return true;
    }
    text = r->field[1];
    if (!strncmp(text, "d:", 2) && r->n > 2 && !strncmp(r->field[2], "o:", 2))
        text = r->field[2] + 2;
    else if (!strchr("+-", *text) || r->n != 2)
        return false;
    if (!log_number_before(text, "s", &offset))
        return false;
    reading.t = time_of(r, seconds);
    reading.error = -offset;
    reading.source = r->source;
    log_add(r, &reading);
    return true;
}

const struct log_format log_windows[] = {
    { "w32tm", NTP_W32TIME, stripchart_line },
    { 0 },
};
