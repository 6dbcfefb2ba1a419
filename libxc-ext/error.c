/* SPDX-License-Identifier: LGPL-2.1-only */
/* The error of a handle, in words. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

static void vset(char *buf, size_t size, const char *fmt, va_list ap)
{
    if (vsnprintf(buf, size, fmt, ap) >= (int)size)
        memcpy(buf + size - 4, "...", 4);
}

static void name_domain(struct xentime_error_info *e,
                        const struct xentime_domain *dom)
{
    e->domid = dom ? dom->domid : XENTIME_NO_DOMID;
    if (!dom)
        e->domain[0] = '\0';
    else if (dom->name)
        snprintf(e->domain, sizeof(e->domain), "%s", dom->name);
    else
        snprintf(e->domain, sizeof(e->domain), "domain %u", dom->domid);
}

enum xentime_error xt_fail(xentime *xt, enum xentime_error code, int errnum,
                           const struct xentime_domain *dom, const char *fmt,
                           ...)
{
    va_list ap;

    xt->error.code = code;
    xt->error.errno_value = errnum;
    xt->error.hint[0] = '\0';
    name_domain(&xt->error, dom);
    va_start(ap, fmt);
    vset(xt->error.text, sizeof(xt->error.text), fmt, ap);
    va_end(ap);
    return code;
}

enum xentime_error xt_fail_memory(xentime *xt)
{
    return xt_fail(xt, XENTIME_ERR_FAIL, ENOMEM, NULL, "out of memory");
}

void xt_fail_more(xentime *xt, const char *fmt, ...)
{
    size_t size = sizeof(xt->error.text), len = strlen(xt->error.text);
    va_list ap;

    va_start(ap, fmt);
    if (len + 8 < size)
        vset(xt->error.text + len, size - len, fmt, ap);
    else
        memcpy(xt->error.text + (len < size - 4 ? len : size - 4), "...", 4);
    va_end(ap);
}

void xt_hint(xentime *xt, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vset(xt->error.hint, sizeof(xt->error.hint), fmt, ap);
    va_end(ap);
}

void xt_warn(xentime *xt)
{
    if (!xt->warnings++)
        xt->warning = xt->error;
}

void xt_no_warning(xentime *xt)
{
    xt->warnings = 0;
}

const struct xentime_error_info *xentime_warning(const xentime *xt,
                                                 size_t *more)
{
    *more = xt->warnings ? xt->warnings - 1 : 0;
    return xt->warnings ? &xt->warning : NULL;
}

const struct xentime_error_info *xentime_last_error(const xentime *xt)
{
    return &xt->error;
}

void xt_hint_pv(xentime *xt)
{
    xt_hint(xt, "its clock is Xen's system time, and at boot and resume Xen's "
                "wall clock, which dom0 sets: it keeps time by its own NTP");
}
