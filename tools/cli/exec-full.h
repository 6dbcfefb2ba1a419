/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs xentimectl-full, which has the commands that need more libraries. */
#ifndef XENTIMECTL_CLI_EXEC_FULL_H
#define XENTIMECTL_CLI_EXEC_FULL_H

#include "tool.h"

/*
 * Replaces this process by xentimectl-full, with the same command line. Returns
 * only if that fails: an exit status, with the error reported.
 */
int exec_full(struct tool *t, char **argv);

#endif /* XENTIMECTL_CLI_EXEC_FULL_H */
