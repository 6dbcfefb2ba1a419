/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl stats: what becomes of a domain's timer ticks. */

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libsmartcols/libsmartcols.h>

#include "cli/commands.h"
#include "cli/interval.h"
#include "cli/operand.h"
#include "cli/option.h"
#include "output/json.h"
#include "output/report.h"
#include "output/table.h"
#include "output/text.h"
#include "tool.h"

#define CELL 24

/* The counts of a timer, in the order of the table's columns. */
/* clang-format off */
static const struct {
    struct table_column col;
    const char *key;         /* in JSON */
    size_t offset;           /* in struct xentime_tick_counts */
    bool gauge;              /* as it is now, and not a sum */
} counts[] = {
    { { "DUE", 1, SCOLS_FL_RIGHT }, "due",
      offsetof(struct xentime_tick_counts, due), false },
    { { "DELIVERED", 1, SCOLS_FL_RIGHT }, "delivered",
      offsetof(struct xentime_tick_counts, delivered), false },
    { { "LATE", 1, SCOLS_FL_RIGHT }, "late",
      offsetof(struct xentime_tick_counts, late), false },
    { { "COLLAPSED", 1, SCOLS_FL_RIGHT }, "collapsed",
      offsetof(struct xentime_tick_counts, collapsed), false },
    { { "DROPPED", 1, SCOLS_FL_RIGHT }, "dropped",
      offsetof(struct xentime_tick_counts, dropped), false },
    { { "PENDING", 1, SCOLS_FL_RIGHT }, "pending",
      offsetof(struct xentime_tick_counts, pending), true },
    { { "WAKEUPS", 1, SCOLS_FL_RIGHT }, "wakeups",
      offsetof(struct xentime_tick_counts, wakeups), false },
};
/* clang-format on */

/* The counts of all vCPUs, as read at one time. */
struct reading {
    struct xentime_vcpu_stats *vcpus;
    size_t n;
};

static uint64_t *count_of(struct xentime_tick_counts *c, size_t i)
{
    return (uint64_t *)((char *)c + counts[i].offset);
}

static uint64_t count_in(const struct xentime_tick_counts *c, size_t i)
{
    return *(const uint64_t *)((const char *)c + counts[i].offset);
}

/* ---- what was counted since the reading before ---- */

static void subtract(struct xentime_tick_counts *c,
                     const struct xentime_tick_counts *before)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(counts); i++)
        if (!counts[i].gauge)
            *count_of(c, i) -= count_in(before, i);
    for (i = 0; i < XENTIME_LATENESS; i++)
        c->lateness[i] -= before->lateness[i];
}

/*
 * Returns @now as if counting had begun at the reading @before.  If it did
 * begin since then (on a new vCPU, or by somebody's --reset), returns all of
 * @now.
 */
static struct xentime_vcpu_stats since_before(
    const struct xentime_vcpu_stats *now, const struct reading *before)
{
    struct xentime_vcpu_stats s = *now;
    const struct xentime_vcpu_stats *b;
    size_t i;

    for (b = before->vcpus; b < before->vcpus + before->n; b++) {
        if (b->vcpu != now->vcpu || b->since_ns != now->since_ns)
            continue;
        for (i = 0; i < XENTIME_TIMERS; i++)
            subtract(&s.timer[i], &b->timer[i]);
        s.descheduled -= b->descheduled;
        s.switches -= b->switches;
        s.since_ns = b->now_ns;
    }
    return s;
}

/* Returns a rate that is no more than can be printed, whatever Xen says. */
static double per_second(const struct xentime_vcpu_stats *s, uint64_t count)
{
    uint64_t ns = s->now_ns - s->since_ns;
    double rate = ns ? count * 1e9 / ns : 0;

    return rate < 1e15 ? rate : 1e15;
}

/*
 * Returns the microseconds that @percent of the delivered ticks were late by
 * less than: the end of a bin of the histogram.  Returns 0 if no tick was
 * delivered, or if that is past the histogram's end.
 */
static uint64_t lateness_us(const struct xentime_tick_counts *c, int percent)
{
    uint64_t total = 0, sum = 0;
    size_t i;

    for (i = 0; i < XENTIME_LATENESS; i++)
        total += c->lateness[i];
    for (i = 0; total && i < XENTIME_LATENESS - 1; i++) {
        sum += c->lateness[i];
        if (sum * 100 >= total * percent)
            return UINT64_C(2) << i;
    }
    return 0;
}

/* ---- as text ---- */

