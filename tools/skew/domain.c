/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl skew DOM: a domain's virtual clocks against the host's. */

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/interval.h"
#include "cli/operand.h"
#include "cli/option.h"
#include "output/json.h"
#include "output/report.h"
#include "output/text.h"
#include "skew/clock-fit.h"
#include "skew/skew.h"
#include "tool.h"

#define DEFAULT_COUNT 20

/* After Xen's clocks comes one for each timer of vCPU 0, by its ticks. */
enum { TICKS = XENTIME_CLOCKS, SOURCES = XENTIME_CLOCKS + XENTIME_TIMERS };

/* A clock at one moment. */
struct reading {
    bool there;
    int64_t at, ns, error;
};

struct source {
    struct reading first;
    struct fit_point *points;
    size_t n, room;
    int64_t error; /* ns: the largest of any reading */
};

struct run {
    struct tool *t;
    const struct xentime_domain *dom;
    struct source source[SOURCES];
    bool has_rtc;
    int64_t rtc_offset;
    size_t readings;
};

static const char *source_name(unsigned int i, char text[32])
{
    if (i < TICKS)
        return xentime_clock_name(i);
    snprintf(text, 32, "%s ticks", xentime_timer_name(i - TICKS));
    return text;
}

/* ---- reading ---- */

/* Reads vCPU 0's ticks if Xen counts them; says nothing if it does not. */
static void see_ticks(struct run *r, struct reading readings[SOURCES])
{
    struct xentime_vcpu_stats *vcpus;
    size_t n, i;

    if (xentime_stats(r->t->xt, r->dom, &vcpus, &n))
        return;
    for (i = 0; n && i < XENTIME_TIMERS; i++) {
        const struct xentime_tick_counts *c = &vcpus[0].timer[i];

        readings[TICKS + i] = (struct reading){
            .there = c->period_ns && !vcpus[0].vcpu,
            .at = (int64_t)vcpus[0].now_ns,
            .ns = (int64_t)(c->delivered * c->period_ns),
            .error = (int64_t)c->period_ns,
        };
    }
    free(vcpus);
}

static int see(struct run *r, struct reading readings[SOURCES])
{
    struct xentime_clocks clocks;
    unsigned int i;

    memset(readings, 0, SOURCES * sizeof(*readings));
    if (xentime_read_clocks(r->t->xt, r->dom, &clocks))
        return report_error(r->t);
    for (i = 0; i < XENTIME_CLOCKS; i++)
        readings[i] = (struct reading){
            .there = clocks.present & 1u << i,
            .at = clocks.at_ns,
            .ns = clocks.ns[i],
            .error = clocks.error_ns,
        };
    r->has_rtc = clocks.has_rtc;
    r->rtc_offset = clocks.rtc_offset_s;
    see_ticks(r, readings);
    return EXIT_DONE;
}

static bool grow(struct source *s)
{
    size_t room = s->room ? 2 * s->room : 64;
    struct fit_point *more = reallocarray(s->points, room, sizeof(*more));

    if (!more)
        return false;
    s->points = more;
    s->room = room;
    return true;
}

/*
 * Returns the time from one reading of a clock to another.  A guest can set a
 * clock to anything, and what it counts wraps.
 */
static int64_t passed(int64_t from, int64_t to)
{
    return (int64_t)((uint64_t)to - (uint64_t)from);
}

/* Adds a reading, if the clock is there now and was at the first reading. */
static bool add(struct source *s, const struct reading *reading, bool first)
{
    if (first)
        s->first = *reading;
    if (!s->first.there || !reading->there)
        return true;
    if (s->n == s->room && !grow(s))
        return false;
    s->points[s->n++] = (struct fit_point){
        .t = passed(s->first.at, reading->at) / 1e9,
        .error = passed(passed(s->first.at, reading->at),
                        passed(s->first.ns, reading->ns)) /
                 1e9,
    };
    if (reading->error > s->error)
        s->error = reading->error;
    return true;
}

