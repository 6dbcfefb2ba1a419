/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goes through a log line by line: see ntplog.h. */

#include <errno.h>
#include <locale.h>
#include <stdlib.h>

#include "skew/log/log.h"

/* The beginning of a file is kept, to tell what it is if it is no log. */
#define HEAD 1024

struct head {
    char text[HEAD];
    size_t n;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * Cuts the line up into fields, which stand in r->words where they are in the
 * line.  Reports are pasted with blanks, or as quotations, before each line.
 */
static void split(struct log_reader *r)
{
    size_t start = strspn(r->line, " \t>\r\n"), length = strlen(r->line);
    char *p = r->words + start;

    r->text = r->line + start;
    memcpy(r->words, r->line, length + 1);
    for (r->n = 0; *p && r->n < LOG_FIELDS;) {
        r->field[r->n++] = p;
        while (*p && !is_blank(*p))
            p++;
        while (is_blank(*p))
            *p++ = '\0';
    }
}

/*
 * Tells whether a line is none of a log: a comment; what the columns are, which
 * chronyd writes now and then between two lines of =; what journalctl writes
 * of boots; "210 Number of sources = 3" of chronyc.
 */
static bool is_comment(const struct log_reader *r)
{
    return strchr("#=", r->field[0][0]) || !strcmp(r->field[0], "Date") ||
           !strcmp(r->field[0], "--") ||
           (log_is_word(r, 1, "Number") && log_is_word(r, 2, "of"));
}

/* Finds the format of a line, as none is known so far. */
static bool find_format(struct log_reader *r, const struct log_family *families,
                        size_t n)
{
    const struct log_format *f;
    size_t i;

    log_read_prefix(r);
    for (i = 0; i < n; i++)
        for (f = families[i].formats; f->name; f++)
            if (f->read(r)) {
                r->format = f;
                return true;
            }
    return false;
}

/* Reads a line of date(1), which ends a report and is of the next one. */
static bool read_date(struct log_reader *r)
{
    double t;

    if ((r->format && !r->format->flush) || !log_date_line(r, &t))
        return false;
    if (r->format)
        r->format->flush(r);
    r->date = t;
    return true;
}

/* Reads a line, in the file's format or by any if that is not known yet. */
static bool read_line(struct log_reader *r, const struct log_family *families,
                      size_t n)
{
    if (read_date(r))
        return true;
    if (!r->format)
        return find_format(r, families, n);
    if (r->format->prefixed)
        log_read_prefix(r);
    return r->format->read(r);
}

static void keep_head(struct head *head, const char *line)
{
    size_t length = strnlen(line, HEAD - head->n);

    memcpy(head->text + head->n, line, length);
    head->n += length;
}

/* Returns 0, or -1 with errno. */
static int read_lines(FILE *f, struct log_reader *r, struct head *head,
                      const struct log_family *families, size_t n)
{
    while (fgets(r->line, sizeof(r->line), f)) {
        if (!r->format)
            keep_head(head, r->line);
        split(r);
        if (!r->n || is_comment(r))
            continue;
        r->log->lines++;
        if (!read_line(r, families, n)) {
            r->log->unknown++;
            r->others += !r->format && r->prefix.program[0] &&
                         !isnan(r->prefix.t);
        }
        if (r->failed) {
            errno = ENOMEM;
            return -1;
        }
    }
    return ferror(f) ? -1 : 0;
}

/* The largest rate that each program can correct, in ppm. */
static double limit_of(enum ntp_daemon daemon)
{
    switch (daemon) {
    case NTP_NTPD:
    case NTP_TIMESYNCD:
        return 500; /* MAXFREQ of the kernel's ntp_adjtime() */
    case NTP_CHRONYD:
        return 100000; /* maxdrift's limit on Linux, which moves the tick */
    default:
        return NAN;
    }
}

/* A host that all lines are of need not be named. */
static void forget_host(struct log_reader *r)
{
    struct ntp_log *log = r->log;

    if (log->n == 1 && r->format->prefixed && r->format->daemon != NTP_LINUXPTP)
        log->series[0].source[0] = '\0';
}

/*
 * Lines of other programs are no mistake in a log of syslog or the journal,
 * before the first of the program that is read as little as after it.
 */
static void forget_others(struct log_reader *r)
{
    if (r->format->prefixed)
        r->log->unknown -= r->others;
}

static int finish(struct log_reader *r)
{
    const struct log_format *f = r->format;
    bool corrections;

    if (f->flush)
        f->flush(r);
    corrections = f->daemon == NTP_NTPDATE &&
                  (f->prefixed ? !r->only_asked : r->was_set);
    if (r->failed || !log_order(r->log, corrections)) {
        errno = ENOMEM;
        return -1;
    }
    forget_host(r);
    forget_others(r);
    r->log->format = f->name;
    r->log->daemon = f->daemon;
    r->log->limit_ppm = limit_of(f->daemon);
    return 0;
}

static int read_stream(FILE *f, struct ntp_log *log,
                       const struct log_family *families, size_t n)
{
    struct log_reader *r = calloc(1, sizeof(*r));
    struct head head = { .n = 0 };
    int rc;

    if (!r)
        return -1;
    r->log = log;
    r->date = r->boot = r->last_stamp = r->last_interval = NAN;
    log_begin(&r->report);
    rc = read_lines(f, r, &head, families, n);
    if (!rc && r->format)
        rc = finish(r);
    else if (!rc)
        log->looks_like = log_looks_like(head.text, head.n);
    free(r);
    return rc;
}

int log_read(FILE *f, struct ntp_log *log, const struct log_family *families,
             size_t n)
{
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0), before;
    FILE *in;
    int rc, saved;

    *log = (struct ntp_log){ .limit_ppm = NAN };
    if (!c_locale)
        return -1;
    in = log_input(f, &log->looks_like);
    rc = in || log->looks_like ? 0 : -1;
    /* Logs have points in numbers. */
    before = uselocale(c_locale);
    if (in)
        rc = read_stream(in, log, families, n);
    saved = errno;
    uselocale(before);
    freelocale(c_locale);
    if (in)
        fclose(in);
    errno = saved;
    return rc;
}

int ntplog_read(FILE *f, struct ntp_log *log)
{
    return log_read(f, log, log_families, log_nfamilies);
}

void ntplog_free(struct ntp_log *log)
{
    size_t i;

    for (i = 0; i < log->n; i++) {
        free(log->series[i].source);
        free(log->series[i].points);
        free(log->series[i].rates);
        free(log->series[i].moves);
    }
    free(log->series);
    memset(log, 0, sizeof(*log));
}
