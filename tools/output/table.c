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
    strcpy(text + len, "+");
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
    strcpy(to, text);
}

/* ---- fitting a table to the terminal ---- */

struct column {
    struct libscols_column *cl;
    enum table_fit fit;
    size_t natural, least, width;
};

static void measure(struct libscols_table *table, struct column *c, size_t k)
{
    size_t i, n = scols_table_get_nlines(table), width;

    c->cl = scols_table_get_column(table, k);
    c->fit = column_bits(c->cl) & FITS;
    c->natural = text_width(
        scols_cell_get_data(scols_column_get_header(c->cl)));
    c->least = c->natural > LEAST_WIDTH ? c->natural : LEAST_WIDTH;
    for (i = 0; i < n; i++) {
        width = text_width(scols_cell_get_data(
            scols_line_get_cell(scols_table_get_line(table, i), k)));
        if (width > c->natural)
            c->natural = width;
    }
    c->width = c->natural;
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
    const char *text = scols_cell_get_data(cell);
    char *copy = malloc(2 * strlen(text) + 1);

    if (!copy)
        return false;
    if (c->fit == TABLE_WRAP) {
        wrap(text, c->width, copy);
    } else {
        strcpy(copy, text);
        cut(copy, c->width);
    }
    return !scols_cell_refer_data(cell, copy);
}

static bool rewrite_column(struct libscols_table *table, const struct column *c,
                           size_t k)
{
    size_t i, n = scols_table_get_nlines(table);

    if (c->width == c->natural)
        return true;
    if (c->fit == TABLE_WRAP) {
        scols_column_set_flags(c->cl,
                               scols_column_get_flags(c->cl) | SCOLS_FL_WRAP);
        scols_column_set_wrapfunc(c->cl, scols_wrapnl_chunksize,
                                  scols_wrapnl_nextchunk, NULL);
        scols_column_set_safechars(c->cl, "\n");
    }
    for (i = 0; i < n; i++)
        if (!rewrite_cell(scols_line_get_cell(scols_table_get_line(table, i),
                                              k),
                          c))
            return false;
    return true;
}

static bool fit(struct libscols_table *table)
{
    size_t n = scols_table_get_ncols(table), k;
    struct column *c = calloc(n, sizeof(*c));
    bool ok = c;

    for (k = 0; ok && k < n; k++)
        measure(table, &c[k], k);
    if (ok)
        narrow(c, n, leave_out(c, n, scols_table_get_termwidth(table)));
    for (k = 0; ok && k < n; k++)
        ok = rewrite_column(table, &c[k], k);
    free(c);
    return ok;
}

/* ---- plain columns ---- */

static size_t plain_width(const struct libscols_column *cl, const char *text,
                          void *unused)
{
    (void)cl;
    (void)unused;
    return strlen(text);
}

static char *no_more_lines(const struct libscols_column *cl, char *text,
                           void *unused)
{
    (void)cl;
    (void)text;
    (void)unused;
    return NULL;
}

/*
 * libsmartcols converts each text to wide characters to learn its width, which
 * is half of what it takes.  Where a column is wrapped by a function of ours,
 * that is asked in place: so a plain column gets one that never wraps.
 */
static void measure_plainly(struct libscols_table *table)
{
    size_t k, n = scols_table_get_ncols(table);
    struct libscols_column *cl;

    for (k = 0; k < n; k++) {
        cl = scols_table_get_column(table, k);
        if ((column_bits(cl) & NOT_PLAIN) || scols_column_is_wrap(cl) ||
            scols_column_is_trunc(cl))
            continue;
        scols_column_set_flags(cl, scols_column_get_flags(cl) | SCOLS_FL_WRAP);
        scols_column_set_wrapfunc(cl, plain_width, no_more_lines, NULL);
    }
}

int print_table(const struct tool *t, struct libscols_table *table)
{
    bool fits = table && !scols_table_is_raw(table) && isatty(STDOUT_FILENO);

    if (!table || (fits && !fit(table))) {
        scols_unref_table(table);
        return report(t, EXIT_FAILED, "out of memory");
    }
    measure_plainly(table);
    scols_print_table(table);
    scols_unref_table(table);
    return EXIT_DONE;
}
