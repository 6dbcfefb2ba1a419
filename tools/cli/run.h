/* SPDX-License-Identifier: GPL-2.0-only */
/* One run of a command: Xen opened and closed, and what is waited for. */
#ifndef XENTIMECTL_CLI_RUN_H
#define XENTIMECTL_CLI_RUN_H

#include "tool.h"

/*
 * Opens Xen as t->xt, and from then on says on stderr what it waits for whenever
 * that takes more than two seconds. Returns EXIT_DONE, or another exit status
 * with the error reported.
 */
int tool_open(struct tool *t);

/* Says no more what it waits for, and has no timer: for what runs for ever. */
void tool_end_progress(void);

/* Closes Xen. tool_open() may follow. */
void tool_close(struct tool *t);

/*
 * Does what is to be done before the process ends with @status: a full disk or
 * a closed stdout does not pass for success. Returns the status to end with.
 */
int finish(const struct tool *t, int status);

#endif /* XENTIMECTL_CLI_RUN_H */
