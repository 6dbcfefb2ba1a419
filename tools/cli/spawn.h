/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs another program and waits for it. */
#ifndef XENTIMECTL_CLI_SPAWN_H
#define XENTIMECTL_CLI_SPAWN_H

#include <spawn.h>

/*
 * Runs @argv[0], which is looked for in PATH, after @actions, which this
 * destroys.  Returns the program's exit status, 128 and the number of the
 * signal that ended it, or -1 with errno; ENOENT: the program is not there.
 */
int spawn_and_wait(const char *const argv[],
                   posix_spawn_file_actions_t *actions);

#endif /* XENTIMECTL_CLI_SPAWN_H */
