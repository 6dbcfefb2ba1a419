/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See xentrace.h. */

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "predict/xentrace.h"
#include "predict/sim.h"
#include "tool.h"

/* A record's first word: bits 0-27 the event, 28-30 words that follow. */
#define EVENT_MASK 0x0fffffffu
#define EXTRA_SHIFT 28
#define EXTRA_MASK 7u
#define CYCLES_INCLUDED 0x80000000u

#define TRC_LOST_RECORDS 0x0001f001u
#define TRC_TRACE_CPU_CHANGE 0x0001f003u
/* Bits 4-5 the new state, 8-9 the old one. */
#define TRC_SCHED_RUNSTATE_CHANGE 0x00021001u
#define RUNSTATE_BITS 0x00000330u

enum { RUNNING, RUNNABLE, BLOCKED, OFFLINE };

#define DOMID_IDLE 0x7fff

#define LONGEST (3600 * NS_PER_SEC)

struct record {
    uint32_t event;
    bool timed;
    uint64_t tsc;
    uint32_t extra[EXTRA_MASK];
    unsigned int n; /* words in extra[] */
};

struct reader {
    FILE *f;
    struct xentrace *trace;
    size_t room;
    uint64_t at; /* the record's place in the file, in bytes */
};

/* ---- records ---- */

static bool fail(struct reader *r, const char *what)
{
    snprintf(r->trace->error, sizeof(r->trace->error), "%s at byte %" PRIu64,
             what, r->at);
    return false;
}

/* Reads @n words; false: the file ends before. */
static bool read_words(struct reader *r, uint32_t *words, size_t n)
{
    return fread(words, sizeof(*words), n, r->f) == n;
}

/* Reads a record; false: the file ends here, or is cut off. */
static bool read_record(struct reader *r, struct record *rec)
{
    uint32_t head, cycles[2] = { 0, 0 };
    size_t got = fread(&head, 1, sizeof(head), r->f);

    if (!got)
        return false;
    if (got < sizeof(head))
        return fail(r, "truncated");
    memset(rec, 0, sizeof(*rec));
    rec->event = head & EVENT_MASK;
    rec->n = head >> EXTRA_SHIFT & EXTRA_MASK;
    rec->timed = head & CYCLES_INCLUDED;
    if ((rec->timed && !read_words(r, cycles, 2)) ||
        !read_words(r, rec->extra, rec->n))
        return fail(r, "truncated");
    if (rec->timed)
        rec->tsc = cycles[0] | (uint64_t)cycles[1] << 32;
    return true;
}

static size_t record_size(const struct record *rec)
{
    return sizeof(uint32_t) * (1 + (rec->timed ? 2 : 0) + rec->n);
}

static bool add_change(struct reader *r, const struct record *rec)
{
    struct xentrace *t = r->trace;

    if (t->n == r->room) {
        size_t room = r->room ? 2 * r->room : 4096;
        struct xentrace_change *more = reallocarray(t->changes, room,
                                                    sizeof(*more));

        if (!more)
            return false;
        t->changes = more;
        r->room = room;
    }
    t->changes[t->n++] = (struct xentrace_change){
        .tsc = rec->tsc,
        .vcpu = rec->extra[0] & 0xffff,
        .domid = rec->extra[0] >> 16,
        .from = rec->event >> 8 & 3,
        .to = rec->event >> 4 & 3,
    };
    return true;
}

/* Takes what a record says; false: out of memory. */
static bool take(struct reader *r, const struct record *rec)
{
    if (rec->event == TRC_LOST_RECORDS && rec->n)
        r->trace->lost += rec->extra[0];
    else if ((rec->event & ~RUNSTATE_BITS) == TRC_SCHED_RUNSTATE_CHANGE &&
             rec->timed && rec->n)
        return add_change(r, rec);
    return true;
}

/* ---- the file ---- */

/* Sorts by time: the file is in order for each CPU, but not across CPUs. */
static int by_time(const void *a, const void *b)
{
    const struct xentrace_change *x = a, *y = b;

    return x->tsc < y->tsc ? -1 : x->tsc > y->tsc;
}

static void sort(struct xentrace *t)
{
    size_t i;

    for (i = 1; i < t->n; i++)
        if (t->changes[i].tsc < t->changes[i - 1].tsc)
            break;
    if (i < t->n)
        qsort(t->changes, t->n, sizeof(*t->changes), by_time);
}

static bool read_all(struct reader *r)
{
    struct record rec;

    while (read_record(r, &rec)) {
        if (!r->at && rec.event != TRC_TRACE_CPU_CHANGE) {
            fail(r, "not a trace of xentrace");
            break;
        }
        if (!take(r, &rec))
            return false;
        r->at += record_size(&rec);
    }
    return true;
}

