/* SPDX-License-Identifier: GPL-2.0-only */
/* A line of the shell, cut into words. */
#ifndef XENTIMECTL_SHELL_WORDS_H
#define XENTIMECTL_SHELL_WORDS_H

/*
 * Blanks part words.  '...' and "..." keep what is between them together, a
 * backslash the next character; within "..." it does so before " and \ alone.
 * What follows a # at the start of a word is a comment.  Nothing is expanded.
 *
 * Returns NULL, with *words, which ends with a NULL, and all that it leads to
 * to be freed by one free(); or what is wrong with the line.
 */
const char *shell_words(const char *line, char ***words, int *n);

#endif /* XENTIMECTL_SHELL_WORDS_H */