/* Writes a count in six characters at most: "123456", "1.23M", "123M". */
static void count_text(uint64_t n, char text[CELL])
{
    static const char units[] = "MGTPE";
    double value = n / 1e6;
    size_t i = 0;

    if (n < 1000000) {
        snprintf(text, CELL, "%" PRIu64, n);
        return;
    }
    for (; value >= 1000 && units[i + 1]; i++)
        value /= 1000;
    snprintf(text, CELL, "%.*f%c", value < 10 ? 2 : value < 100, value,
             units[i]);
}

static void rate_text(double rate, char text[CELL])
{
    if (rate < 9999.95)
        snprintf(text, CELL, "%.1f", rate);
    else
        count_text(rate, text);
}

static void lateness_text(const struct xentime_tick_counts *c, int percent,
                          char text[CELL])
{
    uint64_t us = lateness_us(c, percent), ticks = 0;
    size_t i;

    for (i = 0; i < XENTIME_LATENESS; i++)
        ticks += c->lateness[i];
    if (!ticks)
        snprintf(text, CELL, "-");
    else if (!us)
        snprintf(text, CELL, ">8s");
    else if (us < 1000)
        snprintf(text, CELL, "%" PRIu64 "us", us);
    else if (us < 1000000)
        snprintf(text, CELL, "%" PRIu64 "ms", us / 1000);
    else
        snprintf(text, CELL, "%" PRIu64 "s", us / 1000000);
}

static bool is_used(const struct xentime_tick_counts *c)
{
    return c->due || c->period_ns || c->pending;
}

static void add_vcpu(struct libscols_table **table,
                     const struct xentime_vcpu_stats *s, bool rates)
{
    char vcpu[CELL], lag[LAG_TEXT], descheduled[CELL], switches[CELL];
    const char *const texts[] = { vcpu, lag, descheduled, switches };

    snprintf(vcpu, sizeof(vcpu), "%u", s->vcpu);
    lag_text(s->lag_ns, lag);
    if (rates) {
        rate_text(per_second(s, s->descheduled), descheduled);
        rate_text(per_second(s, s->switches), switches);
    } else {
        count_text(s->descheduled, descheduled);
        count_text(s->switches, switches);
    }
    add_line(table, texts, ARRAY_LEN(texts));
}

static void add_timer(struct libscols_table **table,
                      const struct xentime_vcpu_stats *s, size_t timer,
                      bool rates)
{
    const struct xentime_tick_counts *c = &s->timer[timer];
    char cells[ARRAY_LEN(counts) + 3][CELL];
    const char *texts[ARRAY_LEN(cells) + 1];
    size_t i, n = ARRAY_LEN(counts);

    snprintf(cells[0], CELL, "%u", s->vcpu);
    for (i = 0; i < n; i++) {
        if (rates && !counts[i].gauge)
            rate_text(per_second(s, count_in(c, i)), cells[i + 1]);
        else
            count_text(count_in(c, i), cells[i + 1]);
    }
    lateness_text(c, 50, cells[n + 1]);
    lateness_text(c, 99, cells[n + 2]);
    texts[0] = cells[0];
    texts[1] = xentime_timer_name(timer);
    for (i = 1; i < ARRAY_LEN(cells); i++)
        texts[i + 1] = cells[i];
    add_line(table, texts, ARRAY_LEN(texts));
}

static struct libscols_table *new_vcpu_table(const struct tool *t)
{
    static const struct table_column cols[] = {
        { "VCPU", 1, SCOLS_FL_RIGHT },
        { "LAG", 12, SCOLS_FL_RIGHT },
        { "DESCHEDULED", 1, SCOLS_FL_RIGHT },
        { "SWITCHES", 1, SCOLS_FL_RIGHT },
    };

    return new_table(t, cols, ARRAY_LEN(cols));
}

static struct libscols_table *new_timer_table(const struct tool *t)
{
    struct table_column cols[ARRAY_LEN(counts) + 4] = {
        { "VCPU", 1, SCOLS_FL_RIGHT },
        { "TIMER", 1, 0 },
    };
    size_t i, n = ARRAY_LEN(counts);

    for (i = 0; i < n; i++)
        cols[i + 2] = counts[i].col;
    cols[n + 2] = (struct table_column){ "P50", 1, SCOLS_FL_RIGHT };
    cols[n + 3] = (struct table_column){ "P99", 1, SCOLS_FL_RIGHT };
    return new_table(t, cols, ARRAY_LEN(cols));
}

