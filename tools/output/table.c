/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables by libsmartcols: see table.h. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include <libsmartcols/libsmartcols.h>

#include "output/table.h"
#include "output/report.h"
#include "output/text.h"
#include "tool.h"

#define FITS (TABLE_CUT | TABLE_WRAP | TABLE_SPARE)

/* Set for a column that has a text which is not plain: see is_plain(). */
#define NOT_PLAIN (1 << 27)

/* No column gets narrower than its heading, nor than this. */
#define LEAST_WIDTH 8

/* ---- making a table ---- */

/* The heading's cell keeps enum table_fit of its column, and NOT_PLAIN. */
static int column_bits(struct libscols_column *cl)
{
    return (intptr_t)scols_cell_get_userdata(scols_column_get_header(cl));
}

static bool set_column_bits(struct libscols_column *cl, int bits)
{
    return !scols_cell_set_userdata(scols_column_get_header(cl),
                                    (void *)(intptr_t)bits);
}

static bool add_column(struct libscols_table *table,
                       const struct table_column *col)
{
    struct libscols_column *cl = scols_table_new_column(table, col->name,
                                                        col->width,
                                                        col->flags & ~FITS);

    return cl && set_column_bits(cl, col->flags & FITS);
}

struct libscols_table *new_table(const struct tool *t,
                                 const struct table_column *cols, size_t ncols)
{
    struct libscols_table *table = scols_new_table();
    size_t i;

    if (table) {
        scols_table_enable_raw(table, !!t->opt[OPT_RAW]);
        scols_table_enable_noheadings(table, !!t->opt[OPT_NOHEADINGS]);
    }
    for (i = 0; table && i < ncols; i++) {
        if (!add_column(table, &cols[i])) {
            scols_unref_table(table);
            table = NULL;
        }
    }
    return table;
}

/* A plain text is printed as it stands, and is as wide as it is long. */
static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~' || *text == '\\')
            return false;
    return true;
}

static bool set_visible(struct libscols_cell *cell, const char *text)
{
    char *visible = visible_text(text);

    if (visible && !scols_cell_refer_data(cell, visible))
        return true;
    free(visible);
    return false;
}

/* With --raw, libsmartcols writes all but ASCII as \\xNN, which can be undone. */
static bool set_cell(struct libscols_table *table, struct libscols_line *line,
                     size_t i, const char *text)
{
    struct libscols_column *cl;

    if (!text)
        return true;
    if (scols_table_is_raw(table) || is_plain(text))
        return !scols_line_set_data(line, i, text);
    cl = scols_table_get_column(table, i);
    return set_column_bits(cl, column_bits(cl) | NOT_PLAIN) &&
           set_visible(scols_line_get_cell(line, i), text);
}

static bool set_line(struct libscols_table *table, const char *const *texts,
                     size_t ncols)
{
    struct libscols_line *line = scols_table_new_line(table, NULL);
    size_t i;

    for (i = 0; line && i < ncols; i++)
        if (!set_cell(table, line, i, texts[i]))
            return false;
    return line;
}

void add_line(struct libscols_table **table, const char *const *texts,
              size_t ncols)
{
    if (!*table || set_line(*table, texts, ncols))
        return;
    scols_unref_table(*table);
    *table = NULL;
}

/* ---- texts in columns of the terminal ---- */

/*
 * Returns the length in bytes of the character at @text, and how many columns
 * libsmartcols makes of it: four of a byte that is not printable, and of a
 * backslash that could be mistaken for the beginning of \\xNN.
 */
static size_t next_width(const char *text, size_t *width)
{
    mbstate_t mb = { 0 };
    wchar_t wc;
    size_t n = mbrtowc(&wc, text, strlen(text), &mb);

    if (n == (size_t)-1 || n == (size_t)-2 || !n)
        n = 1;
    else if (iswprint(wc) && strncmp(text, "\\x", 2) != 0) {
        *width = wcwidth(wc);
        return n;
    }
    *width = 4 * n;
    return n;
}

/* Returns how many bytes of @text fit in @room columns; *used gets how many. */
static size_t fitting(const char *text, size_t room, size_t *used)
{
    size_t len = 0, n, width;

    for (*used = 0; text[len]; len += n, *used += width) {
        n = next_width(text + len, &width);
        if (width > room - *used)
            break;
    }
    return len;
}

