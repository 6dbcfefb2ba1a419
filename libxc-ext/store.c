/* SPDX-License-Identifier: LGPL-2.1-only */
/* The connection to xenstored, requests, and transactions of them. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "error.h"
#include "store.h"

/* Others may spoil this many commits in a row before it is an error. */
#define MAX_TRIES 1000

/* ---- the connection ---- */

/*
 * Notes that xenstored is waited for, and returns what was waited for before,
 * which the caller puts back into xt->waiting.
 */
static const char *wait_for_xenstored(xentime *xt)
{
    const char *before = xt->waiting;

    xt->waiting = "xenstored";
    return before;
}

int xt_connect_xenstored(void)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    const char *path = xs_daemon_socket();
    int fd, e;

    if (!path || strlen(path) >= sizeof(addr.sun_path)) {
        errno = ENOENT;
        return -1;
    }
    memcpy(addr.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
        e = errno;
        close(fd);
        errno = e;
        return -1;
    }
    return fd;
}

/*
 * xs_open() falls back to /dev/xen/xenbus when nobody listens on xenstored's
 * socket.  Where a socket is left behind by a xenstored that died, requests
 * on the fallback would never be answered, so that the socket is tried first.
 */
static bool socket_is_dead(void)
{
    int fd = xt_connect_xenstored();

    if (fd < 0)
        return errno == ECONNREFUSED;
    close(fd);
    return false;
}

enum xentime_error xt_xenstore(xentime *xt)
{
    const char *before;
    int e = ECONNREFUSED;

    if (xt->xs)
        return XENTIME_OK;
    before = wait_for_xenstored(xt);
    if (!socket_is_dead()) {
        xt->xs = xs_open(0);
        e = errno;
    }
    xt->waiting = before;
    if (xt->xs)
        return XENTIME_OK;

    if (e == EACCES || e == EPERM) {
        xt_fail(xt, XENTIME_ERR_PERM, e, NULL,
                "cannot connect to xenstored: %s", strerror(e));
        xt_hint(xt, "run it as root");
        return XENTIME_ERR_PERM;
    }
    xt_fail(xt, XENTIME_ERR_NOXEN, e, NULL, "cannot connect to xenstored: %s",
            strerror(e));
    xt_hint(xt, "is xenstored running?  One that has died cannot be restarted: "
                "the host needs a reboot");
    return XENTIME_ERR_NOXEN;
}

/*
 * Asks xenstored for what it always knows.  libxenstore says EINVAL where its
 * reading thread has ended with the connection, and also where xenstored has
 * answered with an error that libxenstore has no name for: oxenstored's EQUOTA.
 */
static bool still_answers(xentime *xt)
{
    const char *before = wait_for_xenstored(xt);
    unsigned int n;
    char **names = xs_directory(xt->xs, XBT_NULL, "/", &n);
    bool answered = names;

    free(names);
    xt->waiting = before;
    return answered;
}

/* libxenstore has closed its socket: the handle is of no more use. */
static enum xentime_error fail_gone(xentime *xt, int errnum, const char *what,
                                    const char *path)
{
    xs_close(xt->xs);
    xt->xs = NULL;
    return xt_fail(xt, XENTIME_ERR_NOXEN, errnum, NULL,
                   "cannot %s %s in xenstore: xenstored is gone", what, path);
}

static enum xentime_error fail_limit(xentime *xt, int errnum, const char *what,
                                     const char *path, const char *limit)
{
    xt_fail(xt, XENTIME_ERR_FAIL, errnum, NULL, "cannot %s %s in xenstore: %s",
            what, path, limit);
    xt_hint(xt, "xenstored's limits are quota-* in oxenstored.conf, or options "
                "of xenstored");
    return XENTIME_ERR_FAIL;
}

enum xentime_error xt_fail_xenstore(xentime *xt, int errnum, const char *what,
                                    const char *path)
{
    if (errnum == EINVAL && !still_answers(xt))
        errnum = EPIPE;
    switch (errnum) {
    case EBADF:
    case EPIPE:
    case ECONNRESET:
        return fail_gone(xt, errnum, what, path);
    case ENOSPC:
        return fail_limit(xt, errnum, what, path, "xenstored's quota is full");
    case E2BIG:
        return fail_limit(xt, errnum, what, path,
                          "it is more than xenstored allows");
    case EINVAL:
        return fail_limit(xt, errnum, what, path,
                          "a quota of xenstored's or its limit for paths "
                          "forbids it");
    default:
        return xt_fail(xt,
                       errnum == EACCES || errnum == EPERM ? XENTIME_ERR_PERM
                                                           : XENTIME_ERR_FAIL,
                       errnum, NULL, "cannot %s %s in xenstore: %s", what, path,
                       strerror(errnum));
    }
}

