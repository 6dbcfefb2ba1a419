/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables by libsmartcols, with --raw and --noheadings.  A table for which there
 * is no memory is NULL, and print_table() says so.
 */
#ifndef XENTIMECTL_OUTPUT_TABLE_H
#define XENTIMECTL_OUTPUT_TABLE_H

#include <stddef.h>

#include "tool.h"

struct libscols_table;

struct table_column {
    const char *name;
    double width; /* as for scols_table_new_column() */
    int flags;    /* SCOLS_FL_* */
};

/* Returns a table of @ncols columns. */
struct libscols_table *new_table(const struct tool *t,
                                 const struct table_column *cols, size_t ncols);

/* Adds a line of @ncols texts, or frees *table and sets it to NULL. */
void add_line(struct libscols_table **table, const char *const *texts,
              size_t ncols);

/* Prints the table and frees it.  Returns an exit status. */
int print_table(const struct tool *t, struct libscols_table *table);

#endif /* XENTIMECTL_OUTPUT_TABLE_H */
