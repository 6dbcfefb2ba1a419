/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Xenstore.  While one of these waits for xenstored, xentime_waiting_for() says
 * so.
 */
#ifndef XENTIME_STORE_H
#define XENTIME_STORE_H

#include "internal.h"

/* Opens xenstore if it is not open yet. */
enum xentime_error xt_xenstore(xentime *xt);

/* The error of a xenstore request that failed with errno @errnum. */
enum xentime_error xt_fail_xenstore(xentime *xt, int errnum,
                                    const char *what, const char *path);

/*
 * A connection of its own to xenstored's socket.  -1 with errno: ECONNREFUSED
 * where a xenstored that has died left it behind, ENOENT where there is none.
 */
int xt_connect_xenstored(void);

/* All that this library keeps in xenstore is below. */
#define XT_STORE_ROOT "/tool/xentime"

/*
 * Requests on xt->xs, which is open, in transaction @t or none (XBT_NULL).
 * False with the error set; a node that is not there is none.
 */
bool xt_store_put(xentime *xt, xs_transaction_t t, const char *path,
                  const char *value);
bool xt_store_put_int(xentime *xt, xs_transaction_t t, const char *path,
                      int64_t value);
bool xt_store_drop(xentime *xt, xs_transaction_t t, const char *path);
/* *value is NULL where the node is not there; to be freed. */
bool xt_store_get(xentime *xt, xs_transaction_t t, const char *path,
                  char **value);
/* *names is NULL where the node is not there; to be freed. */
bool xt_store_list(xentime *xt, xs_transaction_t t, const char *path,
                   char ***names, unsigned int *n);
/* Removes a directory that has no more nodes. */
bool xt_store_drop_empty(xentime *xt, xs_transaction_t t, const char *path);
/* 0 to @max, @absent where the node is not there; else the error is EBADMSG. */
bool xt_store_get_int(xentime *xt, xs_transaction_t t, const char *path,
                      int64_t absent, int64_t max, int64_t *value);

/* xt_store_get() alone, with xenstore opened if need be. */
enum xentime_error xt_store_look(xentime *xt, const char *path, char **value);

/* Body of a transaction; false with the error set ends it. */
typedef bool xt_transaction_fn(xentime *xt, xs_transaction_t t,
                               const void *arg);

/* Opens xenstore if need be, and repeats the transaction while others
 * interfere. */
enum xentime_error xt_store_transaction(xentime *xt, xt_transaction_fn *fn,
                                        const void *arg);

#endif /* XENTIME_STORE_H */
