/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens and closes Xen for a run of a command, and tells what it waits for. */
#ifndef XENTIMECTL_CLI_RUN_H
#define XENTIMECTL_CLI_RUN_H

#include "tool.h"

/*
 * Opens those of the standard descriptors that are closed, in such a way that
 * they can be neither read nor written: else Xen's device or xenstored's socket
 * would become one of them, and messages would go there.  To be called before
 * anything is opened.
 */
void tool_take_standard_files(void);

/*
 * Opens Xen as t->xt, raises the limit on open files to what this user may have
 * (each domain has a lock), and from then on says on stderr what it waits for
 * whenever that takes more than two seconds. For a lock it waits as long as
 * --wait says. Returns EXIT_DONE, or another exit status with the error
 * reported.
 */
int tool_open(struct tool *t);

/*
 * Gives the process the limit on open files that it had before tool_open(), for
 * a program that it becomes.
 */
void tool_restore_files(void);

/* Stops the messages of tool_open(), for a command that waits all the time. */
void tool_end_progress(void);

/* Closes Xen. tool_open() may follow. */
void tool_close(struct tool *t);

/*
 * Closes stdout and Xen before the process ends with @status. If the output
 * could not be written, as to a full disk, success becomes EXIT_FAILED. Returns
 * the status to end with.
 */
int finish(const struct tool *t, int status);

#endif /* XENTIMECTL_CLI_RUN_H */
