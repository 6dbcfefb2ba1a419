/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into Debian's xenstored or oxenstored, it stands for the Xen that
 * is not there: what they ask of libxenctrl, libxengnttab, libxenevtchn and
 * /proc/xen at their start, and whether a domain lives.  Clients on the Unix
 * socket, the only ones there are, are then served as on a real host.
 *
 * Built against the unpacked packages that xenstored comes from.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <xenctrl.h>
#include <xenevtchn.h>
#include <xengnttab.h>

static char dummy;
static int event_fd = -1;

/* ---- /proc/xen ---- */

static int memory_file(const char *text, size_t size)
{
    int fd = memfd_create("xen", MFD_CLOEXEC);

    if (fd < 0 || ftruncate(fd, size) ||
        pwrite(fd, text, strlen(text), 0) != (ssize_t)strlen(text))
        abort();
    return fd;
}

static int open_fake(const char *path)
{
    if (strstr(path, "/xsd_port"))
        return memory_file("1", 1);
    if (strstr(path, "/xsd_kva"))
        return memory_file("", 4096);
    return -1;
}

/* xenstored is built with either name, as its makers chose. */
#define OPEN(name) \
    int name(const char *path, int flags, ...) \
    { \
        int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #name); \
        int fd = open_fake(path); \
        va_list ap; \
        mode_t mode; \
        if (fd >= 0) \
            return fd; \
        va_start(ap, flags); \
        mode = va_arg(ap, mode_t); \
        va_end(ap); \
        return real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

/* oxenstored does not start if it may not have a million files open. */
int setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *rlimits)
{
    (void)resource, (void)rlimits;
    return 0;
}

int setrlimit(__rlimit_resource_t resource, const struct rlimit *rlimits)
{
    (void)resource, (void)rlimits;
    return 0;
}

/* ---- libxenctrl ---- */

xc_interface *xc_interface_open(xentoollog_logger *logger,
                                xentoollog_logger *dombuild_logger,
                                unsigned int flags)
{
    (void)logger, (void)dombuild_logger, (void)flags;
    return (xc_interface *)&dummy;
}

int xc_interface_close(xc_interface *xch)
{
    (void)xch;
    return 0;
}

int xc_domain_getinfo(xc_interface *xch, uint32_t first_domid,
                      unsigned int max_doms, xc_dominfo_t *info)
{
    (void)xch, (void)max_doms;
    memset(info, 0, sizeof(*info));
    info->domid = first_domid;
    info->running = 1;
    return 1;
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first_domain,
                          unsigned int max_domains, xc_domaininfo_t *info)
{
    (void)xch, (void)max_domains;
    memset(info, 0, sizeof(*info));
    info->domain = first_domain;
    info->flags = XEN_DOMINF_running;
    return 1;
}

/* A ring of a domain in which nothing is asked. */
void *xc_map_foreign_range(xc_interface *xch, uint32_t dom, int size, int prot,
                           unsigned long mfn)
{
    (void)xch, (void)dom, (void)mfn;
    return mmap(NULL, size, prot, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* ---- libxengnttab ---- */

xengnttab_handle *xengnttab_open(struct xentoollog_logger *logger,
                                 unsigned int open_flags)
{
    (void)logger, (void)open_flags;
    return (xengnttab_handle *)&dummy;
}

int xengnttab_close(xengnttab_handle *xgt)
{
    (void)xgt;
    return 0;
}

int xengnttab_set_max_grants(xengnttab_handle *xgt, uint32_t nr_grants)
{
    (void)xgt, (void)nr_grants;
    return 0;
}

void *xengnttab_map_grant_ref(xengnttab_handle *xgt, uint32_t domid,
                              uint32_t ref, int prot)
{
    (void)xgt, (void)domid, (void)ref;
    return mmap(NULL, 4096, prot, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

int xengnttab_unmap(xengnttab_handle *xgt, void *start_address, uint32_t count)
{
    (void)xgt;
    return munmap(start_address, count * 4096);
}

/* ---- libxenevtchn: an eventfd that never fires ---- */

xenevtchn_handle *xenevtchn_open(struct xentoollog_logger *logger,
                                 unsigned int flags)
{
    (void)logger, (void)flags;
    event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return (xenevtchn_handle *)&dummy;
}

xenevtchn_handle *xenevtchn_fdopen(struct xentoollog_logger *logger, int fd,
                                   unsigned int open_flags)
{
    (void)logger, (void)open_flags;
    event_fd = fd;
    return (xenevtchn_handle *)&dummy;
}

int xenevtchn_close(xenevtchn_handle *xce)
{
    (void)xce;
    return 0;
}

int xenevtchn_fd(xenevtchn_handle *xce)
{
    (void)xce;
    return event_fd;
}

xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle *xce,
                                              unsigned int virq)
{
    (void)xce, (void)virq;
    return 2;
}

xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *xce,
                                                     uint32_t domid,
                                                     evtchn_port_t remote_port)
{
    static evtchn_port_t port = 10;

    (void)xce, (void)domid, (void)remote_port;
    return port++;
}

int xenevtchn_unbind(xenevtchn_handle *xce, evtchn_port_t port)
{
    (void)xce, (void)port;
    return 0;
}

int xenevtchn_notify(xenevtchn_handle *xce, evtchn_port_t port)
{
    (void)xce, (void)port;
    return 0;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *xce)
{
    (void)xce;
    errno = EAGAIN;
    return -1;
}

int xenevtchn_unmask(xenevtchn_handle *xce, evtchn_port_t port)
{
    (void)xce, (void)port;
    return 0;
}
