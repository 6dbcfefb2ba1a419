/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of the shell: its words, each put in single quotes, make a line with
 * the same words.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "shell/words.h"

static char *quote(char **words, int n, size_t size)
{
    char *line = malloc(5 * size + 4 * (size_t)n + 1), *to = line;
    const char *at;
    int i;

    for (i = 0; i < n; i++) {
        to = stpcpy(to, " '");
        for (at = words[i]; *at; at++)
            if (*at == '\'')
                to = stpcpy(to, "'\\''");
            else
                *to++ = *at;
        to = stpcpy(to, "'");
    }
    *to = '\0';
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line = strndup((const char *)data, size), **words, **again, *quoted;
    int n, m, i;

    if (!shell_words(line, &words, &n)) {
        quoted = quote(words, n, size);
        if (shell_words(quoted, &again, &m) || m != n)
            abort();
        for (i = 0; i < n; i++)
            if (strcmp(words[i], again[i]) != 0)
                abort();
        free(again);
        free(quoted);
        free(words);
    }
    free(line);
    return 0;
}
