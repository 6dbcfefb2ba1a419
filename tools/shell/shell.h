/* SPDX-License-Identifier: GPL-2.0-only */
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

/*
 * Runs the command that the words name, in a process of its own, which alone
 * gets Ctrl-C, unless the caller has blocked it: then it stays pending as well.
 * Returns its exit status or, as a shell does, 128 plus the number of the signal
 * that has ended it.
 */
int shell_run(int n, char **words);

/* Prints one line on stderr.  Returns @status. */
int shell_say(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* XENTIMECTL_SHELL_H */
