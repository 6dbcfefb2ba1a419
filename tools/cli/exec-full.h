/* SPDX-License-Identifier: GPL-2.0-only */
/* The other program, which has the commands that need more libraries. */
#ifndef XENTIMECTL_CLI_EXEC_FULL_H
#define XENTIMECTL_CLI_EXEC_FULL_H

#include "tool.h"

/*
 * Becomes xentimectl-full, with this command line. Returns only where that
 * cannot be had: an exit status, with the error reported.
 */
int exec_full(struct tool *t, char **argv);

#endif /* XENTIMECTL_CLI_EXEC_FULL_H */
