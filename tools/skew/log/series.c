/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps what readers find: readings, moves and notes. */

#include <stdlib.h>

#include "skew/log/log.h"

/* seconds, three years; a clock that is off by as much had no date. */
#define TOO_FAR 1e8

/* A date of 1970 is that of a clock which was never set. */
#define FIRST_DATE (365 * LOG_DAY)

void log_note(struct log_reader *r, enum ntp_note note)
{
    r->log->notes[note]++;
}

static struct ntp_series *new_series(struct ntp_log *log, const char *source)
{
    struct ntp_series *s = reallocarray(log->series, log->n + 1,
                                        sizeof(*log->series));

    if (!s)
        return NULL;
    log->series = s;
    s += log->n;
    *s = (struct ntp_series){ .source = strdup(source) };
    if (!s->source)
        return NULL;
    log->n++;
    return s;
}

static struct ntp_series *series_of(struct log_reader *r, const char *source)
{
    struct ntp_log *log = r->log;
    struct ntp_series *s;
    size_t i;

    for (i = 0; i < log->n; i++)
        if (!strcmp(log->series[i].source, source))
            return &log->series[i];
    s = new_series(log, source);
    r->failed |= !s;
    return s;
}

static bool grow(struct ntp_series *s)
{
    size_t room = s->room ? 2 * s->room : 64;
    struct fit_point *points = reallocarray(s->points, room, sizeof(*points));
    double *rates;

    if (points)
        s->points = points;
    rates = points ? reallocarray(s->rates, room, sizeof(*rates)) : NULL;
    if (!rates)
        return false;
    s->rates = rates;
    s->room = room;
    return true;
}

void log_add(struct log_reader *r, const struct log_reading *reading)
{
    struct ntp_series *s;

    if (reading->dated && reading->t < FIRST_DATE) {
        log_note(r, NTP_NO_DATE);
        return;
    }
    if (fabs(reading->error) >= TOO_FAR) {
        log_note(r, NTP_BEFORE_SET);
        return;
    }
    s = series_of(r, reading->source);
    if (!s || (s->n == s->room && !grow(s))) {
        r->failed = true;
        return;
    }
    /* Each reading has its rate here; order.c takes out those not told. */
    s->rates[s->n] = reading->rate;
    s->points[s->n++] = (struct fit_point){ reading->t, reading->error };
    r->log->hard += reading->hard;
}

void log_add_now(struct log_reader *r, double t, double error, double rate,
                 const char *source)
{
    struct log_reading reading = { 0, error, rate, source };

    if (isnan(t))
        t = r->date;
    reading.dated = !isnan(t);
    if (reading.dated)
        reading.t = t;
    else
        r->log->undated = true;
    log_add(r, &reading);
}

void log_end(struct log_reader *r, double t)
{
    struct log_report *p = &r->report;

    if (p->unsynchronised)
        log_note(r, NTP_NOT_SYNCHRONISED);
    else if (!isnan(p->error))
        log_add_now(r, t, p->error, p->rate, p->source);
    if (p->begun)
        r->date = NAN;
    log_begin(p);
}

/*
 * A clock that is set by a day or more had not been set before.  The reading
 * that tells so has a time which means nothing, and the move is not one of a
 * clock that ran.
 */
static bool was_first_set(struct log_reader *r, struct ntp_series *s,
                          double size)
{
    if (fabs(size) < LOG_DAY)
        return false;
    if (s->n && fabs(s->points[s->n - 1].error + size) < 1 + fabs(size) / 100) {
        s->n--;
        log_note(r, NTP_BEFORE_SET);
    }
    return true;
}

void log_move(struct log_reader *r, const char *source, double t, double size)
{
    struct ntp_series *s;
    struct ntp_move *moves;

    if (isnan(t))
        return;
    s = series_of(r, source);
    if (!s || was_first_set(r, s, size))
        return;
    /* Moves are few. */
    moves = reallocarray(s->moves, s->nmoves + 1, sizeof(*moves));
    if (!moves) {
        r->failed = true;
        return;
    }
    s->moves = moves;
    s->moves[s->nmoves++] = (struct ntp_move){ t, size };
}
