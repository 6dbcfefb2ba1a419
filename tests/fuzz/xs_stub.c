/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libxenstore for fuzz targets: answers from the input.  See fuzz.h. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

#include "fuzz.h"

static const char *input;
static size_t left;

void xs_stub_feed(const uint8_t *data, size_t size)
{
    input = (const char *)data;
    left = size;
}

char *xs_stub_line(void)
{
    const char *end;
    char *line;
    size_t n;

    if (!left)
        return NULL;
    end = memchr(input, '\n', left);
    n = end ? (size_t)(end - input) : left;
    line = calloc(1, n + 1);
    memcpy(line, input, n);
    n += !!end;
    input += n;
    left -= n;
    return line;
}

/* Returns the next line; NULL with errno if it says so or there is none. */
static char *answer(void)
{
    char *line = xs_stub_line();

    if (line && line[0] != '!')
        return line;
    errno = line ? abs(atoi(line + 1)) % 130 : ENOENT;
    if (!errno)
        errno = EIO;
    free(line);
    return NULL;
}

static struct xs_handle *dummy(void)
{
    static char there;

    return (struct xs_handle *)&there;
}

struct xs_handle *xs_open(unsigned long flags)
{
    (void)flags;
    return dummy();
}

void xs_close(struct xs_handle *h)
{
    (void)h;
}

const char *xs_daemon_socket(void)
{
    return NULL;
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
              unsigned int *len)
{
    char *line = answer();

    (void)h, (void)t, (void)path;
    *len = line ? strlen(line) : 0;
    return line;
}

/* A request that reads nothing takes the next line only if it is an error. */
static bool done(void)
{
    if (!left || input[0] != '!')
        return true;
    free(answer());
    return false;
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path,
              const void *data, unsigned int len)
{
    (void)h, (void)t, (void)path, (void)data, (void)len;
    return done();
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
    (void)h, (void)t, (void)path;
    return done();
}

/* Returns the words of one line, in one block of memory as libxenstore does. */
char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path,
                    unsigned int *num)
{
    char *line = answer(), *copy, **list, *at;
    size_t n = 1;

    (void)h, (void)t, (void)path;
    if (!line)
        return NULL;
    for (at = line; *at; at++)
        n += *at == ' ';
    list = calloc(1, n * sizeof(*list) + strlen(line) + 1);
    copy = strcpy((char *)(list + n), line);
    free(line);
    for (*num = 0; copy;)
        list[(*num)++] = strsep(&copy, " ");
    return list;
}

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
    (void)h;
    return done() ? 1 : XBT_NULL;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort)
{
    (void)h, (void)t;
    return abort || done();
}

bool xs_watch(struct xs_handle *h, const char *path, const char *token)
{
    (void)h, (void)path, (void)token;
    return true;
}

int xs_fileno(struct xs_handle *h)
{
    (void)h;
    return -1;
}

char **xs_check_watch(struct xs_handle *h)
{
    (void)h;
    errno = EAGAIN;
    return NULL;
}
