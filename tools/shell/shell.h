/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl shell: what its parts share. */
#ifndef XENTIMECTL_SHELL_H
#define XENTIMECTL_SHELL_H

#include "tool.h"

/* The longest line of a file or a pipe, in bytes. */
#define SHELL_LINE_MAX 65536

/*
 * Runs a line: the shell's own commands here, any other in a process of its
 * own.  Returns its exit status, or @last if the line is empty; exit and quit
 * set *leave.
 */
int shell_line(const char *line, int last, bool *leave);

/* edit.c: runs lines from the terminal, with history, until their end. */
int shell_interactive(void);

/*
 * every.c: runs the command of @words again and again, every @words[1] seconds.
 * Returns an exit status.
 */
int shell_every(int n, char **words);

/* Returns the name of a command that "every" takes; NULL past the last. */
const char *shell_every_word(size_t i);

#endif /* XENTIMECTL_SHELL_H */
