/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The handle of libxentime, as its own files see it.
 */
#ifndef XENTIME_INTERNAL_H
#define XENTIME_INTERNAL_H

#include <signal.h>

#include <xenctrl.h>
#include <xencall.h>
#include <xenstore.h>
#include <xentoollog.h>
#include <xen/hvm/params.h>

#include "xentime.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

struct xentime {
    xc_interface *xch;
    struct xs_handle *xs;    /* NULL until needed, see xt_xenstore() */
    int life_fd, watch_lock; /* -1: none; see watch.c */
    struct xentoollog_logger *logger;
    struct xentoollog_logger quiet;
    unsigned int lock_timeout_ms;
    bool caps_known;
    unsigned int caps;
    int vtimer_errno; /* why there are no features, if there are none */
    bool profile_known;
    uint64_t profile_features;    /* see xt_ask_profile_features() */
    const char *volatile waiting; /* read by signal handlers */
    char waiting_text[128];
    struct xentime_error_info error;
    struct xentime_error_info warning; /* the first of @warnings */
    size_t warnings;
};

#endif /* XENTIME_INTERNAL_H */
