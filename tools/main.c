/* SPDX-License-Identifier: GPL-2.0-only */
/* xentimectl: virtual time of Xen domains. */

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <xentoollog.h>

#include "tool.h"

#define PROGRESS_SECONDS 2

static xentime *waiting_xt;

/* Only calls that are safe in a signal handler. */
static void tell_waiting(int sig)
{
    const char *what = waiting_xt ? xentime_waiting_for(waiting_xt) : NULL;
    char line[256] = "xentimectl: still waiting for ";
    int saved_errno = errno;
    size_t len = strlen(line), more;

    (void)sig;
    if (what) {
        more = strnlen(what, sizeof(line) - len - 1);
        memcpy(line + len, what, more);
        line[len + more] = '\n';
        if (write(STDERR_FILENO, line, len + more + 1) < 0)
            errno = 0;
    }
    errno = saved_errno;
}

/* NULL: stop it. */
static void start_progress(xentime *xt)
{
    struct sigaction sa = { .sa_handler = tell_waiting,
                            .sa_flags = SA_RESTART };
    long seconds = xt ? PROGRESS_SECONDS : 0;
    struct itimerval every = { { seconds, 0 }, { seconds, 0 } };

    waiting_xt = xt;
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
}

int tool_open(struct tool *t)
{
    xentoollog_logger *logger = NULL;
    enum xentime_error rc;

    if (t->opt[OPT_VERBOSE])
        logger = (xentoollog_logger *)xtl_createlogger_stdiostream(stderr,
                                                                   XTL_DEBUG,
                                                                   0);
    rc = xentime_open(&t->xt, logger);
    if (rc)
        return t->xt ? report_error(t)
                     : report(t, EXIT_FAILED, "out of memory");
    start_progress(t->xt);
    return EXIT_DONE;
}

void tool_end_progress(void)
{
    start_progress(NULL);
}

void tool_close(struct tool *t)
{
    start_progress(NULL);
    xentime_close(t->xt);
    t->xt = NULL;
}

/* ---- the command line ---- */

/* Before options are parsed: is an error in them to be reported as JSON? */
static bool wants_json(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], "--json") || !strcmp(argv[i], "-J"))
            return true;
    return false;
}

static void make_getopt_tables(uint64_t accepted, struct option *longs,
                               char *shorts)
{
    int o;

    *shorts++ = ':';
    for (o = 0; o < OPTIONS; o++) {
        const struct option_def *d = &option_defs[o];

        if (!(accepted & (UINT64_C(1) << o)))
            continue;
        *longs++ = (struct option){ d->name,
                                    d->arg ? required_argument : no_argument,
                                    NULL, 256 + o };
        if (d->letter) {
            *shorts++ = d->letter;
            if (d->arg)
                *shorts++ = ':';
        }
    }
    *shorts = '\0';
    memset(longs, 0, sizeof(*longs));
}

static int option_by_letter(int letter)
{
    int o;

    for (o = 0; o < OPTIONS; o++)
        if (option_defs[o].letter == letter)
            return o;
    return -1;
}

/*
 * The option in a value's place is the next one, where the value can be left
 * out.
 */
static const char *value_of(int o)
{
    const struct option_def *d = &option_defs[o];

    if (!d->arg)
        return "";
    if (!d->without_arg || optarg[0] != '-' || !optarg[1])
        return optarg;
    optind--;
    return d->without_arg;
}

static int parse_options(struct tool *t, int argc, char **argv)
{
    struct option longs[OPTIONS + 1];
    char shorts[2 * OPTIONS + 2];
    int c;

    make_getopt_tables(t->command->opts | COMMON_OPTS, longs, shorts);
    opterr = 0;
    while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (c == ':' && optopt >= 256 &&
            option_defs[optopt - 256].without_arg) {
            t->opt[optopt - 256] = option_defs[optopt - 256].without_arg;
            continue;
        }
        if (c == ':')
            return report_usage(t, "%s needs a value", argv[optind - 1]);
        if (c == '?' && optopt && optopt < 256)
            return report_usage(t, "unknown option -%c", optopt);
        if (c == '?')
            return report_usage(t, "unknown option %s", argv[optind - 1]);
        c = c >= 256 ? c - 256 : option_by_letter(c);
        t->opt[c] = value_of(c);
    }
    t->args = argv + optind;
    t->nargs = argc - optind;
    return EXIT_DONE;
}

/* Whether @word is an option whose value is the next word. */
static bool takes_next(const char *word)
{
    int o;

    for (o = 0; o < OPTIONS; o++) {
        const struct option_def *d = &option_defs[o];

        if (!d->arg)
            continue;
        if (d->letter && word[0] == '-' && word[1] == d->letter && !word[2])
            return true;
        if (!strncmp(word, "--", 2) && !strcmp(word + 2, d->name))
            return true;
    }
    return false;
}

/* Cuts "-- PROGRAM..." off; returns how many words are left. */
static int cut_program(struct tool *t, int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i += 1 + takes_next(argv[i])) {
        if (strcmp(argv[i], "--") != 0)
            continue;
        t->program = argv + i + 1;
        return i;
    }
    return argc;
}

static int run_command(struct tool *t, int argc, char **argv)
{
    const struct command *c = t->command;
    int status;

    if (c->takes_program)
        argc = cut_program(t, argc, argv);
    status = parse_options(t, argc, argv);

    if (status)
        return status;
    if (t->opt[OPT_HELP]) {
        t->args = (char **)&c->name;
        t->nargs = 1;
        return cmd_help(t);
    }
    if (t->nargs < c->min_args)
        return report_usage(t, "expected %s", c->operands);
    if (c->max_args >= 0 && t->nargs > c->max_args)
        return report_usage(t, "one argument too many: %s",
                            t->args[c->max_args]);
    return c->run(t);
}

static int dispatch(struct tool *t, int argc, char **argv)
{
    int i = 1;

    /* Options before the command belong to it. */
    while (i < argc && argv[i][0] == '-' && strcmp(argv[i], "--help") &&
           strcmp(argv[i], "-h") && strcmp(argv[i], "--version") &&
           strcmp(argv[i], "-V"))
        i += 1 + takes_next(argv[i]);
    if (i >= argc)
        return report_usage(t, "which command?");
    if (!strcmp(argv[i], "--version") || !strcmp(argv[i], "-V")) {
        printf("xentimectl %s\n", XENTIME_VERSION);
        return EXIT_DONE;
    }
    if (argv[i][0] == '-')
        t->command = find_command("help");
    else
        t->command = find_command(argv[i]);
    if (!t->command)
        return report_usage(t, "no command %s", argv[i]);
    if (!t->command->run)
        return exec_full(t, argv);

    memmove(argv + 1, argv, i * sizeof(*argv));
    return run_command(t, argc - 1, argv + 1);
}

/* A full disk or a closed stdout must not pass for success. */
static int finish(const struct tool *t, int status)
{
    bool failed = ferror(stdout);

    waiting_xt = NULL;
    if (fclose(stdout))
        failed = true;
    if (failed && status == EXIT_DONE) {
        fprintf(stderr, "xentimectl: cannot write the output: %s\n",
                strerror(errno));
        status = EXIT_FAILED;
    }
    xentime_close(t->xt);
    return status;
}

int main(int argc, char **argv)
{
    struct tool t = { 0 };

    setlocale(LC_ALL, "");
    if (argc > 2 && !strcmp(argv[1], "--complete"))
        return complete(strtol(argv[2], NULL, 10), argc - 3, argv + 3);
    if (wants_json(argc, argv))
        t.opt[OPT_JSON] = "";
    return finish(&t, dispatch(&t, argc, argv));
}
