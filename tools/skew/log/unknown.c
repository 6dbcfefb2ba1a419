/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells what a file looks like that is no known log. */

#include <ctype.h>

#include "skew/log/log.h"

static bool begins(const char *text, size_t size, const char *with)
{
    size_t n = strlen(with);

    return size >= n && !memcmp(text, with, n);
}

/* Tells whether text has bytes that no text has. */
static bool is_binary(const char *text, size_t size)
{
    size_t i;

    for (i = 0; i < size; i++)
        if ((unsigned char)text[i] < 0x20 && !isspace((unsigned char)text[i]) &&
            text[i] != 0x1b)
            return true;
    return false;
}

/* Tells whether the first lines have nothing but numbers in them. */
static bool is_table(const char *text, size_t size)
{
    size_t i, digits = 0;

    for (i = 0; i < size; i++) {
        if (!strchr("0123456789+-.eE,;: \t\r\n", text[i]) || !text[i])
            return false;
        digits += isdigit((unsigned char)text[i]) != 0;
    }
    return digits > 0;
}

const char *log_looks_like(const char *text, size_t size)
{
    static const struct {
        const char *with, *is;
    } heads[] = {
        { "<?xml", "an XML document" },
        { "<", "an XML or HTML document" },
        { "{", "a JSON document" },
        { "[", "a JSON document" },
        { "\x28\xb5\x2f\xfd", "a zstd file (use zstdcat)" },
        { "BZh", "a bzip2 file (use bzcat)" },
        { "\x7f"
          "ELF",
          "a program" },
        { "%PDF", "a PDF document" },
        { "\x89PNG", "a picture" },
        { "PK\003\004", "a zip file" },
        { "LPKSHHRH", "a journal (use journalctl --file)" },
    };
    size_t i;

    while (size && isspace((unsigned char)*text)) {
        text++;
        size--;
    }
    for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        if (begins(text, size, heads[i].with))
            return heads[i].is;
    if (is_binary(text, size))
        return "a binary file";
    return is_table(text, size) ? "a table of numbers" : NULL;
}
