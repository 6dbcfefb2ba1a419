/* SPDX-License-Identifier: GPL-2.0-only */
/* xentimectl shell: what its parts share. */
#ifndef XENTIMECTL_SHELL_H
#define XENTIMECTL_SHELL_H

#include "tool.h"

/* No line may be longer. */
#define SHELL_LINE_MAX 65536

/*
 * Runs one line as a process of its own; what the shell itself knows is done
 * here.  Returns its exit status; *leave is set where it says so.
 */
int shell_line(const char *line, int last, bool *leave);

/* shell-edit.c: lines from the terminal, with history, until it ends. */
int shell_interactive(void);

/*
 * shell-every.c: the command of @words again and again, every @words[1]
 * seconds.  Returns an exit status.
 */
int shell_every(int n, char **words);

/*
 * Does what the words say, in a process of its own, for which Ctrl-C is.
 * Returns its exit status, or as a shell does 128 and the number of the signal
 * that has ended it.
 */
int shell_run(int n, char **words);

/* One line on stderr.  Returns @status. */
int shell_say(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* XENTIMECTL_SHELL_H */
