/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs another program: see spawn.h.  It is fork() rather than posix_spawn(),
 * which can neither tie a program's end to this process nor close what this
 * process has got from its own caller.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/close_range.h>

#include "cli/spawn.h"

/* Makes the descriptors the standard ones. */
static bool take_files(const struct spawn_files *files)
{
    const int wanted[] = { files->in, files->out, files->err };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), i;

    for (i = 0; i < 3; i++) {
        int fd = wanted[i] < 0 ? null : wanted[i];

        if (fd < 0 || (fd != i && dup2(fd, i) < 0))
            return false;
    }
    return true;
}

/* Becomes the program, or writes to @failed why not. */
static void become(const char *const argv[], const struct spawn_files *files,
                   pid_t parent, int failed)
{
    int e;

    /* Where the parent has ended already, there will be no signal. */
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent)
        _exit(127);
    if (take_files(files)) {
        /* musl has no close_range(), and glibc before 2.34 has none. */
        syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
        execvp(argv[0], (char *const *)argv);
    }
    e = errno;
    if (write(failed, &e, sizeof(e)) != sizeof(e))
        _exit(126);
    _exit(127);
}

pid_t spawn_start(const char *const argv[], const struct spawn_files *files)
{
    pid_t parent = getpid(), pid;
    int failed[2], e = 0;

    if (pipe2(failed, O_CLOEXEC))
        return -1;
    pid = fork();
    if (!pid)
        become(argv, files, parent, failed[1]);
    if (pid < 0)
        e = errno;
    close(failed[1]);
    /* The end of the file says that the program runs. */
    if (pid > 0 && read(failed[0], &e, sizeof(e)) == sizeof(e))
        spawn_wait(pid, -1);
    close(failed[0]);
    errno = e;
    return e ? -1 : pid;
}

int spawn_wait(pid_t pid, int ms)
{
    pid_t ended;
    int status;

    while (!(ended = waitpid(pid, &status, ms < 0 ? 0 : WNOHANG)) && ms > 0) {
        poll(NULL, 0, ms < 50 ? ms : 50);
        ms -= 50;
    }
    if (!ended) {
        errno = EAGAIN;
        return -1;
    }
    if (ended < 0)
        return errno == EINTR ? spawn_wait(pid, ms) : -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int spawn_and_wait(const char *const argv[], const struct spawn_files *files)
{
    pid_t pid = spawn_start(argv, files);

    return pid < 0 ? -1 : spawn_wait(pid, -1);
}