unsigned int xt_bucket(const uint8_t uuid[16])
{
    unsigned int bucket = 0, i;

    for (i = 0; i < 16; i++)
        bucket ^= uuid[i];
    return bucket;
}

/* ---- requests ---- */

bool xt_store_put(xentime *xt, xs_transaction_t t, const char *path,
                  const char *value)
{
    const char *before = wait_for_xenstored(xt);
    bool done = xs_write(xt->xs, t, path, value, strlen(value));

    xt->waiting = before;
    if (!done)
        xt_fail_xenstore(xt, errno, "write", path);
    return done;
}

bool xt_store_put_int(xentime *xt, xs_transaction_t t, const char *path,
                      int64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, value);
    return xt_store_put(xt, t, path, text);
}

bool xt_store_drop(xentime *xt, xs_transaction_t t, const char *path)
{
    const char *before = wait_for_xenstored(xt);
    bool done = xs_rm(xt->xs, t, path) || errno == ENOENT;

    xt->waiting = before;
    if (!done)
        xt_fail_xenstore(xt, errno, "remove", path);
    return done;
}

bool xt_store_get(xentime *xt, xs_transaction_t t, const char *path,
                  char **value)
{
    const char *before = wait_for_xenstored(xt);
    unsigned int len;

    *value = xs_read(xt->xs, t, path, &len);
    xt->waiting = before;
    if (*value || errno == ENOENT)
        return true;
    xt_fail_xenstore(xt, errno, "read", path);
    return false;
}

bool xt_store_list(xentime *xt, xs_transaction_t t, const char *path,
                   char ***names, unsigned int *n)
{
    const char *before = wait_for_xenstored(xt);

    *n = 0;
    *names = xs_directory(xt->xs, t, path, n);
    xt->waiting = before;
    if (*names || errno == ENOENT)
        return true;
    xt_fail_xenstore(xt, errno, "read", path);
    return false;
}

bool xt_store_prune(xentime *xt, xs_transaction_t t, char *path,
                    const char *top)
{
    unsigned int n;
    char **names;

    while (strcmp(path, top) != 0) {
        if (!xt_store_list(xt, t, path, &names, &n))
            return false;
        free(names);
        if (n)
            return true;
        if (!xt_store_drop(xt, t, path))
            return false;
        *strrchr(path, '/') = '\0';
    }
    return true;
}

bool xt_store_get_int(xentime *xt, xs_transaction_t t, const char *path,
                      int64_t absent, int64_t max, int64_t *value)
{
    char *text, *end;

    if (!xt_store_get(xt, t, path, &text))
        return false;
    *value = absent;
    if (!text)
        return true;
    errno = 0;
    *value = strtoll(text, &end, 10);
    if (errno || end == text || *end || *value < 0 || *value > max) {
        *value = absent;
        xt_fail(xt, XENTIME_ERR_FAIL, EBADMSG, NULL,
                "%s in xenstore is not a number in range", path);
        free(text);
        return false;
    }
    free(text);
    return true;
}

enum xentime_error xt_store_look(xentime *xt, const char *path, char **value)
{
    enum xentime_error rc = xt_xenstore(xt);

    *value = NULL;
    if (!rc && !xt_store_get(xt, XBT_NULL, path, value))
        rc = xt->error.code;
    return rc;
}

/* ---- transactions ---- */

enum xentime_error xt_store_transaction(xentime *xt, xt_transaction_fn *fn,
                                        const void *arg)
{
    enum xentime_error rc = xt_xenstore(xt);
    const char *before;
    xs_transaction_t t;
    unsigned int tries;

    if (rc)
        return rc;
    before = wait_for_xenstored(xt);
    for (tries = 0; tries < MAX_TRIES; tries++) {
        t = xs_transaction_start(xt->xs);
        if (t == XBT_NULL) {
            rc = xt_fail_xenstore(xt, errno, "start a transaction on",
                                  XT_STORE_ROOT);
            break;
        }
        xt->error.errno_value = 0;
        if (!fn(xt, t, arg)) {
            rc = xt->error.code;
            /* xenstored may say EAGAIN before the end of the transaction. */
            bool again = xt->error.errno_value == EAGAIN;

            if (xt->xs)
                xs_transaction_end(xt->xs, t, true);
            if (again)
                continue;
            break;
        }
        if (xs_transaction_end(xt->xs, t, false)) {
            rc = XENTIME_OK;
            break;
        }
        rc = errno == EAGAIN
                 ? xt_fail(xt, XENTIME_ERR_BUSY, EAGAIN, NULL,
                           "xenstore: others changed %s at every try",
                           XT_STORE_ROOT)
                 : xt_fail_xenstore(xt, errno, "end a transaction on",
                                    XT_STORE_ROOT);
        if (rc != XENTIME_ERR_BUSY)
            break;
    }
    xt->waiting = before;
    return rc;
}
