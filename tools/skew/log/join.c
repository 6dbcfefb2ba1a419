/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins the files that programs make one log into: ntpd makes a file a day,
 * logrotate renames the old ones.
 */

#include <ctype.h>
#include <stdlib.h>

#include "skew/log/log.h"

/* Returns the length of a path without ".gz" or ".xz". */
static size_t without_suffix(const char *path)
{
    size_t n = strlen(path);

    if (n > 3 && (!strcmp(path + n - 3, ".gz") || !strcmp(path + n - 3, ".xz")))
        n -= 3;
    return n;
}

/* The part of a log that a file is, by its name. */
struct part {
    size_t stem; /* the length of the path that all parts have */
    double rank; /* it rises from the oldest to the newest */
};

/* A date has at least a year's digits. */
static bool is_date(const char *text, size_t length)
{
    return length >= 4 && (!strncmp(text, "19", 2) || !strncmp(text, "20", 2));
}

/* Reads the digits of "20250125" or "2025W04". */
static double date_rank(const char *text, size_t length)
{
    double rank = 0;
    size_t i;

    for (i = 0; i < length; i++)
        if (isdigit((unsigned char)text[i]))
            rank = 10 * rank + text[i] - '0';
    return rank;
}

/* Tells whether the first @n bytes of a path end in a name, and no address. */
static bool is_name(const char *path, size_t n)
{
    while (n && path[n - 1] != '/')
        if (isalpha((unsigned char)path[--n]))
            return true;
    return false;
}

/*
 * Takes a path apart: a date is behind "." or "-", where ntpd's filegen or
 * logrotate's dateext put it; without a date logrotate counts ".1", ".2" from
 * the newest to the oldest, and the one that is written to has nothing.  Other
 * numbers are somebody's own, as in mode-0 and mode-1, and part of the name.
 */
static struct part part_of(const char *path)
{
    size_t n = without_suffix(path), i = n, length;

    while (i && (isdigit((unsigned char)path[i - 1]) || path[i - 1] == 'W'))
        i--;
    length = n - i;
    if (i > 1 && strchr(".-", path[i - 1]) && is_date(path + i, length))
        return (struct part){ i - 1, date_rank(path + i, length) };
    if (length && length < 4 && i > 1 && path[i - 1] == '.' &&
        is_name(path, i - 1))
        return (struct part){ i - 1, -date_rank(path + i, length) };
    return (struct part){ n, INFINITY };
}

static bool same_log(const struct ntp_file *a, const struct ntp_file *b)
{
    size_t n = part_of(a->path).stem;

    return a->log.format && b->log.format &&
           !strcmp(a->log.format, b->log.format) &&
           n == part_of(b->path).stem && !strncmp(a->path, b->path, n);
}

static double begin_of(const struct ntp_log *log)
{
    double t = INFINITY;
    size_t i;

    for (i = 0; i < log->n; i++) {
        if (log->series[i].n)
            t = fmin(t, log->series[i].points[0].t);
        if (log->series[i].nmoves)
            t = fmin(t, log->series[i].moves[0].t);
    }
    return t;
}

static double end_of(const struct ntp_log *log)
{
    double t = -INFINITY;
    size_t i;

    for (i = 0; i < log->n; i++) {
        const struct ntp_series *s = &log->series[i];

        if (s->n)
            t = fmax(t, s->points[s->n - 1].t);
        if (s->nmoves)
            t = fmax(t, s->moves[s->nmoves - 1].t);
    }
    return t;
}

static struct ntp_series *find(struct ntp_log *log, const char *source)
{
    size_t i;

    for (i = 0; i < log->n; i++)
        if (!strcmp(log->series[i].source, source))
            return &log->series[i];
    return NULL;
}

/* Appends @n elements of @size bytes to @to, which has @has. */
static bool append(void *to, size_t has, const void *from, size_t n,
                   size_t size)
{
    void **list = to, *grown;

    if (!n)
        return true;
    grown = reallocarray(*list, has + n, size);
    if (!grown)
        return false;
    *list = grown;
    memcpy((char *)grown + has * size, from, n * size);
    return true;
}

