/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a line of the shell, and defines the shell's own commands. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/text.h"
#include "shell/process.h"
#include "shell/shell.h"
#include "shell/words.h"
#include "tool.h"

static int help(int n, char **words)
{
    int status = shell_run(n, words, false);
    char known[WORDS_TEXT];

    words_text(shell_every_word, " or ", known);
    if (!status && n == 1)
        printf("\nIn this shell also:\n"
               "  every SECONDS COMMAND...  %s again and again, until Ctrl-C\n"
               "  exit, quit                leave, as Ctrl-D does\n",
               known);
    return status;
}

static int no_shell(int n, char **words)
{
    (void)n;
    (void)words;
    return shell_say(EXIT_USAGE, "this is the shell");
}

static const struct builtin {
    const char *name;
    int (*run)(int n, char **words);
} builtins[] = {
    { "every", shell_every },
    { "help", help },
    { "shell", no_shell },
};

static int run_words(int n, char **words)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(builtins); i++)
        if (!strcmp(words[0], builtins[i].name))
            return builtins[i].run(n, words);
    return shell_run(n, words, false);
}

int shell_line(const char *line, int last, bool *leave)
{
    const char *wrong;
    char **words;
    int n, status = last;

    wrong = shell_words(line, &words, &n);
    if (wrong)
        return shell_say(EXIT_USAGE, "%s", wrong);
    if (n && (!strcmp(words[0], "exit") || !strcmp(words[0], "quit"))) {
        if (n > 1)
            status = shell_say(EXIT_USAGE, "%s takes nothing", words[0]);
        else
            *leave = true;
    } else if (n) {
        status = run_words(n, words);
    }
    free(words);
    return status;
}
