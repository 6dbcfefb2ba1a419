/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports how fast clocks drift: in tables, sentences, JSON and plots. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols/libsmartcols.h>

#include "output/json.h"
#include "output/report.h"
#include "output/table.h"
#include "output/text.h"
#include "skew/clock-fit.h"
#include "skew/plot.h"
#include "skew/skew.h"
#include "tool.h"

#define CELL DECIMAL_TEXT
#define PPM_PER_PERCENT 1e4
#define PPM_PER_S_A_DAY (1e6 / 86400)

/* Returns the rate that NTP has to correct: the clock's own, or as measured. */
static double rate_of(const struct clock *c)
{
    return isnan(c->own_rate) ? c->fit.rate : c->own_rate;
}

/* Tells whether a rate is known: a measured one may be no more than chance. */
static bool is_known(const struct clock *c)
{
    return !isnan(c->own_rate) || fabs(c->fit.rate) > c->fit.interval;
}

static bool is_beyond_ntp(const struct clock *c)
{
    return is_known(c) && fabs(rate_of(c)) > NTP_LIMIT_PPM;
}

/* ---- text ---- */

/* Returns how many decimals of a rate make sense, by its interval in ppm. */
static int decimals_for(double interval)
{
    return !(interval < 10) ? 0 : interval >= 1 ? 1 : interval >= 0.1 ? 2 : 3;
}

static void span_text(double seconds, char text[CELL])
{
    long s = lround(seconds);

    if (s < 120)
        snprintf(text, CELL, "%lds", s);
    else if (s < 86400)
        snprintf(text, CELL, "%ldh%02ldm", s / 3600, s / 60 % 60);
    else
        snprintf(text, CELL, "%ldd%02ldh", s / 86400, s / 3600 % 24);
}

static void add_clock(struct libscols_table **table, const struct clock *c)
{
    char readings[CELL], span[CELL], error[CELL], rate[CELL], interval[CELL];
    char own[CELL], steps[CELL];
    const char *const texts[] = {
        c->name, readings, span, error, rate, interval, own, steps,
    };
    int decimals = decimals_for(c->fit.interval);

    snprintf(readings, sizeof(readings), "%zu", c->fit.n);
    span_text(c->fit.span, span);
    decimal_text(c->fit.last, 6, true, error);
    decimal_text(c->fit.rate, decimals, true, rate);
    decimal_text(c->fit.interval, decimals, true, interval);
    decimal_text(c->own_rate, 3, true, own);
    snprintf(steps, sizeof(steps), "%zu", c->fit.nsteps);
    add_line(table, texts, ARRAY_LEN(texts));
}

/* Writes a value without its sign, which the sentence has in words. */
static const char *size_text(double value, int decimals, char text[CELL])
{
    decimal_text(fabs(value), decimals, true, text);
    return text + 1;
}

static void print_steps(const struct clock *c)
{
    char after[CELL], size[CELL], interval[CELL];
    size_t i;

    for (i = 0; i < c->fit.nsteps; i++) {
        const struct fit_step *s = &c->fit.step[i];

        span_text(s->t - c->fit.start, after);
        print_safe(stdout, c->name);
        printf(": stepped %s by %s s (+-%s), %s after the first reading\n",
               s->size < 0 ? "back" : "forward", size_text(s->size, 6, size),
               size_text(s->interval, 6, interval), after);
    }
}

static void print_rate(const struct clock *c)
{
    double rate = rate_of(c);
    char a_day[CELL], percent[CELL];

    print_safe(stdout, c->name);
    if (!is_known(c)) {
        printf(": no drift to be seen: less than %s s a day\n",
               size_text((fabs(rate) + c->fit.interval) / PPM_PER_S_A_DAY, 3,
                         a_day));
        return;
    }
    printf(": %s %s s a day (%s %%)%s\n", rate < 0 ? "loses" : "gains",
           size_text(rate / PPM_PER_S_A_DAY, 3, a_day),
           size_text(rate / PPM_PER_PERCENT, 4, percent),
           is_beyond_ntp(c) ? ": NTP cannot follow beyond 500 ppm (0.05 %)"
                            : "");
}

static void print_verdict(const struct clock *c)
{
    if (!isnan(rate_of(c)))
        print_rate(c);
    print_steps(c);
    if (c->hard) {
        print_safe(stdout, c->name);
        printf(": Allan deviation over 1000 in %zu of %zu readings: "
               "ntpd works hard\n",
               c->hard, c->fit.n);
    }
}

