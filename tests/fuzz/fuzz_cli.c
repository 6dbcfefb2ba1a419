/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: one word per line, up to an empty line; the lines after it
 * are what xenstore answers.  Every command line ends with an exit status that
 * is documented.
 */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cli/dispatch.h"
#include "cli/run.h"
#include "fake/fake_xen.h"
#include "fuzz.h"
#include "tool.h"

#define MAX_WORDS 16

const char *__asan_default_options(void);

/* Memory that a program does not free before exit() is no leak. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *tmp = getenv("TMPDIR");

    (void)argc, (void)argv;
    /* Locks are made in the current directory. */
    if (chdir(tmp ? tmp : "/tmp"))
        abort();
    stdout = fopen("/dev/null", "w");
    stderr = fopen("/dev/null", "w");
    return 0;
}

/* Tells whether a command would never end, or reads what is not the input. */
static bool is_endless(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i++)
        if (!strcmp(argv[i], "watch") || !strcmp(argv[i], "shell"))
            return true;
    return false;
}

static void run(int argc, char **argv)
{
    struct tool t = { 0 };
    int status;

    if (is_endless(argc, argv))
        return;
    optind = 0;
    if (argc > 2 && !strcmp(argv[1], "--complete")) {
        complete(stdout, atoi(argv[2]), argc - 3, argv + 3);
        return;
    }
    status = dispatch(&t, argc, argv);
    if (status < EXIT_DONE || status > EXIT_BUSY)
        abort();
    tool_close(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *argv[MAX_WORDS + 1] = { "xentimectl" }, *words[MAX_WORDS];
    int argc = 1, n = 0;

    fake_reset();
    fake_add(0, XENTIME_PV);
    fake_add(1, XENTIME_HVM);
    fake_add(22, XENTIME_PVH);
    xs_stub_feed(data, size);
    while (argc < MAX_WORDS && (words[n] = xs_stub_line())) {
        argv[argc] = words[n++];
        if (!*argv[argc])
            break;
        argc++;
    }
    argv[argc] = NULL;
    run(argc, argv);
    while (n)
        free(words[--n]);
    return 0;
}
