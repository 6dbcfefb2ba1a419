/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that were mistyped: which ones were meant. */
#ifndef XENTIMECTL_CLI_SUGGEST_H
#define XENTIMECTL_CLI_SUGGEST_H

#include "tool.h"

/*
 * Tells whether @word is @name, in which an underscore will do for a hyphen: one
 * types set_mode where names in C and in xl.cfg(5) are at hand.
 */
bool is_word(const char *word, const char *name);

/*
 * Writes that @word is unknown, with those of @words that were probably meant, as
 * in: no command "lsit": did you mean list?
 */
void unknown_text(const char *what, const char *word, word_list *words,
                  char *text, size_t size);

/* Reports that as a misuse.  Returns EXIT_USAGE. */
int report_unknown(const struct tool *t, const char *what, const char *word,
                   word_list *words);

#endif /* XENTIMECTL_CLI_SUGGEST_H */