/* Appends a series of a later file to that of an earlier one. */
static bool append_series(struct ntp_series *to, struct ntp_series *from)
{
    double sum = to->unset && to->n ? to->points[to->n - 1].error : 0;
    size_t i;

    for (i = 0; i < from->n; i++)
        from->points[i].error += sum;
    if (!append(&to->points, to->n, from->points, from->n,
                sizeof(*to->points)) ||
        !append(&to->rates, to->nrates, from->rates, from->nrates,
                sizeof(*to->rates)) ||
        !append(&to->moves, to->nmoves, from->moves, from->nmoves,
                sizeof(*to->moves)))
        return false;
    to->n += from->n;
    to->room = to->n;
    to->nrates += from->nrates;
    to->nmoves += from->nmoves;
    return true;
}

/* Moves a series that the earlier file has not. */
static bool move_series(struct ntp_log *to, struct ntp_series *from)
{
    if (!append(&to->series, to->n, from, 1, sizeof(*from)))
        return false;
    to->n++;
    memset(from, 0, sizeof(*from));
    return true;
}

static void add_counts(struct ntp_log *to, const struct ntp_log *from)
{
    size_t i;

    to->lines += from->lines;
    to->unknown += from->unknown;
    to->hard += from->hard;
    for (i = 0; i < NTP_NOTES; i++)
        to->notes[i] += from->notes[i];
}

static bool join(struct ntp_file *to, struct ntp_file *from)
{
    size_t i;

    for (i = 0; i < from->log.n; i++) {
        struct ntp_series *s = &from->log.series[i];
        struct ntp_series *same = find(&to->log, s->source);

        if (same ? !append_series(same, s) : !move_series(&to->log, s))
            return false;
    }
    add_counts(&to->log, &from->log);
    ntplog_free(&from->log);
    from->joined_to = to;
    return true;
}

static int by_begin(const void *a, const void *b)
{
    const struct ntp_file *const *p = a, *const *q = b;
    double s = begin_of(&(*p)->log), t = begin_of(&(*q)->log);

    return (s > t) - (s < t);
}

/* Tells whether a file has readings with times, and is not joined yet. */
static bool is_part(const struct ntp_file *f)
{
    return !f->joined_to && f->log.n && !f->log.undated;
}

/*
 * Tells whether the files of one log, which are in the order of time, follow
 * each other, and are so by their names as well.
 */
static bool follow_each_other(struct ntp_file **order, size_t n,
                              const struct ntp_file *first)
{
    double end = -INFINITY, rank = -INFINITY;
    size_t i;

    for (i = 0; i < n; i++) {
        if (!is_part(order[i]) || !same_log(first, order[i]))
            continue;
        if (begin_of(&order[i]->log) < end ||
            part_of(order[i]->path).rank <= rank)
            return false;
        rank = part_of(order[i]->path).rank;
        end = end_of(&order[i]->log);
    }
    return true;
}

/* Joins the files of each log to the first of them. */
static bool join_all(struct ntp_file **order, size_t n)
{
    size_t i, k;

    for (i = 0; i < n; i++) {
        if (!is_part(order[i]) || !follow_each_other(order, n, order[i]))
            continue;
        for (k = i + 1; k < n; k++)
            if (is_part(order[k]) && same_log(order[i], order[k]) &&
                !join(order[i], order[k]))
                return false;
    }
    return true;
}

int ntplog_join(struct ntp_file *files, size_t n)
{
    struct ntp_file **order = calloc(n ? n : 1, sizeof(struct ntp_file *));
    bool done;
    size_t i;

    if (!order)
        return -1;
    for (i = 0; i < n; i++)
        order[i] = &files[i];
    qsort(order, n, sizeof(struct ntp_file *), by_begin);
    done = join_all(order, n);
    free(order);
    return done ? 0 : -1;
}
