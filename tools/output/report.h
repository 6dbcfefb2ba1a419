/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors: one line on stderr, a second one with a hint where there is one, and
 * with --json a document on stdout. Here is also which exit status an error
 * has.
 */
#ifndef XENTIMECTL_OUTPUT_REPORT_H
#define XENTIMECTL_OUTPUT_REPORT_H

#include "tool.h"

/* Reports the error of the last call on t->xt. Returns its exit status. */
int report_error(const struct tool *t);

/* Returns the exit status of the last error on t->xt, and reports nothing. */
int error_status(const struct tool *t);

/* Warns of what the last call on t->xt has passed over, if anything. */
void report_damage(const struct tool *t);

/* Reports a misuse of the command line. Returns EXIT_USAGE. */
int report_usage(const struct tool *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Reports any other failure. Returns @status. */
int report(const struct tool *t, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif /* XENTIMECTL_OUTPUT_REPORT_H */