static int print_text(const struct tool *t, const struct clocks *all)
{
    static const struct table_column cols[] = {
        { "CLOCK", 1, TABLE_CUT },          { "READINGS", 1, SCOLS_FL_RIGHT },
        { "SPAN", 1, SCOLS_FL_RIGHT },      { "ERROR(s)", 1, SCOLS_FL_RIGHT },
        { "RATE(ppm)", 1, SCOLS_FL_RIGHT }, { "+-95%", 1, SCOLS_FL_RIGHT },
        { "OWN(ppm)", 1, SCOLS_FL_RIGHT },  { "STEPS", 1, SCOLS_FL_RIGHT },
    };
    struct libscols_table *table = new_table(t, cols, ARRAY_LEN(cols));
    int status;
    size_t i;

    for (i = 0; i < all->n; i++)
        add_clock(&table, &all->c[i]);
    status = print_table(t, table);
    for (i = 0; !status && i < all->n; i++)
        print_verdict(&all->c[i]);
    return status;
}

/* ---- JSON ---- */

static json_object *steps_json(const struct fit *f)
{
    json_object *list = json_object_new_array();
    size_t i;

    for (i = 0; i < f->nsteps; i++) {
        json_object *o = json_object_new_object();

        json_object_object_add(o, "after_s",
                               json_decimals(f->step[i].t - f->start, 3));
        json_object_object_add(o, "size_s", json_decimals(f->step[i].size, 9));
        json_object_object_add(o, "interval_s",
                               json_decimals(f->step[i].interval, 9));
        json_object_array_add(list, o);
    }
    return list;
}

static json_object *clock_json(const struct clock *c)
{
    json_object *o = json_object_new_object();
    double rate = rate_of(c);

    json_object_object_add(o, "clock", json_text(c->name));
    json_object_object_add(o, "format", json_object_new_string(c->format));
    json_object_object_add(o, "readings", json_object_new_int64(c->fit.n));
    json_object_object_add(o, "span_s", json_decimals(c->fit.span, 3));
    json_object_object_add(o, "first_error_s", json_decimals(c->fit.first, 9));
    json_object_object_add(o, "error_s", json_decimals(c->fit.last, 9));
    json_object_object_add(o, "rate_ppm", json_decimals(c->fit.rate, 6));
    json_object_object_add(o, "interval_ppm",
                           json_decimals(c->fit.interval, 6));
    json_object_object_add(o, "noise_s", json_decimals(c->fit.noise, 9));
    json_object_object_add(o, "reading_error_s",
                           json_decimals(c->reading_error, 9));
    json_object_object_add(o, "own_rate_ppm", json_decimals(c->own_rate, 6));
    json_object_object_add(o, "s_a_day",
                           json_decimals(rate / PPM_PER_S_A_DAY, 6));
    json_object_object_add(o, "ntp_can_follow",
                           isnan(rate)
                               ? NULL
                               : json_object_new_boolean(!is_beyond_ntp(c)));
    json_object_object_add(o, "hard", json_object_new_int64(c->hard));
    json_object_object_add(o, "steps", steps_json(&c->fit));
    return o;
}

static int print_as_json(const struct clocks *all, json_object *doc)
{
    json_object *list = json_object_new_array();
    size_t i;

    for (i = 0; i < all->n; i++)
        json_object_array_add(list, clock_json(&all->c[i]));
    json_object_object_add(doc, "clocks", list);
    print_json(doc);
    return EXIT_DONE;
}

/* ---- all of it ---- */

struct clock *clocks_add(struct clocks *all, const char *name, const char *rest)
{
    struct clock *c = reallocarray(all->c, all->n + 1, sizeof(*c));

    if (!c)
        return NULL;
    all->c = c;
    c += all->n;
    *c = (struct clock){ .own_rate = NAN, .reading_error = NAN };
    if (asprintf(&c->name, "%s%s%s", name, *rest ? " " : "", rest) < 0)
        return NULL;
    all->n++;
    return c;
}

void clocks_free(struct clocks *all)
{
    size_t i;

    for (i = 0; i < all->n; i++) {
        free(all->c[i].name);
        free(all->c[i].points);
        fit_free(&all->c[i].fit);
    }
    free(all->c);
}

static int plot_clocks(const struct tool *t, const struct clocks *all)
{
    struct plot_line *lines = calloc(all->n, sizeof(*lines));
    int status;
    size_t i;

    if (!lines)
        return report(t, EXIT_FAILED, "out of memory");
    for (i = 0; i < all->n; i++)
        lines[i] = (struct plot_line){ all->c[i].name, all->c[i].points,
                                       &all->c[i].fit };
    status = plot(t, t->opt[OPT_PLOT], lines, all->n);
    free(lines);
    return status;
}

int clocks_report(const struct tool *t, const struct clocks *all,
                  json_object *doc)
{
    int status = EXIT_DONE;

    if (all->n && t->opt[OPT_PLOT])
        status = plot_clocks(t, all);
    if (status)
        return status;
    if (!t->opt[OPT_JSON])
        return print_text(t, all);
    return print_as_json(all, doc ? doc : json_object_new_object());
}
