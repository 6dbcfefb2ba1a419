/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl help. */

#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "cli/commands.h"
#include "cli/complete.h"
#include "cli/exec-full.h"
#include "cli/option.h"
#include "cli/suggest.h"
#include "output/json.h"
#include "output/report.h"
#include "output/text.h"
#include "tool.h"

/* ---- help ---- */

/* The width of what is printed, and where a second column begins. */
#define WIDTH 79
#define COLUMN 25

/*
 * Prints @text after @at columns, with a blank before each word; further lines
 * begin at column @indent.
 */
static void print_wrapped(FILE *f, size_t at, size_t indent, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, " ");

        if (at + 1 + len > WIDTH) {
            fprintf(f, "\n%*s", (int)indent - 1, "");
            at = indent - 1;
        }
        fprintf(f, " %.*s", (int)len, text);
        at += 1 + len;
        text += len + (text[len] == ' ');
    }
    fputc('\n', f);
}

/* Prints a name and its help; a name that is too long has a line of its own. */
static void print_entry(FILE *f, const char *name, const char *help)
{
    size_t len = strlen(name) + 2;

    fprintf(f, "  %s", name);
    if (len < COLUMN)
        fprintf(f, "%*s", (int)(COLUMN - len - 1), "");
    else
        fprintf(f, "\n%*s", COLUMN - 1, "");
    print_wrapped(f, COLUMN - 1, COLUMN, help);
}

/* Writes an option's help, and the words that it takes if it names them. */
static void option_help(const struct option_def *d, char *help, size_t size)
{
    word_list *words = constant_words(d->value);
    char known[WORDS_TEXT];

    snprintf(help, size, "%s", d->help);
    if (!d->default_first)
        return;
    words_text(words, " or ", known);
    snprintf(help, size, "%s: %s (default)%s", d->help, words(0),
             known + strlen(words(0)));
}

static void print_option(FILE *f, const struct option_def *d)
{
    char name[64], letter[5] = "    ", help[256];

    if (d->letter)
        snprintf(letter, sizeof(letter), "-%c, ", d->letter);
    if (!d->arg)
        snprintf(name, sizeof(name), "%s--%s", letter, d->name);
    else
        snprintf(name, sizeof(name),
                 d->without_arg ? "%s--%s [%s]" : "%s--%s %s", letter, d->name,
                 d->arg);
    option_help(d, help, sizeof(help));
    print_entry(f, name, help);
}

static void print_options(FILE *f, uint64_t opts)
{
    int o;

    for (o = 0; o < OPTIONS; o++)
        if (opts & (UINT64_C(1) << o))
            print_option(f, &option_defs[o]);
}

static void print_columns(const struct command *c)
{
    const char *name, *help;
    size_t i;

    puts("\nColumns:");
    for (i = 0; (name = c->column(i, &help)); i++)
        print_entry(stdout, name, help);
}

static void print_modes(void)
{
    const struct xentime_mode_name *m;
    int mode;
    size_t i;

    puts("\nModes:");
    for (mode = 0; (m = xentime_mode_name(mode)); mode++) {
        printf("  %d  %-26s %s", mode, m->name,
               m->tickpolicy ? m->tickpolicy : "");
        for (i = 0; i < ARRAY_LEN(m->aliases) && m->aliases[i]; i++)
            printf("%s%s", i || m->tickpolicy ? ", " : "", m->aliases[i]);
        if (m->needs)
            printf(" (needs a patched Xen: %s)",
                   xentime_capability_name(m->needs));
        putchar('\n');
    }
    for (mode = 0; (m = xentime_mode_name(mode)); mode++)
        if (m->not_for)
            printf("Xen refuses mode %d to %s.\n", mode, m->not_for);
}

static void print_dropping_modes(void)
{
    char modes[WORDS_TEXT];

    words_text(sync_wakeup_mode, " and ", modes);
    printf("\nThe timer modes that drop missed ticks are %s.\n", modes);
}

