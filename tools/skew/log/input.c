/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text as it is in a file: decompressed, and in ASCII where Windows wrote it as
 * UTF-16.  iconv(3) could do the latter, but glibc has it from a module that
 * small systems are without, and no log needs a character that is not in ASCII.
 *
 * Whatever is in a compressed file, no more than NTPLOG_MAX_MIB come out of it.
 */

#include <errno.h>
#include <stdlib.h>

#include "skew/log/log.h"

#if __has_include(<zlib.h>)
#include <zlib.h>
#define HAVE_ZLIB 1
#endif
#if __has_include(<lzma.h>)
#include <lzma.h>
#define HAVE_LZMA 1
#endif

#define CHUNK 65536

/* xz -9 needs 65 MiB to decompress. */
#define LZMA_MEMORY (128ull << 20)

size_t log_max_bytes = (size_t)NTPLOG_MAX_MIB << 20;

struct input {
    FILE *f;
    unsigned char in[CHUNK];
    size_t at, n; /* what has not been used yet of in[] */
    size_t total; /* bytes that came out */
    bool ended;   /* a compressed stream is complete */
    bool little;  /* UTF-16: the low byte is first */
#ifdef HAVE_ZLIB
    z_stream zlib;
#endif
#ifdef HAVE_LZMA
    lzma_stream lzma;
#endif
};

/* Reads more of the file; returns false at its end. */
static bool fill(struct input *in)
{
    if (in->at < in->n)
        return true;
    in->at = 0;
    in->n = fread(in->in, 1, sizeof(in->in), in->f);
    return in->n > 0;
}

#if defined(HAVE_ZLIB) || defined(HAVE_LZMA)
static ssize_t fail(int error)
{
    errno = error;
    return -1;
}

/* Counts what came out of a compressed file. */
static ssize_t bounded(struct input *in, size_t size)
{
    in->total += size;
    return in->total > log_max_bytes ? fail(EFBIG) : (ssize_t)size;
}
#endif

static ssize_t read_plain(void *cookie, char *buffer, size_t size)
{
    struct input *in = cookie;

    if (!fill(in))
        return ferror(in->f) ? -1 : 0;
    if (size > in->n - in->at)
        size = in->n - in->at;
    memcpy(buffer, in->in + in->at, size);
    in->at += size;
    return (ssize_t)size;
}

/* Takes one character, of two bytes; one that is not ASCII becomes "?". */
static int utf16_character(struct input *in)
{
    unsigned char byte[2];
    int i, c;

    for (i = 0; i < 2; i++) {
        if (!fill(in))
            return EOF;
        byte[i] = in->in[in->at++];
    }
    c = in->little ? byte[0] | byte[1] << 8 : byte[1] | byte[0] << 8;
    return c && c < 0x80 ? c : '?';
}

static ssize_t read_utf16(void *cookie, char *buffer, size_t size)
{
    struct input *in = cookie;
    size_t n;

    for (n = 0; n < size; n++) {
        int c = utf16_character(in);

        if (c == EOF)
            break;
        buffer[n] = (char)c;
    }
    return !n && ferror(in->f) ? -1 : (ssize_t)n;
}

#ifdef HAVE_ZLIB
/* A file may have several streams, one after the other. */
static bool next_gzip(struct input *in)
{
    if (!in->ended)
        return true;
    in->ended = false;
    return fill(in) && in->in[in->at] == 0x1f &&
           inflateReset(&in->zlib) == Z_OK;
}

static ssize_t read_gzip(void *cookie, char *buffer, size_t size)
{
    struct input *in = cookie;
    z_stream *z = &in->zlib;
    int rc;

    z->next_out = (unsigned char *)buffer;
    z->avail_out = (unsigned int)size;
    while (z->avail_out == size) {
        if (!next_gzip(in))
            return 0;
        if (!fill(in))
            return fail(EBADMSG);
        z->next_in = in->in + in->at;
        z->avail_in = (unsigned int)(in->n - in->at);
        rc = inflate(z, Z_NO_FLUSH);
        in->at = in->n - z->avail_in;
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return fail(rc == Z_MEM_ERROR ? ENOMEM : EBADMSG);
        in->ended = rc == Z_STREAM_END;
    }
    return bounded(in, size - z->avail_out);
}

