/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of options. */

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/report.h"
#include "tool.h"

#define DAY 86400

int option_number(const struct tool *t, enum opt opt, long min, long max,
                  long *value)
{
    const char *text = t->opt[opt];
    char *end;
    long n;

    if (!text)
        return EXIT_DONE;
    errno = 0;
    n = strtol(text, &end, 10);
    if (errno || end == text || *end || n < min || n > max)
        return report_usage(t, "--%s takes %ld to %ld, not \"%s\"",
                            option_defs[opt].name, min, max, text);
    *value = n;
    return EXIT_DONE;
}

/* "12", "0.5", ".25" in nanoseconds, -1: something else, or too large. */
static int64_t parse_decimal(const char *text)
{
    int64_t ns = 0, unit = 1000000000;
    bool point = false;

    for (; *text; text++) {
        if (*text == '.' && !point) {
            point = true;
            continue;
        }
        if (!isdigit((unsigned char)*text) || ns > INT64_MAX / 100)
            return -1;
        if (point)
            ns += (*text - '0') * (unit /= 10);
        else
            ns = ns * 10 + (*text - '0') * unit;
    }
    return ns;
}

int option_hours(const struct tool *t, enum opt opt, int64_t *ns)
{
    const char *text = t->opt[opt];
    int64_t parsed;

    if (!text)
        return EXIT_DONE;
    parsed = parse_decimal(text);
    if (parsed < 300000 || parsed > 10000 * INT64_C(1000000000))
        return report_usage(t, "--%s takes 0.0003 to 10000, not \"%s\"",
                            option_defs[opt].name, text);
    *ns = parsed * 3600;
    return EXIT_DONE;
}

int option_seconds(const struct tool *t, enum opt opt, int64_t *ns)
{
    const char *text = t->opt[opt];
    int64_t parsed;

    if (!text)
        return EXIT_DONE;
    parsed = parse_decimal(text);
    if (parsed < 10000000 || parsed > DAY * INT64_C(1000000000))
        return report_usage(t, "--%s takes 0.01 to %d seconds, not \"%s\"",
                            option_defs[opt].name, DAY, text);
    *ns = parsed;
    return EXIT_DONE;
}

int set_wait(const struct tool *t)
{
    long seconds = -1;
    int status = option_number(t, OPT_WAIT, 0, DAY, &seconds);

    if (seconds >= 0)
        xentime_set_lock_timeout(t->xt, seconds * 1000);
    return status;
}
