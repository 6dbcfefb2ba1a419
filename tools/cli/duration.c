/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times as they are typed: see duration.h. */

#include <ctype.h>
#include <string.h>

#include "cli/duration.h"
#include "tool.h"

static const struct {
    const char *name;
    int64_t ns;
} units[] = {
    { "ms", NS_PER_SEC / 1000 }, { "s", NS_PER_SEC },
    { "m", 60 * NS_PER_SEC },    { "h", 3600 * NS_PER_SEC },
    { "d", 86400 * NS_PER_SEC },
};

/*
 * Parses the digits that *text begins with, which may have a point among them,
 * and moves *text behind them.  Returns their value in billionths, or -1 if
 * there is no digit, or if it is too large.
 */
static int64_t parse_billionths(const char **text)
{
    int64_t value = 0, weight = NS_PER_SEC;
    bool point = false, digit = false;

    for (; **text == '.' || isdigit((unsigned char)**text); ++*text) {
        if (**text == '.') {
            if (point)
                return -1;
            point = true;
            continue;
        }
        if (value > INT64_MAX / 100)
            return -1;
        digit = true;
        if (point)
            value += (**text - '0') * (weight /= 10);
        else
            value = value * 10 + (**text - '0') * NS_PER_SEC;
    }
    return digit ? value : -1;
}

bool parse_duration(const char *text, int64_t unit, int64_t *ns)
{
    int64_t billionths = parse_billionths(&text);
    __int128 product;
    size_t i;

    for (i = 0; *text && i < ARRAY_LEN(units); i++)
        if (!strcmp(text, units[i].name)) {
            unit = units[i].ns;
            text += strlen(text);
        }
    product = (__int128)billionths * unit / NS_PER_SEC;
    if (billionths < 0 || *text || product > INT64_MAX)
        return false;
    *ns = product;
    return true;
}
