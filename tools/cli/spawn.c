/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs another program and waits for it: see spawn.h. */

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/spawn.h"

int spawn_and_wait(const char *const argv[],
                   posix_spawn_file_actions_t *actions)
{
    int status, rc;
    pid_t pid;

    rc = posix_spawnp(&pid, argv[0], actions, NULL, (char *const *)argv,
                      environ);
    posix_spawn_file_actions_destroy(actions);
    if (rc) {
        errno = rc;
        return -1;
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