static int read_once(struct run *r)
{
    struct reading readings[SOURCES];
    int status = see(r, readings);
    unsigned int i;

    for (i = 0; !status && i < SOURCES; i++)
        if (!add(&r->source[i], &readings[i], !r->readings))
            status = report(r->t, EXIT_FAILED, "out of memory");
    if (!status)
        r->readings++;
    return status;
}

/* Says on a terminal how far it is, and what error the first clock has. */
static void say_progress(const struct run *r, long count, bool *said)
{
    const struct source *s = r->source;

    if (!isatty(STDERR_FILENO))
        return;
    *said = true;
    while (s < r->source + SOURCES - 1 && !s->n)
        s++;
    fprintf(stderr, "\r\033[Kxentimectl: reading %zu of %ld; Ctrl-C ends it",
            r->readings, count);
    if (s->n)
        fprintf(stderr, "; %+.3f ms", s->points[s->n - 1].error * 1e3);
    fflush(stderr);
}

/* Reads until @count readings are there, Ctrl-C comes, or the domain ends. */
static int read_all(struct run *r, int64_t interval, long count)
{
    int64_t then = monotonic_ns();
    bool said = false;
    sigset_t stops;
    int status;

    interval_start(&stops);
    for (;;) {
        status = read_once(r);
        if (status || (long)r->readings >= count)
            break;
        say_progress(r, count, &said);
        then += interval;
        if (!interval_wait(then, &stops))
            break;
        if (monotonic_ns() - then > interval)
            then = monotonic_ns();
    }
    if (said)
        fputs("\r\033[K", stderr);
    return status;
}

/* ---- the result ---- */

static int fit_all(struct run *r, struct clocks *all)
{
    char text[32];
    unsigned int i;

    for (i = 0; i < SOURCES; i++) {
        struct source *s = &r->source[i];
        struct clock *c;

        if (!s->n)
            continue;
        c = clocks_add(all, source_name(i, text), "");
        if (!c || fit_clock(s->points, s->n, 4 * s->error / 1e9, &c->fit))
            return report(r->t, EXIT_FAILED, "out of memory");
        c->format = i < TICKS ? "clock" : "ticks";
        c->reading_error = s->error / 1e9;
        c->points = s->points;
        s->points = NULL;
    }
    return EXIT_DONE;
}

static int print_result(struct run *r)
{
    json_object *doc = r->t->opt[OPT_JSON] ? json_domain(r->dom) : NULL;
    struct clocks all = { NULL, 0 };
    int status = fit_all(r, &all);
    char text[RTC_TEXT];

    if (doc)
        json_object_object_add(doc, "rtc_offset_s",
                               r->has_rtc ? json_object_new_int64(r->rtc_offset)
                                          : NULL);
    if (!status) {
        status = clocks_report(r->t, &all, doc);
        doc = NULL;
    }
    if (!status && !r->t->opt[OPT_JSON] && r->has_rtc && r->rtc_offset) {
        rtc_text(r->rtc_offset, text);
        printf("RTC offset %s\n", text);
    }
    json_object_put(doc);
    clocks_free(&all);
    return status;
}

static int measure(struct tool *t, const struct xentime_domain *dom,
                   int64_t interval, long count)
{
    struct run r = { .t = t, .dom = dom };
    int status = read_all(&r, interval, count), printed = EXIT_DONE;
    unsigned int i;

    /* An error is a document with --json, after which there is no other. */
    if (r.readings && !(status && t->opt[OPT_JSON]))
        printed = print_result(&r);
    for (i = 0; i < SOURCES; i++)
        free(r.source[i].points);
    return status ? status : printed;
}

int skew_domain(struct tool *t)
{
    int64_t interval = NS_PER_SEC;
    long count = DEFAULT_COUNT;
    struct xentime_domain *dom;
    int status;

    if (t->nargs > 1)
        return report_usage(t, "one DOM, or analyze FILE...");
    status = option_seconds(t, OPT_INTERVAL, &interval);
    if (!status)
        status = option_number(t, OPT_COUNT, 1, 1000000, &count);
    if (!status)
        status = open_one_domain(t, XENTIME_WANT_NAME, &dom);
    if (status)
        return status;
    status = measure(t, dom, interval, count);
    xentime_free_domains(dom, 1);
    return status;
}
