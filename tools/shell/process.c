/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command of the shell is a process of its own, by fork() and without exec():
 * whatever it does to signals, to its handles and to itself, the shell is as
 * before.
 */

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/dispatch.h"
#include "cli/run.h"
#include "output/text.h"
#include "shell/process.h"
#include "tool.h"

int shell_say(int status, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vprint_warning(fmt, ap);
    va_end(ap);
    return status;
}

static const int signals[] = { SIGINT, SIGQUIT };

/* Blocks the signals that the terminal sends to the command and the shell. */
static void hold_signals(sigset_t *before)
{
    sigset_t set;
    size_t i;

    sigemptyset(&set);
    for (i = 0; i < ARRAY_LEN(signals); i++)
        sigaddset(&set, signals[i]);
    sigprocmask(SIG_BLOCK, &set, before);
}

/*
 * Drops what has come of them meanwhile, but for the signals that the caller
 * had blocked already: it wants to know of those.
 */
static void release_signals(const sigset_t *before)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN }, action;
    size_t i;

    for (i = 0; i < ARRAY_LEN(signals); i++) {
        if (sigismember(before, signals[i]))
            continue;
        sigaction(signals[i], &ignore, &action);
        sigaction(signals[i], &action, NULL);
    }
    sigprocmask(SIG_SETMASK, before, NULL);
}

static void child(int n, char **words, bool only_shows)
{
    struct tool t = { .only_shows = only_shows };
    sigset_t set;
    size_t i;
    char **argv = calloc(n + 2, sizeof(*argv));

    sigemptyset(&set);
    for (i = 0; i < ARRAY_LEN(signals); i++) {
        signal(signals[i], SIG_DFL);
        sigaddset(&set, signals[i]);
    }
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    if (!argv) {
        shell_say(EXIT_FAILED, "out of memory");
        _exit(EXIT_FAILED);
    }
    argv[0] = "xentimectl";
    memcpy(argv + 1, words, n * sizeof(*argv));
    /* exit() would put the offset of the shell's input back. */
    _exit(finish(&t, dispatch(&t, n + 1, argv)));
}

int shell_run(int n, char **words, bool only_shows)
{
    sigset_t before;
    int status;
    pid_t pid;

    fflush(NULL);
    hold_signals(&before);
    pid = fork();
    if (!pid)
        child(n, words, only_shows);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    release_signals(&before);
    if (pid < 0)
        return shell_say(EXIT_FAILED, "cannot start a process: %s",
                         strerror(errno));
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    return WEXITSTATUS(status);
}
