/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Reads many nodes of xenstore with few system calls.
 *
 * libxenstore asks for one node at a time, which takes it six system calls and
 * a wait: four fifths of what each further domain cost a list (docs/cost.md).
 * xenstored takes requests as fast as they come (Xen's
 * docs/misc/xenstore.txt), so that here up to WINDOW of them are sent at once,
 * over a connection of their own, before their answers are read.
 *
 * This knows one request, and no error but ENOENT.  A node for which there is
 * no such connection, or not the expected answer, is left to libxenstore, which
 * asks again and says what is wrong.  A xenstored in a domain of its own has no
 * socket, for example, so that all are.
 */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>

#include "store.h"
#include "store-pipeline.h"

/* A connection of its own does not pay for fewer nodes. */
#define LEAST 16

/*
 * So many requests, of 64 bytes or less, are sent without a wait.  More of them
 * save nothing: measured with 8, 32, 64 and 128.
 */
#define WINDOW 64

struct pipeline {
    int fd;
    struct xt_node *nodes;
    size_t first, count; /* the nodes that have been asked for */
    size_t left;         /* and so many not answered yet */
    size_t have;         /* bytes of @in */
    char in[4 * (sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX)];
};

/* The id of a request is the index of its node. */
static bool send_requests(struct pipeline *p)
{
    char out[WINDOW * (sizeof(struct xsd_sockmsg) + sizeof(p->nodes->path))];
    size_t i, n = 0;

    for (i = p->first; i < p->first + p->count; i++) {
        const char *path = p->nodes[i].path;
        struct xsd_sockmsg header = { .type = XS_READ, .req_id = i };

        header.len = strlen(path) + 1;
        memcpy(out + n, &header, sizeof(header));
        memcpy(out + n + sizeof(header), path, header.len);
        n += sizeof(header) + header.len;
    }
    p->left = p->count;
    return send(p->fd, out, n, MSG_NOSIGNAL) == (ssize_t)n;
}

/* Tells whether this begins an answer for one of the nodes, whichever it is. */
static bool is_expected(const struct pipeline *p,
                        const struct xsd_sockmsg *header)
{
    return header->req_id >= p->first && header->req_id - p->first < p->count &&
           !p->nodes[header->req_id].read && !header->tx_id &&
           (header->type == XS_READ || header->type == XS_ERROR) &&
           header->len <= XENSTORE_PAYLOAD_MAX;
}

static bool take_answer(struct pipeline *p, const struct xsd_sockmsg *header,
                        const char *body)
{
    static const char absent[] = "ENOENT";
    struct xt_node *node = &p->nodes[header->req_id];

    if (header->type == XS_READ) {
        node->value = malloc(header->len + 1);
        if (!node->value)
            return false;
        memcpy(node->value, body, header->len);
        node->value[header->len] = '\0';
    } else if (header->len != sizeof(absent) ||
               memcmp(body, absent, sizeof(absent)) != 0) {
        return false;
    }
    node->read = true;
    p->left--;
    return true;
}

/* Takes the answers that have come as a whole, and keeps the rest. */
static bool take_answers(struct pipeline *p)
{
    struct xsd_sockmsg header;
    size_t at = 0, end;

    while (p->have - at >= sizeof(header)) {
        memcpy(&header, p->in + at, sizeof(header));
        if (!is_expected(p, &header))
            return false;
        end = at + sizeof(header) + header.len;
        if (end > p->have)
            break;
        if (!take_answer(p, &header, p->in + at + sizeof(header)))
            return false;
        at = end;
    }
    p->have -= at;
    memmove(p->in, p->in + at, p->have);
    return true;
}

static bool read_answers(struct pipeline *p)
{
    ssize_t got;

    while (p->left) {
        got = recv(p->fd, p->in + p->have, sizeof(p->in) - p->have, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p->have += got;
        if (!take_answers(p))
            return false;
    }
    return true;
}

/* Reads what it can, up to the first thing that it does not expect. */
static void read_in_windows(int fd, struct xt_node *nodes, size_t n)
{
    struct pipeline p = { .fd = fd, .nodes = nodes };

    for (; p.first < n; p.first += p.count) {
        p.count = n - p.first < WINDOW ? n - p.first : WINDOW;
        if (!send_requests(&p) || !read_answers(&p))
            return;
    }
}

enum xentime_error xt_store_look_many(xentime *xt, struct xt_node *nodes,
                                      size_t n)
{
    const char *before = xt->waiting;
    enum xentime_error rc = XENTIME_OK;
    int fd = -1;
    size_t i;

    /* A xenstored that hangs may let nobody connect, or not answer. */
    xt->waiting = "xenstored";
    if (n >= LEAST)
        fd = xt_connect_xenstored();
    if (fd >= 0) {
        read_in_windows(fd, nodes, n);
        close(fd);
    }
    xt->waiting = before;
    for (i = 0; i < n && !rc; i++)
        if (!nodes[i].read)
            rc = xt_store_look(xt, nodes[i].path, &nodes[i].value);
    return rc;
}