static size_t text_width(const char *text)
{
    size_t used;

    if (is_plain(text))
        return strlen(text);
    fitting(text, SIZE_MAX, &used);
    return used;
}

/* Cuts @text to @width columns, the last of them a "+". */
static void cut(char *text, size_t width)
{
    size_t used, len;

    if (text_width(text) <= width)
        return;
    len = fitting(text, width - 1, &used);
    memcpy(text + len, "+", 2);
}

/*
 * Writes @text in lines of @width columns to @to, which has room for twice its
 * length.  A line ends after the last "-" or "_" in it, if there is one.
 */
static void wrap(const char *text, size_t width, char *to)
{
    size_t used, len, at;

    while (text_width(text) > width) {
        len = fitting(text, width, &used);
        for (at = len; at && !strchr("-_", text[at - 1]); at--)
            ;
        len = at ? at : len ? len : 1;
        memcpy(to, text, len);
        to += len;
        *to++ = '\n';
        text += len;
    }
    memcpy(to, text, strlen(text) + 1);
}

/* ---- fitting a table to the terminal ---- */

/* The iterator, and thus this, is the quick way: lines are a linked list. */
static struct libscols_line *next_line(struct libscols_table *table,
                                       struct libscols_iter *at)
{
    struct libscols_line *line = NULL;

    return scols_table_next_line(table, at, &line) ? NULL : line;
}

static const char *cell_text(const struct libscols_cell *cell)
{
    const char *text = scols_cell_get_data(cell);

    return text ? text : "";
}

struct column {
    struct libscols_column *cl;
    enum table_fit fit;
    size_t natural, least, width;
};

static void measure_heading(struct column *c, struct libscols_column *cl)
{
    double hint = scols_column_get_whint(cl);

    c->cl = cl;
    c->fit = column_bits(cl) & FITS;
    c->natural = text_width(cell_text(scols_column_get_header(cl)));
    c->least = c->natural > LEAST_WIDTH ? c->natural : LEAST_WIDTH;
    if (hint >= 1 && c->natural < hint)
        c->natural = hint;
}

static bool measure(struct libscols_table *table, struct column *c, size_t n)
{
    struct libscols_iter *at = scols_new_iter(SCOLS_ITER_FORWARD);
    struct libscols_line *line;
    size_t k, width;

    for (k = 0; at && k < n; k++)
        measure_heading(&c[k], scols_table_get_column(table, k));
    while (at && (line = next_line(table, at)))
        for (k = 0; k < n; k++) {
            width = text_width(cell_text(scols_line_get_cell(line, k)));
            if (width > c[k].natural)
                c[k].natural = width;
        }
    for (k = 0; at && k < n; k++)
        c[k].width = c[k].natural;
    scols_free_iter(at);
    return at;
}

/* Takes @excess columns of the terminal from the widest, one after the other. */
static void narrow(struct column *c, size_t n, size_t excess)
{
    struct column *widest;
    size_t k;

    for (; excess; excess--) {
        widest = NULL;
        for (k = 0; k < n; k++)
            if ((c[k].fit & (TABLE_CUT | TABLE_WRAP)) &&
                c[k].width > c[k].least &&
                (!widest || c[k].width > widest->width))
                widest = &c[k];
        if (!widest)
            return;
        widest->width--;
    }
}

/* Leaves out what is spare; returns by how much the table is still too wide. */
static size_t leave_out(struct column *c, size_t n, size_t room)
{
    size_t total = n - 1, k;

    for (k = 0; k < n; k++)
        total += c[k].natural;
    for (k = 0; k < n && total > room; k++)
        if (c[k].fit == TABLE_SPARE) {
            scols_column_set_flags(c[k].cl, scols_column_get_flags(c[k].cl) |
                                                SCOLS_FL_HIDDEN);
            total -= c[k].natural + 1;
        }
    return total > room ? total - room : 0;
}

static bool rewrite_cell(struct libscols_cell *cell, const struct column *c)
{
    const char *text = cell_text(cell);
    char *copy = malloc(2 * strlen(text) + 1);

    if (!copy)
        return false;
    if (c->fit == TABLE_WRAP) {
        wrap(text, c->width, copy);
    } else {
        memcpy(copy, text, strlen(text) + 1);
        cut(copy, c->width);
    }
    return !scols_cell_refer_data(cell, copy);
}

