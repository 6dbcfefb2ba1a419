/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of the shell as processes, and what the shell says of them. */
#ifndef XENTIMECTL_SHELL_PROCESS_H
#define XENTIMECTL_SHELL_PROCESS_H

#include <stdbool.h>

/*
 * Runs the command that the words name, in a process of its own, which alone
 * gets Ctrl-C, unless the caller has blocked it: then it stays pending as well.
 * With @only_shows, options that change something are refused.  Returns its exit
 * status or, as a shell does, 128 plus the number of the signal that has ended
 * it.
 */
int shell_run(int n, char **words, bool only_shows);

/* Prints one line on stderr.  Returns @status. */
int shell_say(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* XENTIMECTL_SHELL_PROCESS_H */