static int help_command(const struct command *c)
{
    size_t at = printf("Usage: xentimectl %s [OPTIONS]", c->name);

    print_wrapped(stdout, at, 8, c->operands);
    printf("\n%c%s.\n", c->summary[0] - 'a' + 'A', c->summary + 1);
    if (*c->details)
        printf("\n%s\n", c->details);
    if (c->kind[0] == DOMAINS || c->kind[0] == DOMAIN_LIST)
        puts("\nDOM is an id, a name or a UUID.");
    if (c->kind[0] == MODE || c->kind[1] == MODE)
        print_modes();
    if (c->kind[1] == TUNABLE)
        print_dropping_modes();
    puts("\nOptions:");
    print_options(stdout, command_options(c));
    if (c->column)
        print_columns(c);
    printf("\nSee %s(8).\n", c->page);
    return EXIT_DONE;
}

/* A list of the commands that print no JSON document. */
static const char *no_json_word(size_t i)
{
    const struct command *c;

    for (c = commands; c->name; c++)
        if ((c->flags & NO_JSON) && !i--)
            return c->name;
    return NULL;
}

/* Prints the options of all commands, and which command lacks which. */
static void print_common_options(FILE *f)
{
    char without[WORDS_TEXT];

    words_text(no_json_word, " and ", without);
    fputs("\nOptions of every command:\n", f);
    print_options(f, COMMON_OPTS & ~OPT(JSON));
    fprintf(f, "Of every command but %s:\n", without);
    print_options(f, OPT(JSON));
    fputs("Without a command:\n", f);
    print_entry(f, "-V, --version", "show the version of xentimectl");
}

void print_help(FILE *f)
{
    const struct command *c;
    char left[96];

    fputs("Usage: xentimectl COMMAND [OPTIONS] [ARGUMENTS]\n\n"
          "Control the virtual time of Xen domains.\n\nCommands:\n",
          f);
    for (c = commands; c->name; c++) {
        snprintf(left, sizeof(left), "%s %s", c->name, c->operands);
        print_entry(f, left, c->summary);
    }
    print_common_options(f);
    fputs("\nExit status: 0 done, 1 failed, 2 usage, 3 no such domain,\n"
          "4 this Xen or domain cannot, 5 no Xen or no permission, 6 busy.\n"
          "See xentimectl(8).\n",
          f);
}

/* {"commands": [{"name": , "operands": , "summary": , "options": []}]} */
static int help_json(const struct command *only)
{
    json_object *doc = json_object_new_object();
    json_object *list = json_object_new_array();
    const struct command *c;
    int o;

    for (c = commands; c->name; c++) {
        json_object *entry, *opts;

        if (only && c != only)
            continue;
        entry = json_object_new_object();
        opts = json_object_new_array();
        json_object_object_add(entry, "name", json_object_new_string(c->name));
        json_object_object_add(entry, "operands",
                               json_object_new_string(c->operands));
        json_object_object_add(entry, "summary",
                               json_object_new_string(c->summary));
        for (o = 0; o < OPTIONS; o++)
            if (command_options(c) & (UINT64_C(1) << o))
                json_object_array_add(opts, json_object_new_string(
                                                option_defs[o].name));
        json_object_object_add(entry, "options", opts);
        json_object_array_add(list, entry);
    }
    json_object_object_add(doc, "commands", list);
    print_json(doc);
    return EXIT_DONE;
}

int cmd_help(struct tool *t)
{
    const struct command *c = NULL;

    if (t->nargs) {
        c = find_command(t->args[0]);
        if (!c)
            return report_unknown(t, "no command", t->args[0], command_word);
    }
    if (t->opt[OPT_JSON])
        return help_json(c);
    /* The words of such a command are where it is. */
    if (c && !c->run)
        return exec_full(t, (char *[]){ "xentimectl", "help", (char *)c->name,
                                        NULL });
    if (c)
        return help_command(c);
    print_help(stdout);
    return EXIT_DONE;
}
