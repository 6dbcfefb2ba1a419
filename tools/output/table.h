/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables by libsmartcols, with --raw and --noheadings.  A table for which there
 * is no memory is NULL, and print_table() says so.
 *
 * On a terminal that is too narrow for a table, libsmartcols takes the columns
 * that may give way down to a letter or two, and those that may not run over
 * the edge.  So it is told here what becomes of which column.
 */
#ifndef XENTIMECTL_OUTPUT_TABLE_H
#define XENTIMECTL_OUTPUT_TABLE_H

#include <stddef.h>

#include "tool.h"

struct libscols_table;

/* A column gives way so on a terminal that is too narrow for the table. */
enum table_fit {
    TABLE_CUT = 1 << 24,   /* is cut, with "+" for what is missing, as by top */
    TABLE_WRAP = 1 << 25,  /* goes on in the next line, after "-" or "_" */
    TABLE_SPARE = 1 << 26, /* is left out, as another one tells the same */
};

struct table_column {
    const char *name;
    double width; /* as for scols_table_new_column() */
    int flags;    /* SCOLS_FL_*, and one of enum table_fit */
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
