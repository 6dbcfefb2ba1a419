/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Candidates for a word of a command line. */
#ifndef XENTIMECTL_CLI_COMPLETE_H
#define XENTIMECTL_CLI_COMPLETE_H

#include <stdbool.h>
#include <stdio.h>

#include "tool.h"

/*
 * Returns the command that the words before word @at name; NULL if they name
 * none.
 */
const struct command *line_command(int at, int nwords, char **words);

/* Returns the words of a kind that are the same on any host; NULL: none are. */
word_list *constant_words(enum word_kind kind);

/*
 * Prints the candidates for word @at of the command line @words, a line each.
 * Returns true if the word is to be a file's name, of which it prints none.
 */
bool complete(FILE *out, int at, int nwords, char **words);

#endif /* XENTIMECTL_CLI_COMPLETE_H */
