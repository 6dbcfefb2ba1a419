/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>

#include "tap.h"

bool ok(bool good, const char *what, ...)
{
    va_list args;

    va_start(args, what);
    tap_report(good, what, args);
    va_end(args);
    return good;
}

bool is(uint64_t got, uint64_t wanted, const char *what, ...)
{
    va_list args;

    va_start(args, what);
    tap_report(got == wanted, what, args);
    va_end(args);
    if (got != wanted)
        print("#      got: 0x%lx\n#   wanted: 0x%lx", got, wanted);
    return got == wanted;
}

bool in_range(uint64_t got, uint64_t low, uint64_t high, const char *what, ...)
{
    bool good = got >= low && got <= high;
    va_list args;

    va_start(args, what);
    tap_report(good, what, args);
    va_end(args);
    if (!good)
        print("#      got: %lu\n#   wanted: %lu to %lu", got, low, high);
    return good;
}
