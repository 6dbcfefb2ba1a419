/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds a command line's command in the table of commands.c, and runs it. */

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/dispatch.h"
#include "cli/commands.h"
#include "cli/exec-full.h"
#include "cli/help.h"
#include "cli/option.h"
#include "cli/suggest.h"
#include "output/report.h"
#include "tool.h"

#define ALL_OPTIONS ((UINT64_C(1) << OPTIONS) - 1)
#define SHORTS (2 * OPTIONS + 3) /* room for a letter and a colon each */

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
 * Returns the value of option @o.  If the value can be left out and an option
 * follows, that is not taken for the value, but is parsed next; in "--plot=-x" it
 * is the value.
 */
static const char *value_of(int o, char **argv)
{
    const struct option_def *d = &option_defs[o];

    if (!d->arg)
        return "";
    if (!d->without_arg || optarg[0] != '-' || !optarg[1] ||
        optarg != argv[optind - 1])
        return optarg;
    optind--;
    return d->without_arg;
}

/* Returns the option that a word such as "--json" names, or -1. */
static int option_by_word(const char *word)
{
    int o;

    for (o = 0; o < OPTIONS; o++)
        if (!strncmp(word, "--", 2) && !strcmp(word + 2, option_defs[o].name))
            return o;
    return -1;
}

static uint64_t accepted; /* by the command: a bit for each option */

/* Returns the name of the option at @i of those that the command takes. */
static const char *accepted_word(size_t i)
{
    static char word[32];
    int o;

    for (o = 0; o < OPTIONS; o++)
        if ((accepted & (UINT64_C(1) << o)) && !i--) {
            snprintf(word, sizeof(word), "--%s", option_defs[o].name);
            return word;
        }
    return NULL;
}

/* Writes what getopt_long() says is wrong, by @c, for a message. */
static void fault_text(int c, const char *word, char *text, size_t size)
{
    const char letter[] = { '-', optopt < 256 ? optopt : 0, '\0' };

    if (c == ':')
        snprintf(text, size, "%s needs a value", word);
    else if (letter[1])
        snprintf(text, size,
                 option_by_letter(letter[1]) >= 0 ? "it takes no %s"
                                                  : "unknown option %s",
                 letter);
    else if (optopt >= 256)
        snprintf(text, size, "--%s takes no value",
                 option_defs[optopt - 256].name);
    else if (option_by_word(word) >= 0)
        snprintf(text, size, "it takes no %s", word);
    else
        unknown_text("unknown option", word, accepted_word, text, size);
}

/*
 * Parses all options, also those after a mistake: --json says how that is to be
 * reported.
 */
static int parse_options(struct tool *t, int argc, char **argv)
{
    struct option longs[OPTIONS + 1];
    char shorts[SHORTS], fault[768] = "";
    int c;

    accepted = command_options(t->command);
    make_getopt_tables(accepted, longs, shorts);
    t->opt[OPT_JSON] = NULL;
    opterr = 0;
    optind = 0;
    while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (c == ':' && optopt >= 256 &&
            option_defs[optopt - 256].without_arg) {
            t->opt[optopt - 256] = option_defs[optopt - 256].without_arg;
        } else if (c == ':' || c == '?') {
            if (!*fault)
                fault_text(c, argv[optind - 1], fault, sizeof(fault));
        } else {
            c = c >= 256 ? c - 256 : option_by_letter(c);
            t->opt[c] = value_of(c, argv);
            if (option_defs[c].value == FILES && !*t->opt[c] && !*fault)
                snprintf(fault, sizeof(fault), "--%s needs the name of a file",
                         option_defs[c].name);
        }
    }
    if (*fault)
        return report_usage(t, "%s", fault);
    t->args = argv + optind;
    t->nargs = argc - optind;
    return EXIT_DONE;
}

/*
 * Tells whether a command line has --json before its command is known, by the
 * options of all commands.  The "-" makes getopt_long() leave argv in order.
 */
static bool wants_json(int argc, char **argv)
{
    struct option longs[OPTIONS + 1];
    char shorts[SHORTS] = "-";
    bool wanted = false;
    int c;

    make_getopt_tables(ALL_OPTIONS, longs, shorts + 1);
    opterr = 0;
    optind = 0;
    while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (c == 'J' || c == 256 + OPT_JSON)
            wanted = true;
        else if (c >= 256)
            value_of(c - 256, argv);
    }
    return wanted;
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

/* Returns the name of an option that is given and changes something, or NULL. */
static const char *changing_option(const struct tool *t)
{
    int o;

    for (o = 0; o < OPTIONS; o++)
        if (t->opt[o] && option_defs[o].changes)
            return option_defs[o].name;
    return NULL;
}

static int run_command(struct tool *t, int argc, char **argv)
{
    const struct command *c = t->command;
    int status;

    if ((c->flags & TAKES_PROGRAM))
        argc = cut_program(t, argc, argv);
    status = parse_options(t, argc, argv);

    if (status)
        return status;
    if (t->opt[OPT_HELP]) {
        t->args = (char **)&c->name;
        t->nargs = 1;
        return find_command("help")->run(t);
    }
    if (t->only_shows && changing_option(t))
        return report_usage(t, "every only shows, and takes no --%s",
                            changing_option(t));
    if (t->nargs < c->min_args)
        return report_usage(t, "expected %s", c->operands);
    if (c->max_args >= 0 && t->nargs > c->max_args &&
        !(c->flags & TELLS_EXCESS))
        return report_usage(t, "one argument too many: %s",
                            t->args[c->max_args]);
    return c->run(t);
}

/* Shows the commands to who has named none; --json gets a document. */
static int no_command(const struct tool *t)
{
    if (t->opt[OPT_JSON])
        return report_usage(t, "which command?");
    print_help(stderr);
    return EXIT_USAGE;
}

static int print_version(void)
{
    const struct xentime_interface *interface = xentime_interface();

    printf("xentimectl %s\nfor Xen %s (domctl %#x, sysctl %#x)\n",
           XENTIME_VERSION,
           interface->releases ? interface->releases : "of an unknown release",
           interface->domctl, interface->sysctl);
    return EXIT_DONE;
}

int dispatch(struct tool *t, int argc, char **argv)
{
    int i = 1;

    t->opt[OPT_JSON] = wants_json(argc, argv) ? "" : NULL;
    /* Options before the command belong to it. */
    while (i < argc && argv[i][0] == '-' && strcmp(argv[i], "--help") &&
           strcmp(argv[i], "-h") && strcmp(argv[i], "--version") &&
           strcmp(argv[i], "-V"))
        i += 1 + takes_next(argv[i]);
    if (i >= argc)
        return no_command(t);
    if (!strcmp(argv[i], "--version") || !strcmp(argv[i], "-V")) {
        return print_version();
    }
    if (argv[i][0] == '-')
        t->command = find_command("help");
    else
        t->command = find_command(argv[i]);
    if (!t->command)
        return report_unknown(t, "no command", argv[i], command_word);
    if (!t->command->run)
        return exec_full(t, argv);

    memmove(argv + 1, argv, i * sizeof(*argv));
    return run_command(t, argc - 1, argv + 1);
}
