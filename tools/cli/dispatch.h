/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds and runs the command that a command line names. */
#ifndef XENTIMECTL_CLI_DISPATCH_H
#define XENTIMECTL_CLI_DISPATCH_H

#include "tool.h"

/*
 * Runs the command of a command line, which begins with the program's name and
 * is reordered. Returns an exit status.
 */
int dispatch(struct tool *t, int argc, char **argv);

#endif /* XENTIMECTL_CLI_DISPATCH_H */
