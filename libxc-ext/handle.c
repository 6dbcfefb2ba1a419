/* SPDX-License-Identifier: LGPL-2.1-only */
/* The handle: its connections to Xen and xenstore, and its error. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "internal.h"

#define DEFAULT_LOCK_TIMEOUT_MS 10000

/* Newest domctl interface that is looked for (4.20 has 0x17). */
#define MAX_DOMCTL_VERSION 0x40

static void quiet_message(struct xentoollog_logger *logger,
                          xentoollog_level level, int errnoval,
                          const char *context, const char *format, va_list al)
{
    (void)logger, (void)level, (void)errnoval, (void)context, (void)format;
    (void)al;
}

int xt_hypercall(xentime *xt, unsigned int op, const unsigned int *cmd,
                 void *buf, size_t size)
{
    xencall_handle *xcall = xc_interface_xcall_handle(xt->xch);
    void *shared = xencall_alloc_buffer(xcall, size);
    int rc, e;

    if (!shared)
        return -1;
    memcpy(shared, buf, size);
    rc = cmd ? xencall2(xcall, op, *cmd, (uintptr_t)shared)
             : xencall1(xcall, op, (uintptr_t)shared);
    e = errno;
    memcpy(buf, shared, size);
    xencall_free_buffer(xcall, shared);
    errno = e;
    return rc;
}

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

/* ---- error ---- */

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

/*
 * The domctl interface version of the running hypervisor, 0 if not found.
 *
 * do_domctl() compares the version first (EACCES) and looks the domain up
 * next (ESRCH), so that an operation on DOMID_INVALID tells the one from the
 * other and does nothing.
 */
static unsigned int hypervisor_domctl_version(xentime *xt)
{
    struct xen_domctl op;
    unsigned int v;

    for (v = 1; v <= MAX_DOMCTL_VERSION; v++) {
        memset(&op, 0, sizeof(op));
        op.cmd = XEN_DOMCTL_gettscinfo;
        op.interface_version = v;
        op.domain = DOMID_INVALID;
        if (xt_hypercall(xt, __HYPERVISOR_domctl, NULL, &op, sizeof(op)) < 0 &&
            errno == ESRCH)
            return v;
    }
    return 0;
}

/* EACCES: another interface version, or a FLASK policy that forbids. */
static enum xentime_error fail_access(xentime *xt, const char *what)
{
    unsigned int theirs = hypervisor_domctl_version(xt);
    char text[32] = "another one";
    int v = xc_version(xt->xch, XENVER_version, NULL);

    if (theirs == XEN_DOMCTL_INTERFACE_VERSION) {
        xt_fail(xt, XENTIME_ERR_PERM, EACCES, NULL, "%s: %s", what,
                strerror(EACCES));
        xt_hint(xt, "Xen's security policy (XSM) may forbid it");
        return XENTIME_ERR_PERM;
    }
    if (theirs)
        snprintf(text, sizeof(text), "%#x", theirs);
    xt_fail(xt, XENTIME_ERR_VERSION, EACCES, NULL,
            "interface versions differ: this program was built for domctl "
            "interface %#x, the running Xen %d.%d has %s",
            XEN_DOMCTL_INTERFACE_VERSION, v < 0 ? 0 : v >> 16,
            v < 0 ? 0 : v & 0xffff, text);
    xt_hint(xt, "install the xentimectl built for the release of Xen that "
                "is running");
    return XENTIME_ERR_VERSION;
}

enum xentime_error xt_fail_xen(xentime *xt, int errnum,
                               const struct xentime_domain *dom,
                               const char *what)
{
    switch (errnum) {
    case ESRCH:
        return xt_fail(xt, XENTIME_ERR_NODOM, errnum, dom,
                       "%s: the domain is gone", what);
    case EACCES:
        return fail_access(xt, what);
    case EPERM:
        xt_fail(xt, XENTIME_ERR_PERM, errnum, dom, "%s: %s", what,
                strerror(errnum));
        xt_hint(xt, "run it as root in the control domain");
        return XENTIME_ERR_PERM;
    default:
        return xt_fail(xt, XENTIME_ERR_FAIL, errnum, dom, "%s: %s", what,
                       strerror(errnum));
    }
}

/* ---- opening ---- */

static enum xentime_error open_xen(xentime *xt)
{
    uint32_t mode, khz, incarnation;
    uint64_t ns;

    xt->xch = xc_interface_open(xt->logger, xt->logger, 0);
    if (!xt->xch) {
        int e = errno;

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

    /*
     * Listing domains is a sysctl, whose version number moves apart from
     * the domctl's: ask for a domctl once, on a domain that cannot exist.
     */
    if (xc_domain_get_tsc_info(xt->xch, DOMID_INVALID, &mode, &ns, &khz,
                               &incarnation) &&
        errno != ESRCH)
        return xt_fail_xen(xt, errno, NULL, "cannot talk to Xen");
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

const struct xentime_error_info *xentime_last_error(const xentime *xt)
{
    return &xt->error;
}

const char *xentime_waiting_for(const xentime *xt)
{
    return xt->waiting;
}

void xentime_set_lock_timeout(xentime *xt, unsigned int ms)
{
    xt->lock_timeout_ms = ms;
}

/* ---- xenstore ---- */

/*
 * xs_open() falls back to /dev/xen/xenbus when nobody listens on xenstored's
 * socket.  Where a socket is left behind by a xenstored that died, requests
 * on the fallback would never be answered: look first.
 */
static bool socket_is_dead(void)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    const char *path = xs_daemon_socket();
    bool dead;
    int fd;

    if (!path || strlen(path) >= sizeof(addr.sun_path))
        return false;
    memcpy(addr.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    dead = connect(fd, (struct sockaddr *)&addr, sizeof(addr)) &&
           errno == ECONNREFUSED;
    close(fd);
    return dead;
}

enum xentime_error xt_xenstore(xentime *xt)
{
    int e = ECONNREFUSED;

    if (xt->xs)
        return XENTIME_OK;
    xt->waiting = "xenstored";
    if (!socket_is_dead()) {
        xt->xs = xs_open(0);
        e = errno;
    }
    xt->waiting = NULL;
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

enum xentime_error xt_fail_xenstore(xentime *xt, int errnum, const char *what,
                                    const char *path)
{
    switch (errnum) {
    case EBADF:
    case EPIPE:
    case ECONNRESET:
        /* libxenstore has closed its socket: the handle is of no more use. */
        xs_close(xt->xs);
        xt->xs = NULL;
        return xt_fail(xt, XENTIME_ERR_NOXEN, errnum, NULL,
                       "cannot %s %s in xenstore: xenstored is gone", what,
                       path);
    case EACCES:
    case EPERM:
        return xt_fail(xt, XENTIME_ERR_PERM, errnum, NULL,
                       "cannot %s %s in xenstore: %s", what, path,
                       strerror(errnum));
    default:
        return xt_fail(xt, XENTIME_ERR_FAIL, errnum, NULL,
                       "cannot %s %s in xenstore: %s", what, path,
                       strerror(errnum));
    }
}
