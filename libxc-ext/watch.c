/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Watches domains as they come and go, and profiling sessions, in xenstore.
 *
 * libxenstore does not tell that xenstored has ended while nothing is asked of
 * it.  A second connection, on which nothing is ever said, does: it hangs up.
 * xenstored keeps it when it is updated live, as it does the first one.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "error.h"
#include "lock.h"
#include "store.h"

/* Events carry the token, whatever the path. */
static const struct watch {
    const char *path, *token;
    unsigned int event;
} watches[] = {
    { "@introduceDomain", "came", XENTIME_DOMAIN_CAME },
    { "@releaseDomain", "went", XENTIME_DOMAIN_WENT },
    { XT_STORE_ROOT "/profile", "sessions", XENTIME_SESSIONS_CHANGED },
};

enum xentime_error xentime_watch(xentime *xt)
{
    enum xentime_error rc = xt_lock_watch(xt);
    size_t i;

    if (!rc)
        rc = xt_xenstore(xt);
    if (rc)
        return rc;
    for (i = 0; i < ARRAY_LEN(watches); i++)
        if (!xs_watch(xt->xs, watches[i].path, watches[i].token))
            return xt_fail_xenstore(xt, errno, "watch", watches[i].path);
    xt->life_fd = xt_connect_xenstored();
    return XENTIME_OK;
}

void xentime_watch_fds(const xentime *xt, int fds[2])
{
    fds[0] = xt->xs ? xs_fileno(xt->xs) : -1;
    fds[1] = xt->life_fd;
}

/* Tells whether xenstored has hung up; looks, but does not read. */
static bool has_ended(int fd)
{
    char byte;

    return fd >= 0 && !recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
}

enum xentime_error xentime_watch_read(xentime *xt, unsigned int *events)
{
    char **event;
    size_t i;

    *events = 0;
    if (!xt->xs || has_ended(xt->life_fd))
        return xt_fail(xt, XENTIME_ERR_NOXEN, EPIPE, NULL, "xenstored is gone");
    while ((event = xs_check_watch(xt->xs))) {
        for (i = 0; i < ARRAY_LEN(watches); i++)
            if (!strcmp(event[XS_WATCH_TOKEN], watches[i].token))
                *events |= watches[i].event;
        free(event);
    }
    if (errno == EAGAIN)
        return XENTIME_OK;
    /* libxenstore says EINVAL where its reading thread has ended. */
    if (errno == EINVAL)
        errno = EPIPE;
    return xt_fail_xenstore(xt, errno, "read", "what it watches");
}
