/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads lines from the terminal, by readline's callbacks.  Signals are let in
 * only while it waits for a key, and readline's own handlers are not used, so
 * that each signal has one place where it is dealt with.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "cli/complete.h"
#include "shell/process.h"
#include "shell/shell.h"
#include "shell/words.h"
#include "tool.h"

#define PROMPT "xentime> "
#define HISTORY_LINES 1000

static char *line; /* the line that was typed; NULL: the input has ended */
static bool complete_line;

/* ---- history ---- */

/* Makes the directories that @path is in; false with errno. */
static bool make_parents(char *path)
{
    char *slash;

    for (slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(path, 0700) && errno != EEXIST) {
            *slash = '/';
            return false;
        }
        *slash = '/';
    }
    return true;
}

/* Finds the file by the XDG Base Directory Specification; false: nowhere. */
static bool history_path(char path[4096])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int len = -1;

    if (state && *state == '/')
        len = snprintf(path, 4096, "%s/xentime/history", state);
    else if (home && *home == '/')
        len = snprintf(path, 4096, "%s/.local/state/xentime/history", home);
    return len > 0 && len < 4096;
}

static void load_history(void)
{
    char path[4096];

    using_history();
    stifle_history(HISTORY_LINES);
    if (history_path(path))
        read_history(path);
}

static void save_history(void)
{
    char path[4096];
    mode_t mask = umask(077);

    if (history_path(path) && history_length &&
        (!make_parents(path) || (errno = write_history(path))))
        shell_say(0, "the history was not kept: %s: %s", path, strerror(errno));
    umask(mask);
}

/* Keeps a line, but not twice in a row, and none that begins with a blank. */
static void remember(const char *text)
{
    const HIST_ENTRY *last = history_get(history_base + history_length - 1);

    if (*text && *text != ' ' && !(last && !strcmp(last->line, text)))
        add_history(text);
}

/* ---- completion ---- */

static char **candidates; /* for the word, with a NULL at their end */

/* Returns a copy with a backslash before each blank, quote, backslash and #. */
static char *quote_word(const char *text)
{
    char *quoted = malloc(2 * strlen(text) + 1), *to = quoted;

    for (; quoted && *text; text++) {
        if (strchr(" \t'\"\\#", *text))
            *to++ = '\\';
        *to++ = *text;
    }
    if (quoted)
        *to = '\0';
    return quoted;
}

static char *next_candidate(const char *text, int state)
{
    static size_t at;
    char *quoted;

    if (!state)
        at = 0;
    while (candidates && candidates[at]) {
        quoted = quote_word(candidates[at++]);
        if (quoted && !strncmp(quoted, text, strlen(text)))
            return quoted;
        free(quoted);
    }
    return NULL;
}

/* Returns an array of the lines of @text, which is cut up. */
static char **cut_lines(char *text)
{
    char **list = NULL, *one;
    size_t n = 0, i;

    for (i = 0; text[i]; i++)
        n += text[i] == '\n';
    list = calloc(n + 2, sizeof(*list));
    for (n = 0; list && (one = strsep(&text, "\n"));)
        if (*one)
            list[n++] = one;
    return list;
}

/*
 * Prints the files whose names begin as @word does, which may have quotes.  A
 * directory's name gets a slash.
 */
static void complete_files(FILE *f, const char *word)
{
    char **words, *name;
    struct stat st;
    int n, i;

    if (shell_words(word, &words, &n))
        return;
    for (i = 0; (name = rl_filename_completion_function(n ? words[0] : "", i));
         i++) {
        if (!strchr(name, '\n'))
            fprintf(f, "%s%s\n", name,
                    !stat(name, &st) && S_ISDIR(st.st_mode) ? "/" : "");
        free(name);
    }
    free(words);
}

/* Writes the candidates for words[@n], the last word, to *text, a line each. */
static void ask(int n, char **words, char **text)
{
    static const char *const own[] = { "every", "exit", "quit" };
    size_t size, i;
    FILE *f = open_memstream(text, &size);

    if (!f)
        return;
    if (complete(f, n, n + 1, words))
        complete_files(f, words[n]);
    for (i = 0; n == 1 && i < ARRAY_LEN(own); i++)
        fprintf(f, "%s\n", own[i]);
    fclose(f);
}