static int print_text(const struct tool *t, const struct xentime_domain *dom,
                      const struct reading *now, const struct reading *before)
{
    struct libscols_table *vcpus = new_vcpu_table(t);
    struct libscols_table *timers = new_timer_table(t);
    uint64_t elapsed = 0;
    bool rates = before;
    size_t i, timer;

    for (i = 0; i < now->n; i++) {
        const struct xentime_vcpu_stats *total = &now->vcpus[i];
        struct xentime_vcpu_stats s = rates ? since_before(total, before)
                                            : *total;

        elapsed = elapsed ? elapsed : s.now_ns - s.since_ns;
        add_vcpu(&vcpus, &s, rates);
        for (timer = 0; timer < XENTIME_TIMERS; timer++)
            if (is_used(&total->timer[timer]))
                add_timer(&timers, &s, timer, rates);
    }
    if (!vcpus || !timers) {
        scols_unref_table(vcpus);
        scols_unref_table(timers);
        return report(t, EXIT_FAILED, "out of memory");
    }
    print_domain(stdout, dom);
    printf(rates ? ": per second over %.3f s\n" : ": counted for %.3f s\n",
           elapsed / 1e9);
    print_table(t, vcpus);
    if (scols_table_get_nlines(timers))
        return print_table(t, timers);
    scols_unref_table(timers);
    puts("no timer is in use");
    return EXIT_DONE;
}

/* ---- as JSON ---- */

static json_object *json_us(uint64_t us)
{
    return us ? json_object_new_uint64(us) : NULL;
}

static json_object *timer_json(const struct xentime_tick_counts *total,
                               const struct xentime_vcpu_stats *s, size_t timer)
{
    json_object *o = json_object_new_object();
    json_object *lateness = json_object_new_array();
    json_object *rates;
    size_t i;

    for (i = 0; i < ARRAY_LEN(counts); i++)
        json_object_object_add(o, counts[i].key,
                               json_object_new_uint64(count_in(total, i)));
    json_object_object_add(o, "period_ns",
                           json_object_new_uint64(total->period_ns));
    for (i = 0; i < XENTIME_LATENESS; i++)
        json_object_array_add(lateness,
                              json_object_new_uint64(total->lateness[i]));
    json_object_object_add(o, "lateness", lateness);
    json_object_object_add(o, "lateness_p50_us",
                           json_us(lateness_us(total, 50)));
    json_object_object_add(o, "lateness_p99_us",
                           json_us(lateness_us(total, 99)));
    if (!s)
        return o;
    rates = json_object_new_object();
    for (i = 0; i < ARRAY_LEN(counts); i++)
        if (!counts[i].gauge)
            json_object_object_add(
                rates, counts[i].key,
                json_decimal(per_second(s, count_in(&s->timer[timer], i))));
    json_object_object_add(o, "per_second", rates);
    return o;
}

/* @s has the counts since the last reading; NULL: this is the first one. */
static json_object *vcpu_json(const struct xentime_vcpu_stats *total,
                              const struct xentime_vcpu_stats *s)
{
    json_object *o = json_object_new_object();
    json_object *timers = json_object_new_object();
    size_t i;

    json_object_object_add(o, "vcpu", json_object_new_int64(total->vcpu));
    json_object_object_add(o, "since_ns",
                           json_object_new_uint64(total->since_ns));
    json_object_object_add(o, "now_ns", json_object_new_uint64(total->now_ns));
    if (s)
        json_object_object_add(o, "interval_ns",
                               json_object_new_uint64(s->now_ns - s->since_ns));
    json_object_object_add(o, "lag_ns", json_object_new_int64(total->lag_ns));
    json_object_object_add(o, "descheduled",
                           json_object_new_uint64(total->descheduled));
    json_object_object_add(o, "switches",
                           json_object_new_uint64(total->switches));
    for (i = 0; i < XENTIME_TIMERS; i++)
        json_object_object_add(timers, xentime_timer_name(i),
                               timer_json(&total->timer[i], s, i));
    json_object_object_add(o, "timers", timers);
    return o;
}

static void print_as_json(const struct xentime_domain *dom,
                          const struct reading *now,
                          const struct reading *before)
{
    json_object *doc = json_domain(dom);
    json_object *list = json_object_new_array();
    struct xentime_vcpu_stats s;
    size_t i;

    for (i = 0; i < now->n; i++) {
        if (before)
            s = since_before(&now->vcpus[i], before);
        json_object_array_add(list,
                              vcpu_json(&now->vcpus[i], before ? &s : NULL));
    }
    json_object_object_add(doc, "vcpus", list);
    print_json(doc);
}