static void let_it_wrap(struct libscols_column *cl)
{
    scols_column_set_flags(cl, scols_column_get_flags(cl) | SCOLS_FL_WRAP);
    scols_column_set_wrapfunc(cl, scols_wrapnl_chunksize,
                              scols_wrapnl_nextchunk, NULL);
    scols_column_set_safechars(cl, "\n");
}

static bool rewrite_column(struct libscols_table *table, const struct column *c,
                           size_t k)
{
    struct libscols_iter *at;
    struct libscols_line *line;
    bool ok;

    if (c->width == c->natural)
        return true;
    if (c->fit == TABLE_WRAP)
        let_it_wrap(c->cl);
    at = scols_new_iter(SCOLS_ITER_FORWARD);
    ok = at;
    while (ok && (line = next_line(table, at)))
        ok = rewrite_cell(scols_line_get_cell(line, k), c);
    scols_free_iter(at);
    return ok;
}

static bool fit(struct libscols_table *table, struct column *c, size_t n)
{
    bool ok = true;
    size_t k;

    narrow(c, n, leave_out(c, n, scols_table_get_termwidth(table)));
    for (k = 0; ok && k < n; k++)
        ok = rewrite_column(table, &c[k], k);
    return ok;
}

/* ---- plain tables ---- */

/* Tells whether each text is plain, on one line, and nowhere to be cut. */
static bool is_plain_table(struct libscols_table *table)
{
    size_t k, n = scols_table_get_ncols(table);
    struct libscols_column *cl;

    for (k = 0; k < n; k++) {
        cl = scols_table_get_column(table, k);
        if ((column_bits(cl) & NOT_PLAIN) || scols_column_is_wrap(cl) ||
            scols_column_is_trunc(cl))
            return false;
    }
    return true;
}

static void print_cell(const struct libscols_cell *cell, const struct column *c,
                       bool last)
{
    const char *text = cell_text(cell);
    int width = c->width;

    if (scols_column_is_right(c->cl))
        printf("%*s", width, text);
    else
        printf("%-*s", last ? 0 : width, text);
    putchar(last ? '\n' : ' ');
}

/* Prints a line, or without one the headings. */
static void print_line(struct libscols_line *line, const struct column *c,
                       size_t n)
{
    size_t k, last = n - 1;

    while (last && scols_column_is_hidden(c[last].cl))
        last--;
    for (k = 0; k <= last; k++)
        if (!scols_column_is_hidden(c[k].cl))
            print_cell(line ? scols_line_get_cell(line, k)
                            : scols_column_get_header(c[k].cl),
                       &c[k], k == last);
}

/*
 * Prints what libsmartcols would.  It converts each text to wide characters,
 * twice, for its width: that is a fifth of what a list of 100 domains takes, and
 * most of them have nothing but ASCII in it.
 */
static bool print_plain_table(struct libscols_table *table,
                              const struct column *c, size_t n)
{
    struct libscols_iter *at = scols_new_iter(SCOLS_ITER_FORWARD);
    struct libscols_line *line;

    if (at && !scols_table_is_noheadings(table))
        print_line(NULL, c, n);
    while (at && (line = next_line(table, at)))
        print_line(line, c, n);
    scols_free_iter(at);
    return at;
}

static bool print_fitting(struct libscols_table *table)
{
    size_t n = scols_table_get_ncols(table);
    struct column *c = calloc(n, sizeof(*c));
    bool ok = c && measure(table, c, n);

    if (ok && isatty(STDOUT_FILENO))
        ok = fit(table, c, n);
    if (ok && is_plain_table(table))
        ok = print_plain_table(table, c, n);
    else if (ok)
        scols_print_table(table);
    free(c);
    return ok;
}

int print_table(const struct tool *t, struct libscols_table *table)
{
    bool ok = table;

    if (ok && scols_table_is_raw(table))
        scols_print_table(table);
    else if (ok)
        ok = print_fitting(table);
    scols_unref_table(table);
    return ok ? EXIT_DONE : report(t, EXIT_FAILED, "out of memory");
}
