/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl shell: runs lines from a file or a pipe. edit.c has those from a
 * terminal.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell/process.h"
#include "shell/shell.h"
#include "cli/commands.h"
#include "tool.h"

/* Says what is wrong with the line, before it is cut into words; or NULL. */
static const char *wrong_with(const char *line, ssize_t len)
{
    if (len > SHELL_LINE_MAX)
        return "it is too long";
    return strlen(line) != (size_t)len ? "it has a NUL in it" : NULL;
}

static int read_lines(FILE *f)
{
    int status = EXIT_DONE;
    unsigned int number = 0;
    bool leave = false;
    char *line = NULL;
    size_t size = 0;
    ssize_t len;

    while (!leave && (len = getline(&line, &size, f)) >= 0) {
        const char *wrong;

        number++;
        if (len && line[len - 1] == '\n')
            line[--len] = '\0';
        wrong = wrong_with(line, len);
        if (wrong)
            status = shell_say(EXIT_USAGE, "%s", wrong);
        else
            status = shell_line(line, status, &leave);
        if (status && !leave)
            shell_say(0, "that was line %u: exit status %d", number, status);
    }
    free(line);
    return status;
}

/* Reads from a copy of stdin; a command that reads stdin finds it empty. */
static int redirected(void)
{
    int fd = dup(STDIN_FILENO), status;
    FILE *f = fd < 0 ? NULL : fdopen(fd, "re");

    if (!f)
        return shell_say(EXIT_FAILED, "standard input: %s",
                         /* A closed one can only be written to by now. */
                         strerror(errno == EINVAL ? EBADF : errno));
    if (freopen("/dev/null", "re", stdin) == NULL) {
        fclose(f);
        return shell_say(EXIT_FAILED, "/dev/null: %s", strerror(errno));
    }
    status = read_lines(f);
    fclose(f);
    return status;
}

int cmd_shell(struct tool *t)
{
    (void)t;
    return isatty(STDIN_FILENO) ? shell_interactive() : redirected();
}