static int close_gzip(void *cookie)
{
    struct input *in = cookie;

    inflateEnd(&in->zlib);
    free(in);
    return 0;
}
#endif

#ifdef HAVE_LZMA
static ssize_t read_xz(void *cookie, char *buffer, size_t size)
{
    struct input *in = cookie;
    lzma_stream *l = &in->lzma;
    lzma_ret rc = LZMA_OK;
    bool more;

    l->next_out = (unsigned char *)buffer;
    l->avail_out = size;
    while (l->avail_out == size && !in->ended) {
        more = fill(in);
        l->next_in = in->in + in->at;
        l->avail_in = in->n - in->at;
        rc = lzma_code(l, more ? LZMA_RUN : LZMA_FINISH);
        in->at = in->n - l->avail_in;
        if (rc != LZMA_OK && rc != LZMA_STREAM_END)
            return fail(rc == LZMA_MEM_ERROR || rc == LZMA_MEMLIMIT_ERROR
                            ? ENOMEM
                            : EBADMSG);
        in->ended = rc == LZMA_STREAM_END;
    }
    return bounded(in, size - l->avail_out);
}

static int close_xz(void *cookie)
{
    struct input *in = cookie;

    lzma_end(&in->lzma);
    free(in);
    return 0;
}
#endif

static int close_plain(void *cookie)
{
    free(cookie);
    return 0;
}

static bool begins(const struct input *in, const char *with, size_t n)
{
    return in->n >= n && !memcmp(in->in, with, n);
}

/* Chooses how to read a file by its first bytes; *is is set if it cannot be. */
static cookie_io_functions_t choose(struct input *in, const char **is)
{
    static const cookie_io_functions_t plain = { .read = read_plain,
                                                 .close = close_plain };
    static const cookie_io_functions_t utf16 = { .read = read_utf16,
                                                 .close = close_plain };

    *is = NULL;
    if (begins(in, "\xef\xbb\xbf", 3))
        in->at = 3;
    if (begins(in, "\xff\xfe", 2) || begins(in, "\xfe\xff", 2)) {
        in->little = in->in[0] == 0xff;
        in->at = 2;
        return utf16;
    }
    if (begins(in, "\x1f\x8b", 2)) {
#ifdef HAVE_ZLIB
        static const cookie_io_functions_t gzip = { .read = read_gzip,
                                                    .close = close_gzip };

        /* 16: a gzip header; 15: the largest window. */
        if (inflateInit2(&in->zlib, 16 + 15) == Z_OK)
            return gzip;
#endif
        *is = "a gzip file, which this build cannot read (use zcat)";
    }
    if (begins(in,
               "\xfd"
               "7zXZ",
               6)) {
#ifdef HAVE_LZMA
        static const cookie_io_functions_t xz = { .read = read_xz,
                                                  .close = close_xz };

        if (lzma_stream_decoder(&in->lzma, LZMA_MEMORY, LZMA_CONCATENATED) ==
            LZMA_OK)
            return xz;
#endif
        *is = "an xz file, which this build cannot read (use xzcat)";
    }
    return plain;
}

FILE *log_input(FILE *f, const char **is)
{
    struct input *in = calloc(1, sizeof(*in));
    cookie_io_functions_t how;
    FILE *stream;

    *is = NULL;
    if (!in)
        return NULL;
    in->f = f;
    if (!fill(in) && ferror(f)) {
        free(in);
        return NULL;
    }
    how = choose(in, is);
    stream = *is ? NULL : fopencookie(in, "r", how);
    if (!stream)
        how.close(in);
    else
        setvbuf(stream, NULL, _IOFBF, CHUNK);
    return stream;
}

const char *ntplog_error(int error)
{
    switch (error) {
    case EFBIG:
        return "over 512 MiB when decompressed, which is no log";
    case EBADMSG:
        return "the compressed file is damaged or cut off";
    default:
        return strerror(error);
    }
}
