/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of the shell, cut into words. */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "shell/words.h"

struct cutter {
    const char *at; /* in the line */
    char *to;       /* in the words */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Takes what follows an opening quote; false: there is no closing one. */
static bool take_quoted(struct cutter *c, char quote)
{
    for (; *c->at && *c->at != quote; c->at++) {
        if (quote == '"' && c->at[0] == '\\' &&
            (c->at[1] == '"' || c->at[1] == '\\'))
            c->at++;
        *c->to++ = *c->at;
    }
    return *c->at++ == quote;
}

static const char *take_word(struct cutter *c)
{
    while (*c->at && !is_blank(*c->at)) {
        char ch = *c->at++;

        if (ch == '\'' || ch == '"') {
            if (!take_quoted(c, ch))
                return "a quote has no end";
        } else if (ch == '\\' && !*c->at) {
            return "nothing follows the backslash";
        } else {
            *c->to++ = ch == '\\' ? *c->at++ : ch;
        }
    }
    *c->to++ = '\0';
    return NULL;
}

static bool has_control(const char *line)
{
    for (; *line; line++)
        if ((*line > 0 && *line < ' ' && *line != '\t') || *line == 0x7f)
            return true;
    return false;
}

const char *shell_words(const char *line, char ***words, int *n)
{
    size_t len = strlen(line), most = len / 2 + 2;
    char **list = malloc(most * sizeof(*list) + len + 2);
    struct cutter c = { .at = line };
    const char *wrong = has_control(line) ? "it has a control character" : NULL;

    *n = 0;
    *words = NULL;
    if (!list)
        return "out of memory";
    c.to = (char *)(list + most);
    while (!wrong) {
        while (is_blank(*c.at))
            c.at++;
        if (!*c.at || *c.at == '#')
            break;
        list[(*n)++] = c.to;
        wrong = take_word(&c);
    }
    if (wrong) {
        free(list);
        return wrong;
    }
    list[*n] = NULL;
    *words = list;
    return NULL;
}
