/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shell's "every": shows what a command prints, again and again, in place.
 *
 * A frame is written at once, and no line is cleared before there is another
 * in its place, so that nothing flickers.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/duration.h"
#include "output/text.h"
#include "shell/process.h"
#include "shell/shell.h"
#include "tool.h"

#define MOST_SECONDS 3600

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
    (void)sig;
    interrupted = 1;
}

static bool parse_ms(const char *text, int *ms)
{
    int64_t ns;

    if (!parse_duration(text, NS_PER_SEC, &ns) || ns < NS_PER_SEC / 10 ||
        ns > MOST_SECONDS * NS_PER_SEC)
        return false;
    *ms = ns / 1000000;
    return true;
}

const char *shell_every_word(size_t i)
{
    const struct command *c;

    for (c = commands; c->name; c++)
        if ((c->flags & REPEATS) && !i--)
            return c->name;
    return NULL;
}

static bool repeats(const char *name)
{
    const struct command *c = find_command(name);

    return c && (c->flags & REPEATS);
}

/* ---- a frame ---- */

/* Gets the terminal's size; false: stdout is none that can be redrawn. */
static bool screen(struct winsize *size)
{
    const char *term = getenv("TERM");

    return term && strcmp(term, "dumb") != 0 && isatty(STDOUT_FILENO) &&
           !ioctl(STDOUT_FILENO, TIOCGWINSZ, size) && size->ws_row &&
           size->ws_col;
}

/* Draws as many lines as fit, each cut off at the terminal's width. */
static void draw(const char *text, const struct winsize *size)
{
    size_t left = size->ws_row - 1u, len;
    char *frame = NULL;
    size_t frame_len;
    FILE *f = open_memstream(&frame, &frame_len);

    if (!f)
        return;
    fputs("\033[H", f);
    while (*text && left--) {
        len = strcspn(text, "\n");
        fprintf(f, "%.*s\033[K\n",
                (int)(len < size->ws_col ? len : size->ws_col), text);
        text += len + (text[len] == '\n');
    }
    fputs("\033[J", f);
    if (!fclose(f))
        fwrite(frame, 1, frame_len, stdout);
    free(frame);
    fflush(stdout);
}

/* Runs a command with stdout and stderr to @fd.  Returns its exit status. */
static int capture(int n, char **words, int fd, const struct winsize *size)
{
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), status;
    char columns[16];

    /* libsmartcols asks for COLUMNS where stdout is no terminal. */
    snprintf(columns, sizeof(columns), "%u", size->ws_col);
    setenv("COLUMNS", columns, 1);
    fflush(NULL);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    status = shell_run(n, words, true);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    unsetenv("COLUMNS");
    return status;
}

static int show_frame(int n, char **words, const struct winsize *size)
{
    int fd = memfd_create("frame", MFD_CLOEXEC), status;
    char text[65536];
    ssize_t len;

    if (fd < 0)
        return shell_say(EXIT_FAILED, "memfd_create: %s", strerror(errno));
    status = capture(n, words, fd, size);
    len = pread(fd, text, sizeof(text) - 1, 0);
    close(fd);
    text[len > 0 ? len : 0] = '\0';
    draw(text, size);
    return status;
}

/* ---- again and again ---- */

/*
 * Ctrl-C is held back while a frame is made, so that one between the command's
 * end and the wait for the next frame is not lost.
 */
static int repeat(int n, char **words, int ms)
{
    const struct timespec pause = { ms / 1000, ms % 1000 * 1000000L };
    struct winsize size;
    int status = EXIT_DONE;
    bool cleared = false;
    sigset_t set, before;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, &before);
    while (!interrupted && !status) {
        if (screen(&size)) {
            if (!cleared)
                fputs("\033[2J", stdout);
            cleared = true;
            status = show_frame(n, words, &size);
        } else {
            status = shell_run(n, words, true);
        }
        if (!status)
            ppoll(NULL, 0, &pause, &before);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    /* The command may have got Ctrl-C in place of the shell. */
    return interrupted || status == 128 + SIGINT ? EXIT_DONE : status;
}

int shell_every(int n, char **words)
{
    struct sigaction sa = { .sa_handler = on_interrupt }, before;
    char known[WORDS_TEXT];
    int ms, status;

    words_text(shell_every_word, " and ", known);
    if (n < 3 || !parse_ms(words[1], &ms))
        return shell_say(EXIT_USAGE,
                         "every takes 0.1 to 3600 seconds, or a time such as "
                         "5m, and a command");
    if (!repeats(words[2]))
        return shell_say(EXIT_USAGE, "every is for %s", known);
    interrupted = 0;
    sigaction(SIGINT, &sa, &before);
    status = repeat(n - 2, words + 2, ms);
    sigaction(SIGINT, &before, NULL);
    putchar('\n');
    return status;
}
