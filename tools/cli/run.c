/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens and closes Xen for a run of a command: see run.h. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>
#include <xentoollog.h>

#include "cli/option.h"
#include "cli/run.h"
#include "output/report.h"
#include "tool.h"

#define PROGRESS_SECONDS 2

static xentime *waiting_xt;

/* This handler makes only calls that are safe in a signal handler. */
static void tell_waiting(int sig)
{
    const char *what = waiting_xt ? xentime_waiting_for(waiting_xt) : NULL;
    char line[256] = "xentimectl: still waiting for ";
    int saved_errno = errno;
    size_t len = strlen(line), more;

    (void)sig;
    if (what) {
        more = strnlen(what, sizeof(line) - len - 1);
        memcpy(line + len, what, more);
        line[len + more] = '\n';
        if (write(STDERR_FILENO, line, len + more + 1) < 0)
            errno = 0;
    }
    errno = saved_errno;
}

/* Starts to tell regularly what @xt is waiting for; NULL stops that. */
static void start_progress(xentime *xt)
{
    struct sigaction sa = { .sa_handler = tell_waiting,
                            .sa_flags = SA_RESTART };
    long seconds = xt ? PROGRESS_SECONDS : 0;
    struct itimerval every = { { seconds, 0 }, { seconds, 0 } };

    waiting_xt = xt;
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
}

/* ---- open files ---- */

void tool_take_standard_files(void)
{
    static const int modes[] = { O_WRONLY, O_RDONLY, O_RDONLY };
    int fd;

    for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
            _exit(EXIT_FAILED);
}

static struct rlimit files_before; /* rlim_max is 0 until it is known */

/* Each domain that is changed has a lock, which is an open file. */
static void raise_files(void)
{
    struct rlimit files;

    if (files_before.rlim_max || getrlimit(RLIMIT_NOFILE, &files_before))
        return;
    files = files_before;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

void tool_restore_files(void)
{
    if (files_before.rlim_max)
        setrlimit(RLIMIT_NOFILE, &files_before);
}

int tool_open(struct tool *t)
{
    xentoollog_logger *logger = NULL;
    enum xentime_error rc;

    raise_files();
    if (t->opt[OPT_VERBOSE])
        logger = (xentoollog_logger *)xtl_createlogger_stdiostream(stderr,
                                                                   XTL_DEBUG,
                                                                   0);
    rc = xentime_open(&t->xt, logger);
    if (rc)
        return t->xt ? report_error(t)
                     : report(t, EXIT_FAILED, "out of memory");
    start_progress(t->xt);
    return set_wait(t);
}

void tool_end_progress(void)
{
    start_progress(NULL);
}

void tool_close(struct tool *t)
{
    start_progress(NULL);
    xentime_close(t->xt);
    t->xt = NULL;
}

int finish(const struct tool *t, int status)
{
    bool failed = ferror(stdout);

    waiting_xt = NULL;
    if (fclose(stdout))
        failed = true;
    if (failed && status == EXIT_DONE) {
        fprintf(stderr, "xentimectl: cannot write the output: %s\n",
                strerror(errno));
        status = EXIT_FAILED;
    }
    xentime_close(t->xt);
    return status;
}
