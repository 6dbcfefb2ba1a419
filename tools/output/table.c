/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables by libsmartcols: see table.h. */

#include <libsmartcols/libsmartcols.h>

#include "output/table.h"
#include "output/report.h"
#include "tool.h"

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
        if (!scols_table_new_column(table, cols[i].name, cols[i].width,
                                    cols[i].flags)) {
            scols_unref_table(table);
            table = NULL;
        }
    }
    return table;
}

static bool set_line(struct libscols_line *line, const char *const *texts,
                     size_t ncols)
{
    size_t i;

    for (i = 0; line && i < ncols; i++)
        if (scols_line_set_data(line, i, texts[i]))
            return false;
    return line;
}

void add_line(struct libscols_table **table, const char *const *texts,
              size_t ncols)
{
    if (!*table || set_line(scols_table_new_line(*table, NULL), texts, ncols))
        return;
    scols_unref_table(*table);
    *table = NULL;
}

int print_table(const struct tool *t, struct libscols_table *table)
{
    if (!table)
        return report(t, EXIT_FAILED, "out of memory");
    scols_print_table(table);
    scols_unref_table(table);
    return EXIT_DONE;
}
