/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl: virtual time of Xen domains. */

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/complete.h"
#include "cli/dispatch.h"
#include "cli/exec-full.h"
#include "cli/run.h"
#include "tool.h"

static int complete_for_shell(struct tool *t, int argc, char **argv)
{
    int at = strtol(argv[2], NULL, 10);
    const struct command *c = line_command(at, argc - 3, argv + 3);

    /* The words of a command of xentimectl-full are there. */
    if (c && !c->run)
        return exec_full(t, argv);
    complete(stdout, at, argc - 3, argv + 3);
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    struct tool t = { 0 };

    tool_take_standard_files();
    /* Scripts read the numbers, so they have a decimal point everywhere. */
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    if (argc > 2 && !strcmp(argv[1], "--complete"))
        return complete_for_shell(&t, argc, argv);
    return finish(&t, dispatch(&t, argc, argv));
}
