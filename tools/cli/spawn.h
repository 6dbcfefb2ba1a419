/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs another program. */
#ifndef XENTIMECTL_CLI_SPAWN_H
#define XENTIMECTL_CLI_SPAWN_H

#include <sys/types.h>

/* The descriptors that are a program's standard ones; -1: /dev/null. */
struct spawn_files {
    int in, out, err;
};

/*
 * Starts @argv[0], which is looked for in PATH, with no other descriptor open.
 * It gets SIGTERM if this process ends before it, however that ends: nothing
 * that was started for a command outlives it.  Returns its process, for
 * spawn_wait(), or -1 with errno; ENOENT: the program is not there.
 */
pid_t spawn_start(const char *const argv[], const struct spawn_files *files);

/*
 * Waits for the end of a program, for @ms milliseconds at most unless that is
 * negative.  Returns its exit status, 128 and the number of the signal that
 * ended it, or -1 with errno; EAGAIN: it runs.
 */
int spawn_wait(pid_t pid, int ms);

/* Does both. */
int spawn_and_wait(const char *const argv[], const struct spawn_files *files);

#endif /* XENTIMECTL_CLI_SPAWN_H */
