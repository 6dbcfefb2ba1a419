/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells whether a text is UTF-8.  glibc's iconv judges: json-c's own checks
 * (STRICT, VALIDATE_UTF8) reject all that is not ASCII in 0.18.
 */
#ifndef UNIT_UTF8_H
#define UNIT_UTF8_H

#include <iconv.h>
#include <stdbool.h>
#include <string.h>

static inline bool is_utf8(const char *text)
{
    iconv_t cd = iconv_open("UTF-32LE", "UTF-8");
    char *in = (char *)text, out[256], *to;
    size_t left = strlen(text), room;
    bool ok = true;

    while (left && ok) {
        to = out;
        room = sizeof(out);
        ok = iconv(cd, &in, &left, &to, &room) != (size_t)-1 || to != out;
    }
    iconv_close(cd);
    return ok;
}

#endif
