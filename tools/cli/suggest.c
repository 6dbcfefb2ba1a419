/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words that were mistyped: see suggest.h.
 *
 * The words nearest to what was typed are found by the Damerau-Levenshtein
 * distance, which counts the edits that lead from one to the other.  As in
 * git's own suggestions, edits have weights: letters left out, as in "ls", and
 * two letters swapped, as in "lsit", are likelier than others.
 */

#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "cli/suggest.h"
#include "output/report.h"
#include "output/text.h"
#include "tool.h"

#define LEFT_OUT 1
#define SWAPPED 1
#define EXCHANGED 2
#define TOO_MANY 2
#define WORST 3 /* a word farther away was not meant */

/* The longest word that is compared, and the most that are offered. */
#define LONGEST 40
#define MOST 3

static bool is_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b) ||
           (a == '_' && b == '-');
}

bool is_word(const char *word, const char *name)
{
    while (*word && (*word == *name || (*word == '_' && *name == '-'))) {
        word++;
        name++;
    }
    return !*word && !*name;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* The weights for the first i letters of a word and k of a name: d[i][k]. */
typedef int weights[LONGEST + 1][LONGEST + 1];

/* Returns d[i][k], for which all that is left of it and above it is known. */
static int weight(weights d, size_t i, size_t k, const char *word,
                  const char *name)
{
    int best = i || k ? INT_MAX / 2 : 0;

    if (i)
        best = least(best, d[i - 1][k] + TOO_MANY);
    if (k)
        best = least(best, d[i][k - 1] + LEFT_OUT);
    if (!i || !k)
        return best;
    best = least(best,
                 d[i - 1][k - 1] +
                     (is_letter(word[i - 1], name[k - 1]) ? 0 : EXCHANGED));
    if (i > 1 && k > 1 && is_letter(word[i - 1], name[k - 2]) &&
        is_letter(word[i - 2], name[k - 1]))
        best = least(best, d[i - 2][k - 2] + SWAPPED);
    return best;
}

/* Returns the weights of the edits that make @name of @word. */
static int distance(const char *word, const char *name)
{
    weights d;
    size_t i, k, n = strlen(word), m = strlen(name);

    if (n > LONGEST || m > LONGEST)
        return INT_MAX;
    for (i = 0; i <= n; i++)
        for (k = 0; k <= m; k++)
            d[i][k] = weight(d, i, k, word, name);
    return d[n][m];
}

/* The beginning of a word is as good as the word. */
static int cost(const char *word, const char *name)
{
    return *word && !strncmp(word, name, strlen(word)) ? 0
                                                       : distance(word, name);
}

static char meant[MOST][LONGEST + 1];
static size_t nmeant;

static const char *meant_word(size_t i)
{
    return i < nmeant ? meant[i] : NULL;
}

/* Fills "meant"; leaves it empty if no word is near, or too many are, or to "". */
static void find_meant(const char *word, word_list *words)
{
    int best = WORST, c;
    const char *name;
    size_t i, n = 0;

    for (i = 0; (name = words(i)); i++) {
        c = cost(word, name);
        if (c > best)
            continue;
        if (c < best)
            n = 0;
        best = c;
        if (n < MOST)
            snprintf(meant[n], sizeof(meant[n]), "%s", name);
        n++;
    }
    nmeant = *word && n <= MOST ? n : 0;
}

void unknown_text(const char *what, const char *word, word_list *words,
                  char *text, size_t size)
{
    char known[WORDS_TEXT];

    find_meant(word, words);
    words_text(meant_word, " or ", known);
    if (*known)
        snprintf(text, size, "%s \"%s\": did you mean %s?", what, word, known);
    else
        snprintf(text, size, "%s \"%s\"", what, word);
}

int report_unknown(const struct tool *t, const char *what, const char *word,
                   word_list *words)
{
    char text[512];

    unknown_text(what, word, words, text, sizeof(text));
    return report_usage(t, "%s", text);
}
