/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of the shell, cut into words. */
#ifndef XENTIMECTL_SHELL_WORDS_H
#define XENTIMECTL_SHELL_WORDS_H

/*
 * Blanks part words.  '...' and "..." quote what is between them, and a
 * backslash quotes the next character; within "..." it does so only before "
 * and \.  A # at the start of a word begins a comment.  Nothing is expanded.
 *
 * Returns NULL, or what is wrong with the line.  With NULL, *words ends with a
 * NULL, and one free() of it frees the words, too.
 */
const char *shell_words(const char *line, char ***words, int *n);

#endif /* XENTIMECTL_SHELL_WORDS_H */
