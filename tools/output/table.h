/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables by libsmartcols, with --raw and --noheadings. */
#ifndef XENTIMECTL_OUTPUT_TABLE_H
#define XENTIMECTL_OUTPUT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "tool.h"

struct libscols_table;

struct table_column {
    const char *name;
    double width;            /* as for scols_table_new_column() */
    int flags;               /* SCOLS_FL_* */
};

/* Returns a table of @ncols columns, or NULL when out of memory, reported. */
struct libscols_table *new_table(const struct tool *t,
                                 const struct table_column *cols,
                                 size_t ncols);

/* Adds one line of @ncols texts; false when out of memory. */
bool add_line(struct libscols_table *table, const char *const *texts,
              size_t ncols);

/* Prints the table and frees it. */
void print_table(struct libscols_table *table);

#endif /* XENTIMECTL_OUTPUT_TABLE_H */
