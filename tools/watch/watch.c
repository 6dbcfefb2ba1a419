/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl watch: waits for events and signals, and does what is due. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "watch/watch.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "output/report.h"
#include "policy/model.h"
#include "policy/read.h"
#include "tool.h"
#include "watch/systemd.h"

/* The time until a domain that was not ready is looked at again. */
#define PENDING_MS 200

/* ---- the policy ---- */

/* Reads the policy; NULL if there is no file in the default place. */
static int load(struct watcher *w, struct policy **p)
{
    struct stat st;

    *p = NULL;
    if (!w->t->opt[OPT_POLICY] && access(w->file, F_OK) && errno == ENOENT) {
        watch_say(SD_INFO, "no %s: only what persists is applied", w->file);
        return EXIT_DONE;
    }
    /* A FIFO has nobody who writes to it at the next reload. */
    if (!stat(w->file, &st) && S_ISFIFO(st.st_mode))
        return report(w->t, EXIT_FAILED,
                      "%s: a FIFO: it cannot be read again at a reload",
                      w->file);
    return policy_read(w->t, w->file, p);
}

static void reload(struct watcher *w)
{
    struct timespec now;
    struct policy *p;

    clock_gettime(CLOCK_MONOTONIC, &now);
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
               now.tv_sec * 1000000LL + now.tv_nsec / 1000);
    if (load(w, &p)) {
        watch_say(SD_ERR, "the policy stays as it was");
    } else {
        policy_free(w->policy);
        w->policy = p;
        watch_forget(w);
        watch_say(SD_INFO, "%s was read again", w->file);
    }
    sd_notify(0, "READY=1");
}

/* ---- waiting ---- */

static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* The work that is due. */
struct todo {
    bool end, reload;
    unsigned int events;
};

static void take_signals(int fd, struct todo *todo)
{
    struct signalfd_siginfo info;

    while (read(fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGHUP)
            todo->reload = true;
        else
            todo->end = true;
    }
}

static int timeout_ms(const struct watcher *w)
{
    return w->pending ? PENDING_MS : w->sessions_ms;
}

static int wait_for(struct watcher *w, int signals, struct todo *todo)
{
    int fds[2];
    struct pollfd list[3] = { { .fd = signals, .events = POLLIN } };
    size_t i;

    memset(todo, 0, sizeof(*todo));
    xentime_watch_fds(w->t->xt, fds);
    for (i = 0; i < ARRAY_LEN(fds); i++)
        list[i + 1] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
    if (poll(list, ARRAY_LEN(list), timeout_ms(w)) < 0 && errno != EINTR) {
        watch_say(SD_ERR, "poll: %s", strerror(errno));
        return EXIT_FAILED;
    }
    take_signals(signals, todo);
    if (xentime_watch_read(w->t->xt, &todo->events))
        return watch_end(w);
    return EXIT_DONE;
}

static int do_what_is_due(struct watcher *w, const struct todo *todo)
{
    bool sessions = w->sessions_ms >= 0;
    int status = EXIT_DONE;

    if (todo->reload)
        reload(w);
    if (todo->reload || w->pending || (todo->events & XENTIME_DOMAIN_CAME))
        status = watch_update(w);
    if (todo->events & (XENTIME_DOMAIN_WENT | XENTIME_SESSIONS_CHANGED))
        sessions = true;
    if (!status && sessions)
        status = watch_sessions(w);
    return status;
}

static int run(struct watcher *w, int signals)
{
    struct todo todo = { .events = XENTIME_DOMAIN_CAME | XENTIME_DOMAIN_WENT };
    int status = do_what_is_due(w, &todo);

    if (!status) {
        watch_say(SD_INFO, "watching");
        sd_notify(0, "READY=1\nSTATUS=watching");
    }
    while (!status && !todo.end) {
        status = wait_for(w, signals, &todo);
        if (!status && !todo.end)
            status = do_what_is_due(w, &todo);
    }
    sd_notify(0, "STOPPING=1");
    return status;
}

static int watch(struct watcher *w)
{
    int signals, status;

    tool_end_progress();
    if (xentime_watch(w->t->xt))
        return report_error(w->t);
    signals = open_signals();
    if (signals < 0)
        return report(w->t, EXIT_FAILED, "signalfd: %s", strerror(errno));
    status = run(w, signals);
    close(signals);
    return status;
}

int cmd_watch(struct tool *t)
{
    struct watcher w = { .t = t, .sessions_ms = -1, .file = POLICY_FILE };
    int status;

    /* A line is one write, as others may write to the same log. */
    setvbuf(stderr, NULL, _IOLBF, 0);
    if (t->opt[OPT_POLICY])
        w.file = t->opt[OPT_POLICY];
    /*
     * A policy that is wrong stays wrong however often the service is started
     * again.  Its exit status is one that the unit takes as final; the records
     * alone would be applied without anybody's noticing.
     */
    status = load(&w, &w.policy) ? EXIT_USAGE : EXIT_DONE;
    if (!status)
        status = tool_open(t);
    if (!status)
        status = watch(&w);
    policy_free(w.policy);
    free(w.seen);
    return status;
}