static char **on_tab(const char *word, int start, int end)
{
    char *before = strndup(rl_line_buffer, start), *text = NULL, **words,
         **argv;
    char **matches = NULL;
    int n = 0;

    (void)end;
    rl_attempted_completion_over = 1;
    if (!before || shell_words(before, &words, &n)) {
        free(before);
        return NULL;
    }
    argv = calloc(n + 3, sizeof(*argv));
    if (argv) {
        argv[0] = "xentimectl";
        memcpy(argv + 1, words, n * sizeof(*argv));
        argv[n + 1] = (char *)word;
        ask(n + 1, argv, &text);
        candidates = text ? cut_lines(text) : NULL;
        matches = rl_completion_matches(word, next_candidate);
        if (matches && *matches[0] && matches[0][strlen(matches[0]) - 1] == '/')
            rl_completion_suppress_append = 1;
        free(candidates);
        candidates = NULL;
        free(text);
    }
    free(argv);
    free(words);
    free(before);
    return matches;
}

/* Tells whether text[@at] follows a backslash that is not itself quoted. */
static int is_quoted(char *text, int at)
{
    return at > 0 && text[at - 1] == '\\' && !is_quoted(text, at - 1);
}

/* ---- keys and signals ---- */

static volatile sig_atomic_t got[NSIG];

static const int handled[] = { SIGINT,  SIGTERM, SIGHUP,
                               SIGQUIT, SIGTSTP, SIGWINCH };

static void note(int sig)
{
    got[sig] = 1;
}

static bool take(int sig)
{
    bool was = got[sig];

    got[sig] = 0;
    return was;
}

static void on_line(char *text)
{
    line = text;
    complete_line = true;
    rl_callback_handler_remove();
}

/* Drops the line, as Ctrl-C does in a shell. */
static void drop_line(void)
{
    fputs("^C\n", stdout);
    rl_callback_sigcleanup();
    rl_free_line_state();
    rl_replace_line("", 0);
    rl_on_new_line();
    rl_redisplay();
}

/* Stops the shell on Ctrl-Z, with the terminal as it was found. */
static void suspend(void)
{
    rl_deprep_terminal();
    raise(SIGSTOP);
    rl_prep_terminal(1);
    rl_forced_update_display();
}

/* Does what the signals ask for.  Returns the one that ends the shell, or 0. */
static int deal_with_signals(void)
{
    static const int ends[] = { SIGTERM, SIGHUP, SIGQUIT };
    size_t i;

    if (take(SIGINT))
        drop_line();
    if (take(SIGTSTP))
        suspend();
    if (take(SIGWINCH))
        rl_resize_terminal();
    for (i = 0; i < ARRAY_LEN(ends); i++)
        if (take(ends[i]))
            return ends[i];
    return 0;
}

static void set_handlers(sigset_t *before)
{
    struct sigaction sa = { .sa_handler = note };
    sigset_t set;
    size_t i;

    sigemptyset(&set);
    for (i = 0; i < ARRAY_LEN(handled); i++) {
        sigaddset(&set, handled[i]);
        sigaction(handled[i], &sa, NULL);
    }
    sigprocmask(SIG_BLOCK, &set, before);
}

/* Resets the signals, so that a command has them as they were. */
static void reset_handlers(const sigset_t *before)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(handled); i++)
        signal(handled[i], SIG_DFL);
    sigprocmask(SIG_SETMASK, before, NULL);
}

/* Reads a line, into "line".  Returns the signal that ends the shell, or 0. */
static int edit(void)
{
    struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
    sigset_t before;
    int sig = 0;

    complete_line = false;
    line = NULL;
    set_handlers(&before);
    rl_callback_handler_install(PROMPT, on_line);
    while (!complete_line && !sig) {
        if (ppoll(&p, 1, NULL, &before) < 0 && errno != EINTR)
            break;
        sig = deal_with_signals();
        if (!sig && p.revents)
            rl_callback_read_char();
        p.revents = 0;
    }
    if (!complete_line)
        rl_callback_handler_remove();
    reset_handlers(&before);
    return sig;
}

static void set_up(void)
{
    rl_readline_name = "xentimectl";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_attempted_completion_function = on_tab;
    rl_completer_word_break_characters = " \t";
    rl_completer_quote_characters = "";
    rl_char_is_quoted_p = is_quoted;
    /* A paste is not to be run before it was looked at. */
    rl_variable_bind("enable-bracketed-paste", "on");
    load_history();
}

int shell_interactive(void)
{
    int status = EXIT_DONE, sig;
    bool leave = false;

    set_up();
    while (!leave) {
        sig = edit();
        if (sig) {
            save_history();
            raise(sig);
            return 128 + sig;
        }
        if (!line) {
            putchar('\n');
            break;
        }
        remember(line);
        status = shell_line(line, status, &leave);
        free(line);
    }
    save_history();
    return status;
}
