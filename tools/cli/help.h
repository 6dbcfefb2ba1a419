/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of commands. */
#ifndef XENTIMECTL_CLI_HELP_H
#define XENTIMECTL_CLI_HELP_H

#include <stdio.h>

/* Prints what "xentimectl help" prints. */
void print_help(FILE *f);

#endif /* XENTIMECTL_CLI_HELP_H */
