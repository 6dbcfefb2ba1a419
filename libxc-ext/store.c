/* SPDX-License-Identifier: LGPL-2.1-only */
/* Requests to xenstore, and transactions of them. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Commits that others' interference may spoil before it is an error. */
#define MAX_TRIES 1000

/* ---- requests ---- */

bool xt_store_put(xentime *xt, xs_transaction_t t, const char *path,
                  const char *value)
{
    if (xs_write(xt->xs, t, path, value, strlen(value)))
        return true;
    xt_fail_xenstore(xt, errno, "write", path);
    return false;
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
    if (xs_rm(xt->xs, t, path) || errno == ENOENT)
        return true;
    xt_fail_xenstore(xt, errno, "remove", path);
    return false;
}

bool xt_store_get(xentime *xt, xs_transaction_t t, const char *path,
                  char **value)
{
    unsigned int len;

    *value = xs_read(xt->xs, t, path, &len);
    if (*value || errno == ENOENT)
        return true;
    xt_fail_xenstore(xt, errno, "read", path);
    return false;
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
    if (rc)
        return rc;
    xt->waiting = "xenstored";
    if (!xt_store_get(xt, XBT_NULL, path, value))
        rc = xt->error.code;
    xt->waiting = NULL;
    return rc;
}

/* ---- transactions ---- */

enum xentime_error xt_store_transaction(xentime *xt, xt_transaction_fn *fn,
                                        const void *arg)
{
    enum xentime_error rc = xt_xenstore(xt);
    xs_transaction_t t;
    unsigned int tries;

    if (rc)
        return rc;
    xt->waiting = "xenstored";
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
    xt->waiting = NULL;
    return rc;
}
