/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Requests to xenstore.  While one of these functions waits for xenstored,
 * xentime_waiting_for() says so.
 */
#ifndef XENTIME_STORE_H
#define XENTIME_STORE_H

#include "internal.h"

/* Opens xenstore if it is not open yet. */
enum xentime_error xt_xenstore(xentime *xt);

/* Fills in the error of a xenstore request that failed with errno @errnum. */
enum xentime_error xt_fail_xenstore(xentime *xt, int errnum, const char *what,
                                    const char *path);

/*
 * Opens another connection to xenstored's socket.  Returns -1 with errno, which
 * is ECONNREFUSED where a xenstored that has died left the socket behind, and
 * ENOENT where there is none.
 */
int xt_connect_xenstored(void);

/* All that this library keeps in xenstore is below this path. */
#define XT_STORE_ROOT "/tool/xentime"

/*
 * Returns which of 256 directories a domain's node is in: the exclusive or of
 * its UUID's bytes.  A reply of oxenstored has at most 4096 bytes, and
 * libxenstore gives the connection up at a longer one; so no directory is
 * listed that grows by a node for each domain.
 */
unsigned int xt_bucket(const uint8_t uuid[16]);

/*
 * These are requests on xt->xs, which has to be open, in transaction @t or in
 * none (XBT_NULL).  They return false with the error set; a node that is not
 * there is no error.
 */
bool xt_store_put(xentime *xt, xs_transaction_t t, const char *path,
                  const char *value);
bool xt_store_put_int(xentime *xt, xs_transaction_t t, const char *path,
                      int64_t value);
bool xt_store_drop(xentime *xt, xs_transaction_t t, const char *path);
/* *value is NULL where the node is not there; the caller frees it. */
bool xt_store_get(xentime *xt, xs_transaction_t t, const char *path,
                  char **value);
/* *names is NULL where the node is not there; the caller frees it. */
bool xt_store_list(xentime *xt, xs_transaction_t t, const char *path,
                   char ***names, unsigned int *n);
/*
 * Removes the node, if it has no more nodes below it, and so on upwards, but
 * for @top.  Cuts @path off.
 */
bool xt_store_prune(xentime *xt, xs_transaction_t t, char *path,
                    const char *top);
/*
 * Reads a number from 0 to @max, or @absent where the node is not there; the
 * error is EBADMSG for anything else.
 */
bool xt_store_get_int(xentime *xt, xs_transaction_t t, const char *path,
                      int64_t absent, int64_t max, int64_t *value);

/* Opens xenstore if need be, and does xt_store_get() in no transaction. */
enum xentime_error xt_store_look(xentime *xt, const char *path, char **value);

/* The body of a transaction, which false, with the error set, ends. */
typedef bool xt_transaction_fn(xentime *xt, xs_transaction_t t,
                               const void *arg);

/* Opens xenstore if need be, and repeats the transaction while others
 * interfere. */
enum xentime_error xt_store_transaction(xentime *xt, xt_transaction_fn *fn,
                                        const void *arg);

#endif /* XENTIME_STORE_H */