int xentrace_read(FILE *f, struct xentrace *trace)
{
    struct reader r = { .f = f, .trace = trace };

    memset(trace, 0, sizeof(*trace));
    errno = 0;
    if (!read_all(&r)) {
        errno = ENOMEM;
        return -1;
    }
    if (ferror(f)) {
        errno = errno ? errno : EIO;
        return -1;
    }
    /* The first bytes of any file can look like a record that is cut off. */
    if (!r.at)
        snprintf(trace->error, sizeof(trace->error), "%s",
                 trace->error[0] ? "not a trace of xentrace"
                                 : "there is nothing in it");
    sort(trace);
    return 0;
}

void xentrace_free(struct xentrace *trace)
{
    free(trace->changes);
    trace->changes = NULL;
    trace->n = 0;
}

/* ---- vCPUs ---- */

static int by_vcpu(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static uint32_t vcpu_key(const struct xentrace_change *c)
{
    return (uint32_t)c->domid << 16 | c->vcpu;
}

int xentrace_busiest(const struct xentrace *trace, uint16_t *domid,
                     uint16_t *vcpu)
{
    uint32_t *keys = calloc(trace->n + 1, sizeof(*keys));
    size_t n = 0, most = 0, i, from;
    uint32_t found = 0;

    for (i = 0; keys && i < trace->n; i++)
        if (trace->changes[i].domid && trace->changes[i].domid != DOMID_IDLE)
            keys[n++] = vcpu_key(&trace->changes[i]);
    if (n)
        qsort(keys, n, sizeof(*keys), by_vcpu);
    for (from = 0; from < n; from = i) {
        for (i = from; i < n && keys[i] == keys[from]; i++)
            ;
        if (i - from > most) {
            most = i - from;
            found = keys[from];
        }
    }
    free(keys);
    *domid = found >> 16;
    *vcpu = found & 0xffff;
    return most ? 0 : -1;
}

struct turns {
    struct sim_turn *t;
    size_t n, room;
    struct sim_turn now;
    uint64_t since; /* TSC of the last change */
    uint8_t state;
    bool whole; /* now began when the vCPU was given a CPU */
    uint64_t khz;
};

static bool end_turn(struct turns *s)
{
    if (s->whole && s->n == s->room) {
        size_t room = s->room ? 2 * s->room : 1024;
        struct sim_turn *more = reallocarray(s->t, room, sizeof(*more));

        if (!more)
            return false;
        s->t = more;
        s->room = room;
    }
    if (s->whole)
        s->t[s->n++] = s->now;
    s->whole = true;
    s->now = (struct sim_turn){ 0 };
    return true;
}

/* Makes ns of cycles, in two parts lest the product overflow. */
static int64_t to_ns(uint64_t cycles, uint64_t khz)
{
    return (int64_t)(cycles / khz * 1000000 + cycles % khz * 1000000 / khz);
}

/* Any number of changes can stand in a file before a turn ends. */
static void add_ns(int64_t *sum, int64_t ns)
{
    *sum = *sum + ns > LONGEST ? LONGEST : *sum + ns;
}

static bool change(struct turns *s, const struct xentrace_change *c)
{
    int64_t ns = to_ns(c->tsc - s->since, s->khz);

    /* The trace was paused, or is not in its right order. */
    if (ns < 0 || ns > LONGEST)
        ns = LONGEST;

    switch (s->state) {
    case RUNNING:
        add_ns(&s->now.run, ns);
        break;
    case BLOCKED:
        add_ns(&s->now.block, ns);
        break;
    default:
        add_ns(&s->now.wait, ns);
        break;
    }
    s->since = c->tsc;
    s->state = c->to;
    return c->to != RUNNING || end_turn(s);
}

int xentrace_turns(const struct xentrace *trace, uint16_t domid, uint16_t vcpu,
                   uint64_t tsc_khz, struct sim_turn **turns, size_t *n)
{
    struct turns s = { .khz = tsc_khz, .state = OFFLINE };
    bool first = true;
    size_t i;

    for (i = 0; i < trace->n; i++) {
        const struct xentrace_change *c = &trace->changes[i];

        if (c->domid != domid || c->vcpu != vcpu)
            continue;
        if (first)
            s.since = c->tsc;
        first = false;
        if (!change(&s, c)) {
            free(s.t);
            return -1;
        }
    }
    *turns = s.t;
    *n = s.n;
    return 0;
}
