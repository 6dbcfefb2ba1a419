/* SPDX-License-Identifier: LGPL-2.1-only */
/* Reads many nodes of xenstore with few system calls. */
#ifndef XENTIME_STORE_PIPELINE_H
#define XENTIME_STORE_PIPELINE_H

#include "internal.h"

struct xt_node {
    char path[48];
    char *value; /* NULL where the node is not there; the caller frees it */
    bool read;
};

/*
 * Reads @n nodes, of which the caller has filled in the paths, as
 * xt_store_look() does each.  After an error some may have a value.
 */
enum xentime_error xt_store_look_many(xentime *xt, struct xt_node *nodes,
                                      size_t n);

#endif /* XENTIME_STORE_PIPELINE_H */
