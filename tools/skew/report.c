/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports how fast clocks drift: the table, and all that goes with it. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols/libsmartcols.h>

#include "output/report.h"
#include "output/table.h"
#include "output/text.h"
#include "skew/clock-fit.h"
#include "skew/words.h"
#include "skew/plot.h"
#include "skew/skew.h"
#include "skew/verdict.h"
#include "tool.h"

#define CELL DECIMAL_TEXT

/* ---- text ---- */

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
    decimal_text(own_rate(c), 3, true, own);
    snprintf(steps, sizeof(steps), "%zu", c->fit.nsteps);
    add_line(table, texts, ARRAY_LEN(texts));
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
    if (!status)
        print_next(all);
    return status;
}

/* ---- all of it ---- */

struct clock *clocks_add(struct clocks *all, const char *name, const char *rest)
{
    struct clock *c = reallocarray(all->c, all->n + 1, sizeof(*c));

    if (!c)
        return NULL;
    all->c = c;
    c += all->n;
    *c = (struct clock){ .corrected = NAN,
                         .limit_ppm = NAN,
                         .reading_error = NAN };
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
        free(all->c[i].moves);
        fit_free(&all->c[i].fit);
        verdict_free(&all->c[i].verdict);
    }
    free(all->c);
}

static int plot_clocks(const struct tool *t, const struct clocks *all)
{
    struct plot_line *lines = calloc(all->n, sizeof(*lines));
    int status = EXIT_DONE;
    size_t i, n = 0;

    if (!lines)
        return report(t, EXIT_FAILED, "out of memory");
    for (i = 0; i < all->n; i++)
        if (all->c[i].fit.n)
            lines[n++] = (struct plot_line){ all->c[i].name, all->c[i].points,
                                             &all->c[i].fit,
                                             &all->c[i].verdict };
    if (n)
        status = plot(t, t->opt[OPT_PLOT], lines, n);
    else
        print_warning("there are no readings to draw");
    free(lines);
    return status;
}

int clocks_report(const struct tool *t, const struct clocks *all,
                  json_object *doc)
{
    int status = EXIT_DONE;
    size_t i;

    for (i = 0; i < all->n; i++)
        if (verdict_find(&all->c[i]))
            return report(t, EXIT_FAILED, "out of memory");
    if (all->n && t->opt[OPT_PLOT])
        status = plot_clocks(t, all);
    if (status)
        return status;
    if (!t->opt[OPT_JSON])
        return print_text(t, all);
    clocks_json(all, doc ? doc : json_object_new_object());
    return EXIT_DONE;
}