/* Prints what was counted since @before, or totals if that is NULL. */
static int print_reading(const struct tool *t, const struct xentime_domain *dom,
                         const struct reading *now,
                         const struct reading *before)
{
    if (!t->opt[OPT_JSON])
        return print_text(t, dom, now, before);
    print_as_json(dom, now, before);
    return EXIT_DONE;
}

/* ---- reading ---- */

/* Takes the first reading, and starts counting where it has not started. */
static int read_first(const struct tool *t, const struct xentime_domain *dom,
                      struct reading *r)
{
    enum xentime_error rc = xentime_stats(t->xt, dom, &r->vcpus, &r->n);

    if (rc == XENTIME_ERR_NODATA) {
        rc = xentime_count_ticks(t->xt, dom, true);
        if (!rc)
            print_note(dom, "counting of ticks has just begun");
        if (!rc)
            rc = xentime_stats(t->xt, dom, &r->vcpus, &r->n);
    }
    return rc ? report_error(t) : EXIT_DONE;
}

/* Takes further readings; *before, the first one, is replaced by the last. */
static int read_on(const struct tool *t, const struct xentime_domain *dom,
                   struct reading *before, int64_t interval, long count,
                   const sigset_t *stops)
{
    int64_t then = monotonic_ns(), late;
    struct reading now;
    int status = EXIT_DONE;
    long i;

    for (i = 0; !status && !ferror(stdout) && (!count || i < count); i++) {
        then += interval;
        if (!interval_wait(then, stops))
            break;
        /* After a stop (Ctrl-Z) what was missed does not come all at once. */
        late = monotonic_ns();
        if (late - then > interval)
            then = late;
        if (xentime_stats(t->xt, dom, &now.vcpus, &now.n))
            return report_error(t);
        if (i && !t->opt[OPT_JSON])
            putchar('\n');
        status = print_reading(t, dom, &now, before);
        fflush(stdout);
        free(before->vcpus);
        *before = now;
    }
    return status;
}

static int watch(const struct tool *t, const struct xentime_domain *dom,
                 int64_t interval, long count)
{
    struct reading r = { NULL, 0 };
    sigset_t stops;
    int status;

    interval_start(&stops);
    status = read_first(t, dom, &r);
    if (status)
        return status;
    if (t->opt[OPT_JSON])
        open_json_array();
    status = read_on(t, dom, &r, interval, count, &stops);
    if (t->opt[OPT_JSON])
        close_json_array();
    free(r.vcpus);
    return status;
}

static int show_once(const struct tool *t, const struct xentime_domain *dom)
{
    struct reading r = { NULL, 0 };
    int status = read_first(t, dom, &r);

    if (!status)
        status = print_reading(t, dom, &r, NULL);
    free(r.vcpus);
    return status;
}

static int switch_counting(const struct tool *t,
                           const struct xentime_domain *dom, bool on)
{
    json_object *doc;

    if (xentime_count_ticks(t->xt, dom, on))
        return report_error(t);
    if (t->opt[OPT_JSON]) {
        doc = json_domain(dom);
        json_object_object_add(doc, "counting", json_object_new_boolean(on));
        print_json(doc);
    } else {
        print_domain(stdout, dom);
        puts(on ? ": counting ticks from zero" : ": ticks are not counted now");
    }
    return EXIT_DONE;
}

int cmd_stats(struct tool *t)
{
    bool repeat = t->opt[OPT_INTERVAL] || t->opt[OPT_COUNT];
    int64_t interval = NS_PER_SEC;
    struct xentime_domain *dom;
    long count = 0;
    int status;

    if (!!t->opt[OPT_RESET] + !!t->opt[OPT_OFF] + repeat > 1)
        return report_usage(t, "--reset, --off and --interval or --count do "
                               "not go together");
    status = option_seconds(t, OPT_INTERVAL, &interval);
    if (!status)
        status = option_number(t, OPT_COUNT, 1, 1000000000, &count);
    if (!status)
        status = open_one_domain(t, XENTIME_WANT_NAME, &dom);
    if (status)
        return status;
    if (t->opt[OPT_RESET] || t->opt[OPT_OFF])
        status = switch_counting(t, dom, t->opt[OPT_RESET]);
    else if (repeat)
        status = watch(t, dom, interval, count);
    else
        status = show_once(t, dom);
    xentime_free_domains(dom, 1);
    return status;
}
