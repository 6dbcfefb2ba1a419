/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions that end by themselves: with a program, or after a time.
 *
 * In both a child waits behind a pipe until the session is there.  Whatever
 * happens before that, the pipe closes and the child ends; so nothing that can
 * fail is left once the session has begun, and the session of a program is
 * bound to the program's own process, not to ours: if we are killed it lasts
 * as long as the program does.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "profile/bound.h"
#include "cli/run.h"
#include "output/report.h"
#include "output/text.h"
#include "profile/session.h"
#include "tool.h"

#define NOT_FOUND 127
#define NOT_EXECUTABLE 126
#define SIGNALLED 128

/* How often, a second apart, the timer tries to reach Xen and xenstored. */
#define TIMER_TRIES 60

/* Forks a child that returns from here only once let_go() tells it to go on. */
static pid_t fork_behind_pipe(int *go)
{
    int ends[2];
    ssize_t n;
    pid_t pid;
    char byte;

    if (pipe2(ends, O_CLOEXEC))
        return -1;
    pid = fork();
    if (!pid) {
        close(ends[1]);
        do
            n = read(ends[0], &byte, 1);
        while (n < 0 && errno == EINTR);
        if (n != 1)
            _exit(EXIT_FAILED);
        return 0;
    }
    close(ends[0]);
    *go = ends[1];
    if (pid < 0)
        close(ends[1]);
    return pid;
}

static void let_go(int go, bool yes)
{
    if (yes && write(go, "", 1) != 1)
        errno = 0;
    close(go);
}

/* ---- a program ---- */

static pid_t program_pid;

static void pass_on(int sig)
{
    if (program_pid > 0)
        kill(program_pid, sig);
}

/*
 * Ignores the signals that the terminal sends, as the program gets them itself,
 * and passes the others on to the program.
 */
static void set_signals(pid_t pid)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    struct sigaction pass = { .sa_handler = pass_on, .sa_flags = SA_RESTART };

    program_pid = pid;
    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGQUIT, &ignore, NULL);
    sigaction(SIGTERM, &pass, NULL);
    sigaction(SIGHUP, &pass, NULL);
}

static void become_program(char **program)
{
    int e;

    tool_restore_files();
    execvp(program[0], program);
    e = errno;
    fputs("xentimectl: ", stderr);
    print_safe(stderr, program[0]);
    fprintf(stderr, ": %s\n", strerror(e));
    _exit(e == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

static int wait_for_program(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return EXIT_FAILED;
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : SIGNALLED + WTERMSIG(status);
}

/*
 * Ends the session of a program that has ended; if that fails, any profile
 * command will do so.  --wait was for the session's start.
 */
static void end_session(struct profile_run *p)
{
    p->t->opt[OPT_WAIT] = NULL;
    if (tool_open(p->t) || profile_over(p))
        fputs("xentimectl: note: the next profile command ends the session\n",
              stderr);
}

int profile_bound_program(struct profile_run *p)
{
    int go, status;
    pid_t pid = fork_behind_pipe(&go);

    if (pid < 0)
        return report(p->t, EXIT_FAILED, "cannot fork: %s", strerror(errno));
    if (!pid)
        become_program(p->t->program);

    p->pid = pid;
    if (!p->holder) {
        snprintf(p->made_up, sizeof(p->made_up), "program-%d", (int)pid);
        p->holder = p->made_up;
    }
    status = tool_open(p->t);
    if (!status)
        status = profile_find(p);
    if (!status)
        status = profile_begin(p);
    if (status) {
        let_go(go, false);
        waitpid(pid, NULL, 0);
        return status;
    }
    /* The handle is not kept open while the program runs: that may be days. */
    tool_close(p->t);
    set_signals(pid);
    let_go(go, true);
    status = wait_for_program(pid);
    program_pid = 0;
    end_session(p);
    return status;
}

/* ---- a time ---- */

/*
 * Leaves the terminal and all open files, so that nobody who reads from a pipe to
 * its end, or waits for a lock of the caller's, is kept waiting.
 */
static void detach(void)
{
    int null = open("/dev/null", O_RDWR);

    setsid();
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
    /* musl has no close_range(), and glibc before 2.34 has none. */
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
    if (chdir("/"))
        errno = 0;
}

/* Reads the sessions, which ends those that are over; false if that failed. */
static bool end_what_is_over(void)
{
    struct xentime_profile profile;
    bool ok = false;
    xentime *xt;

    if (!xentime_open(&xt, NULL) && !xentime_get_profile(xt, &profile)) {
        xentime_free_profile(&profile);
        ok = true;
    }
    xentime_close(xt);
    return ok;
}

static void be_timer(int64_t ns)
{
    struct timespec until;
    int i;

    detach();
    clock_gettime(CLOCK_BOOTTIME, &until);
    ns += until.tv_nsec;
    until.tv_sec += ns / NS_PER_SEC;
    until.tv_nsec = ns % NS_PER_SEC;
    while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, NULL))
        continue;
    /* The session's end is in whole milliseconds: 2 ms later it is past. */
    for (i = 0; i < TIMER_TRIES; i++) {
        if (i)
            sleep(1);
        else
            usleep(2000);
        if (end_what_is_over())
            break;
    }
    _exit(EXIT_DONE);
}

int profile_timer_make(struct profile_run *p, struct profile_timer *timer)
{
    pid_t pid = fork_behind_pipe(&timer->go);
    struct timespec now;

    if (pid < 0)
        return report(p->t, EXIT_FAILED, "cannot fork: %s", strerror(errno));
    if (!pid)
        be_timer(p->for_ns);

    if (!p->holder) {
        clock_gettime(CLOCK_BOOTTIME, &now);
        snprintf(p->made_up, sizeof(p->made_up), "timer-%d-%lld", (int)pid,
                 (long long)now.tv_sec);
        p->holder = p->made_up;
    }
    return EXIT_DONE;
}

void profile_timer_go(struct profile_timer *timer, bool go)
{
    let_go(timer->go, go);
}
