/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of a line: numbers, words and labels. */

#include <stdlib.h>

#include "skew/log/log.h"

/* Powers of ten that a double has exactly. */
static const double tens[] = {
    1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
};

/*
 * Reads up to 15 digits with a point among them.  A double has both the digits
 * and the power of ten exactly, so that one division rounds as strtod() does,
 * which takes five times as long; nearly all numbers of a log are such.
 * Returns the end, or NULL if strtod() has to see it.
 */
static const char *short_number(const char *text, double *value)
{
    const char *p = text + (*text == '-' || *text == '+');
    unsigned long long digits = 0;
    int n = 0, decimals = 0;
    bool point = false;

    for (;; p++) {
        if (*p == '.' && !point) {
            point = true;
        } else if (*p >= '0' && *p <= '9') {
            digits = 10 * digits + (*p - '0');
            decimals += point;
            if (++n > 15)
                return NULL;
        } else {
            break;
        }
    }
    if (!n || *p == 'e' || *p == 'E')
        return NULL;
    *value = (double)digits / tens[decimals];
    if (*text == '-')
        *value = -*value;
    return p;
}

bool log_number_before(const char *text, const char *end, double *value)
{
    const char *stop = short_number(text, value);
    char *after;

    if (stop)
        return !strcmp(stop, end);
    /* No nan, inf or 0x10, which strtod() would take. */
    if (strspn(text, "+-.0123456789eE") + strlen(end) < strlen(text))
        return false;
    *value = strtod(text, &after);
    return after != text && !strcmp(after, end) && isfinite(*value);
}

bool log_number(const struct log_reader *r, size_t i, double *value)
{
    return i < r->n && log_number_before(r->field[i], "", value);
}

bool log_seconds(const char *text, const char *end, double *seconds)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {
        { "ns", 1e-9 }, { "us", 1e-6 }, { "\302\265s", 1e-6 }, { "ms", 1e-3 },
        { "s", 1 },     { "min", 60 },  { "h", 3600 },
    };
    size_t length = strspn(text, "+-.0123456789"), i;
    char number[32];

    if (!length || length >= sizeof(number))
        return false;
    memcpy(number, text, length);
    number[length] = '\0';
    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t n = strlen(units[i].name);

        if (!strncmp(text + length, units[i].name, n) &&
            !strcmp(text + length + n, end) &&
            log_number_before(number, "", seconds)) {
            *seconds *= units[i].seconds;
            return true;
        }
    }
    return false;
}

bool log_is_word(const struct log_reader *r, size_t i, const char *word)
{
    return i < r->n && !strcmp(r->field[i], word);
}

/* Tells whether the words of @phrase stand from field @i on; *next is after. */
static bool phrase_at(const struct log_reader *r, size_t i, const char *phrase,
                      size_t *next)
{
    while (*phrase) {
        size_t length = strcspn(phrase, " ");

        if (i >= r->n || strlen(r->field[i]) != length ||
            memcmp(r->field[i], phrase, length) != 0)
            return false;
        i++;
        phrase += length + (phrase[length] == ' ');
    }
    *next = i;
    return true;
}

size_t log_after(const struct log_reader *r, size_t from, const char *phrase)
{
    size_t i, next;

    for (i = from; i < r->n; i++)
        if (phrase_at(r, i, phrase, &next) && next < r->n)
            return next;
    return 0;
}

size_t log_after_label(const struct log_reader *r, const char *label)
{
    size_t length = strlen(label), i;
    const char *colon;

    if (strncmp(r->text, label, length) != 0)
        return 0;
    colon = r->text + length + strspn(r->text + length, " \t");
    if (*colon != ':')
        return 0;
    for (i = 0; i < r->n; i++)
        if (r->field[i] - r->words > colon - r->line)
            return i;
    return 0;
}

bool log_read_label(struct log_reader *r, const struct log_label *labels,
                    size_t n)
{
    size_t i, at;

    for (i = 0; i < n; i++) {
        at = log_after_label(r, labels[i].label);
        if (!at)
            continue;
        if ((!r->format && !labels[i].tells) ||
            (labels[i].read && !labels[i].read(r, at)))
            return false;
        r->report.begun = true;
        return true;
    }
    return false;
}

void log_begin(struct log_report *report)
{
    *report = (struct log_report){ .t = NAN, .error = NAN, .rate = NAN };
}

void log_copy(char *to, size_t size, const char *from)
{
    size_t length = strnlen(from, size - 1);

    memcpy(to, from, length);
    to[length] = '\0';
}
