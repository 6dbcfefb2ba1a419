/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * There are three kinds of lock: one per domain, named by UUID because domain
 * ids are reused; one for all profiling sessions, which share Xen's one vPMU
 * mode; one for the process that watches the host.
 *
 * flock() is released by the kernel when its owner dies.  The file is
 * unlinked on release; a process that waited on the old file finds that the
 * name leads elsewhere and starts again.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "error.h"
#include "lock.h"
#include "names.h"

#ifndef XT_LOCK_DIR
#define XT_LOCK_DIR "/run/xentime"
#endif

#define POLL_MS 10

static void lock_path(const struct xentime_domain *dom, char *path, size_t size)
{
    char uuid[XT_UUID_TEXT] = "profile";

    if (dom)
        xt_uuid_text(dom->uuid, uuid);
    snprintf(path, size, "%s/%s", XT_LOCK_DIR, uuid);
}

/*
 * Makes the directory of the locks if it is missing.  /run is root's alone,
 * while any user can occupy a name in /run/lock, or fill it, and so keep root
 * from all changes.  A directory that others can write to is refused: they
 * could replace the file of a lock.
 */
static enum xentime_error lock_dir(xentime *xt)
{
    struct stat st;

    if (mkdir(XT_LOCK_DIR, 0755) && errno != EEXIST)
        return xt_fail(xt,
                       errno == EACCES ? XENTIME_ERR_PERM : XENTIME_ERR_FAIL,
                       errno, NULL, "cannot make %s: %s", XT_LOCK_DIR,
                       strerror(errno));
    if (lstat(XT_LOCK_DIR, &st) || !S_ISDIR(st.st_mode) ||
        st.st_uid != geteuid())
        return xt_fail(xt, XENTIME_ERR_PERM, EACCES, NULL,
                       "%s is not a directory of this user", XT_LOCK_DIR);
    if (st.st_mode & (S_IWGRP | S_IWOTH)) {
        xt_fail(xt, XENTIME_ERR_PERM, EACCES, NULL,
                "other users can write to %s", XT_LOCK_DIR);
        xt_hint(xt, "chmod 755 %s", XT_LOCK_DIR);
        return XENTIME_ERR_PERM;
    }
    return XENTIME_OK;
}

/* Tells whether @path still leads to the file that @fd has open. */
static bool still_named(const char *path, int fd)
{
    struct stat by_name, by_fd;

    return !stat(path, &by_name) && !fstat(fd, &by_fd) &&
           by_name.st_ino == by_fd.st_ino && by_name.st_dev == by_fd.st_dev;
}

/* Returns the locked file, or -1 with errno: EWOULDBLOCK if it is held. */
static int try_lock(const char *path)
{
    char pid[16];
    int fd, len;

    for (;;) {
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB)) {
            int e = errno;

            close(fd);
            errno = e;
            return -1;
        }
        if (still_named(path, fd))
            break;
        close(fd);
    }

    /* The pid only tells others whom they wait for: failing to is no harm. */
    len = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
    if (ftruncate(fd, 0) || pwrite(fd, pid, len, 0) != len)
        errno = 0;
    return fd;
}

static int holder_pid(const char *path)
{
    char text[16] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    long pid;

    if (fd < 0)
        return 0;
    if (read(fd, text, sizeof(text) - 1) < 0)
        text[0] = '\0';
    close(fd);
    pid = strtol(text, NULL, 10);
    return pid > 0 && pid <= INT_MAX ? pid : 0;
}

static unsigned int ms_since(const struct timespec *start)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - start->tv_sec) * 1000 +
           (now.tv_nsec - start->tv_nsec) / 1000000;
}

static enum xentime_error fail_busy(xentime *xt,
                                    const struct xentime_domain *dom,
                                    const char *path)
{
    const char *what = dom ? "it" : "profiling sessions";
    int pid = holder_pid(path);

    if (pid)
        xt_fail(xt, XENTIME_ERR_BUSY, EWOULDBLOCK, dom,
                "process %d is changing %s", pid, what);
    else
        xt_fail(xt, XENTIME_ERR_BUSY, EWOULDBLOCK, dom,
                "another process is changing %s", what);
    xt_hint(xt, "try again, or see what that process is waiting for");
    return XENTIME_ERR_BUSY;
}

enum xentime_error xt_lock_since(xentime *xt, const struct timespec *since,
                                 const struct xentime_domain *dom, int *fd)
{
    const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
    char path[sizeof(XT_LOCK_DIR) + XT_UUID_TEXT + 1];
    enum xentime_error rc = lock_dir(xt);

    if (rc)
        return rc;
    lock_path(dom, path, sizeof(path));
    while ((*fd = try_lock(path)) < 0 && errno == EWOULDBLOCK) {
        if (ms_since(since) >= xt->lock_timeout_ms) {
            xt->waiting = NULL;
            return fail_busy(xt, dom, path);
        }
        if (!xt->waiting) {
            char whose[32] = "profiling sessions";

            if (dom)
                snprintf(whose, sizeof(whose), "domain %u", dom->domid);
            snprintf(xt->waiting_text, sizeof(xt->waiting_text),
                     "the lock of %s, held by process %d", whose,
                     holder_pid(path));
            xt->waiting = xt->waiting_text;
        }
        nanosleep(&pause, NULL);
    }
    xt->waiting = NULL;
    if (*fd < 0)
        return xt_fail(xt, XENTIME_ERR_FAIL, errno, dom, "cannot lock %s: %s",
                       path, strerror(errno));
    return XENTIME_OK;
}

enum xentime_error xt_lock(xentime *xt, const struct xentime_domain *dom,
                           int *fd)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return xt_lock_since(xt, &now, dom, fd);
}

void xt_unlock(const struct xentime_domain *dom, int fd)
{
    char path[sizeof(XT_LOCK_DIR) + XT_UUID_TEXT + 1];

    lock_path(dom, path, sizeof(path));
    unlink(path);
    close(fd);
}

#define WATCH_PATH XT_LOCK_DIR "/watch"

enum xentime_error xt_lock_watch(xentime *xt)
{
    enum xentime_error rc = lock_dir(xt);

    if (rc)
        return rc;
    xt->watch_lock = try_lock(WATCH_PATH);
    if (xt->watch_lock >= 0)
        return XENTIME_OK;
    if (errno != EWOULDBLOCK)
        return xt_fail(xt, XENTIME_ERR_FAIL, errno, NULL, "cannot lock %s: %s",
                       WATCH_PATH, strerror(errno));
    return xt_fail(xt, XENTIME_ERR_BUSY, EWOULDBLOCK, NULL,
                   "process %d watches this host already",
                   holder_pid(WATCH_PATH));
}

void xt_unlock_watch(xentime *xt)
{
    if (xt->watch_lock < 0)
        return;
    unlink(WATCH_PATH);
    close(xt->watch_lock);
    xt->watch_lock = -1;
}

/* ---- signals ---- */

void xt_hold_signals(sigset_t *before)
{
    sigset_t ours;

    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &ours, before);
}

void xt_let_signals(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}
