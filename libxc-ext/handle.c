/* SPDX-License-Identifier: LGPL-2.1-only */
/* Opens and closes the handle and its connections to Xen and xenstore. */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "hypercall.h"
#include "lock.h"

#define DEFAULT_LOCK_TIMEOUT_MS 10000

static void quiet_message(struct xentoollog_logger *logger,
                          xentoollog_level level, int errnoval,
                          const char *context, const char *format, va_list al)
{
    (void)logger, (void)level, (void)errnoval, (void)context, (void)format;
    (void)al;
}

/* ---- opening ---- */

static enum xentime_error open_xen(xentime *xt)
{
    int e;

    xt->xch = xc_interface_open(xt->logger, xt->logger, 0);
    if (!xt->xch) {
        e = errno;
        if (e == EACCES || e == EPERM) {
            xt_fail(xt, XENTIME_ERR_PERM, e, NULL,
                    "cannot open Xen's privcmd device: %s", strerror(e));
            xt_hint(xt, "run it as root");
            return XENTIME_ERR_PERM;
        }
        xt_fail(xt, XENTIME_ERR_NOXEN, e, NULL,
                "cannot open Xen's privcmd device: %s", strerror(e));
        xt_hint(xt, "this has to run in the control domain (dom0) of a Xen "
                    "host, with the module xen-privcmd loaded");
        return XENTIME_ERR_NOXEN;
    }

    e = xt_try_interfaces(xt);
    if (e)
        return xt_fail_xen(xt, e, NULL, "cannot talk to Xen");
    return XENTIME_OK;
}

enum xentime_error xentime_open(xentime **out, struct xentoollog_logger *logger)
{
    xentime *xt = calloc(1, sizeof(*xt));

    *out = xt;
    if (!xt)
        return XENTIME_ERR_FAIL;
    xt->quiet.vmessage = quiet_message;
    xt->logger = logger ? logger : &xt->quiet;
    xt->lock_timeout_ms = DEFAULT_LOCK_TIMEOUT_MS;
    xt->error.domid = XENTIME_NO_DOMID;
    xt->life_fd = xt->watch_lock = -1;
    return open_xen(xt);
}

void xentime_close(xentime *xt)
{
    if (!xt)
        return;
    xt_unlock_watch(xt);
    if (xt->life_fd >= 0)
        close(xt->life_fd);
    xs_close(xt->xs);
    xc_interface_close(xt->xch);
    free(xt);
}

const char *xentime_waiting_for(const xentime *xt)
{
    return xt->waiting;
}

void xentime_set_lock_timeout(xentime *xt, unsigned int ms)
{
    xt->lock_timeout_ms = ms;
}
