/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A preload for `meter`: counts what a program asks of Xen and of xenstored.
 *
 * Hypercalls are ioctls of privcmd.  A xenstore request is a header
 * (struct xsd_sockmsg) and its payload, which libxenstore hands to write()
 * in pieces (4.17) or to sendmsg() (4.20), and libxentime, many of them at once,
 * to send(): the length in the header tells where the next one begins.
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <xenctrl.h>
#include <xen/io/xs_wire.h>
#include <xen/sys/privcmd.h>

#include "count.h"

static struct counts *counts;
static struct counts nowhere;
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);
static int (*real_ioctl)(int, unsigned long, ...);

/*
 * Bytes of a payload that are still to come: a program that has two connections
 * sends whole requests.
 */
static size_t payload_left;

static void __attribute__((constructor)) start(void)
{
    const char *path = getenv(COUNT_FILE_VARIABLE);
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

    real_write = dlsym(RTLD_NEXT, "write");
    real_send = dlsym(RTLD_NEXT, "send");
    real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
    real_ioctl = dlsym(RTLD_NEXT, "ioctl");
    counts = &nowhere;
    if (fd >= 0) {
        void *map = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
                         MAP_SHARED, fd, 0);

        if (map != MAP_FAILED)
            counts = map;
        close(fd);
    }
}

static void see_bytes(const char *data, size_t n)
{
    struct xsd_sockmsg header;

    while (n) {
        if (!payload_left) {
            if (n < sizeof(header))
                return;
            memcpy(&header, data, sizeof(header));
            counts->xenstore_requests++;
            payload_left = header.len;
            data += sizeof(header);
            n -= sizeof(header);
        } else {
            size_t some = n < payload_left ? n : payload_left;

            payload_left -= some;
            data += some;
            n -= some;
        }
    }
}

static int is_socket(int fd)
{
    int type;
    socklen_t len = sizeof(type);

    return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len);
}

ssize_t write(int fd, const void *data, size_t n)
{
    ssize_t done = real_write(fd, data, n);

    if (done > 0 && is_socket(fd))
        see_bytes(data, done);
    return done;
}

ssize_t send(int fd, const void *data, size_t n, int flags)
{
    ssize_t done = real_send(fd, data, n, flags);

    if (done > 0)
        see_bytes(data, done);
    return done;
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
    ssize_t done = real_sendmsg(fd, msg, flags), left = done;
    size_t i, some;

    for (i = 0; left > 0 && i < msg->msg_iovlen; i++) {
        some = msg->msg_iov[i].iov_len;
        if (some > (size_t)left)
            some = left;
        see_bytes(msg->msg_iov[i].iov_base, some);
        left -= some;
    }
    return done;
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list ap;
    void *arg;

    va_start(ap, request);
    arg = va_arg(ap, void *);
    va_end(ap);
    if (request == IOCTL_PRIVCMD_HYPERCALL)
        counts->hypercalls++;
    return real_ioctl(fd, request, arg);
}
