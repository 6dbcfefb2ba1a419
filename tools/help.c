/* SPDX-License-Identifier: GPL-2.0-only */
/* xentimectl help, and the candidates for completion. */

#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* ---- help ---- */

/* The width of what is printed, and where a second column begins. */
#define WIDTH 79
#define COLUMN 25

/* After @at columns, in lines that begin at @indent; a blank before each word. */
static void print_wrapped(size_t at, size_t indent, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, " ");

        if (at + 1 + len > WIDTH) {
            printf("\n%*s", (int)indent - 1, "");
            at = indent - 1;
        }
        printf(" %.*s", (int)len, text);
        at += 1 + len;
        text += len + (text[len] == ' ');
    }
    putchar('\n');
}

/* What does not fit into the first column has a line of its own. */
static void print_entry(const char *name, const char *help)
{
    size_t len = strlen(name) + 2;

    printf("  %s", name);
    if (len < COLUMN)
        printf("%*s", (int)(COLUMN - len - 1), "");
    else
        printf("\n%*s", COLUMN - 1, "");
    print_wrapped(COLUMN - 1, COLUMN, help);
}

static void print_option(const struct option_def *d)
{
    char name[64], letter[5] = "    ";

    if (d->letter)
        snprintf(letter, sizeof(letter), "-%c, ", d->letter);
    if (!d->arg)
        snprintf(name, sizeof(name), "%s--%s", letter, d->name);
    else
        snprintf(name, sizeof(name),
                 d->without_arg ? "%s--%s [%s]" : "%s--%s %s", letter, d->name,
                 d->arg);
    print_entry(name, d->help);
}

static void print_options(uint64_t opts)
{
    int o;

    for (o = 0; o < OPTIONS; o++)
        if (opts & (UINT64_C(1) << o))
            print_option(&option_defs[o]);
}

static void print_columns(void)
{
    const char *name, *help;
    size_t i;

    puts("\nColumns:");
    for (i = 0; (name = list_column(i, &help)); i++)
        print_entry(name, help);
}

static int help_command(const struct command *c)
{
    size_t at = printf("Usage: xentimectl %s [OPTIONS]", c->name);

    print_wrapped(at, 8, c->operands);
    printf("\n%c%s.\n", c->summary[0] - 'a' + 'A', c->summary + 1);
    if (*c->details)
        printf("\n%s\n", c->details);
    if (c->kind[0] == DOMAINS || c->kind[0] == DOMAIN_LIST)
        puts("\nDOM is an id, a name or a UUID.");
    puts("\nOptions:");
    print_options(c->opts | COMMON_OPTS);
    if (c->opts & OPT(COLUMNS))
        print_columns();
    return EXIT_DONE;
}

static int help_all(void)
{
    const struct command *c;
    char left[96];

    puts("Usage: xentimectl COMMAND [OPTIONS] [ARGUMENTS]\n\n"
         "Control the virtual time of Xen domains.\n\nCommands:");
    for (c = commands; c->name; c++) {
        snprintf(left, sizeof(left), "%s %s", c->name, c->operands);
        print_entry(left, c->summary);
    }
    puts("\nOptions of every command:");
    print_options(COMMON_OPTS);
    puts("\nExit status: 0 done, 1 failed, 2 usage, 3 no such domain,\n"
         "4 this Xen or domain cannot, 5 no Xen or no permission, 6 busy.\n"
         "See xentimectl(8).");
    return EXIT_DONE;
}

/* {"commands": [{"name": , "synopsis": , "summary": , "options": []}]} */
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
            if ((c->opts | COMMON_OPTS) & (UINT64_C(1) << o))
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
            return report_usage(t, "no command %s", t->args[0]);
    }
    if (t->opt[OPT_JSON])
        return help_json(c);
    return c ? help_command(c) : help_all();
}

/* ---- completion ---- */

static void complete_commands(void)
{
    const struct command *c;

    for (c = commands; c->name; c++)
        puts(c->name);
}

static void complete_options(const struct command *c)
{
    int o;

    for (o = 0; o < OPTIONS; o++)
        if ((c->opts | COMMON_OPTS) & (UINT64_C(1) << o))
            printf("--%s\n", option_defs[o].name);
}

/* Silent where there is no Xen. */
static void complete_domains(void)
{
    struct xentime_domain *doms;
    size_t n, i;
    xentime *xt;

    if (!xentime_open(&xt, NULL) &&
        !xentime_list(xt, XENTIME_WANT_NAME, &doms, &n)) {
        for (i = 0; i < n; i++) {
            if (doms[i].name && !strchr(doms[i].name, '\n'))
                puts(doms[i].name);
        }
        xentime_free_domains(doms, n);
    }
    xentime_close(xt);
}

static void complete_modes(void)
{
    int mode;

    for (mode = 0; xentime_mode_name(mode); mode++)
        puts(xentime_mode_name(mode)->name);
}

static void complete_operand(enum operand kind)
{
    switch (kind) {
    case DOMAINS:
    case DOMAIN_LIST:
        complete_domains();
        break;
    case MODE:
        complete_modes();
        break;
    case ON_OFF:
        puts("on\noff");
        break;
    case TUNABLE:
        puts("sync-wakeup-after=");
        break;
    case COMMAND:
        complete_commands();
        break;
    case SESSION:
        puts("start\nstop\nstatus");
        break;
    case SKEW:
        puts("analyze");
        complete_domains();
        break;
    case POLICIES:
        puts("check\napply\nexport\nimport");
        break;
    case FILES: /* bash does that itself */
    case NOTHING:
        break;
    }
}

static void complete_words(const char *words)
{
    size_t n;

    for (; *words; words += n + (words[n] == ' ')) {
        n = strcspn(words, " ");
        printf("%.*s\n", (int)n, words);
    }
}

/* The values of some options, by the word before; false: not of this one. */
static bool complete_value(const char *option)
{
    static const struct {
        const char *name;
        char letter;
        const char *words; /* NULL: modes */
    } values[] = {
        { "--guest", 'g', "tick tick-tsc clock all" },
        { "--load", 'l', "cpu io-8 io-32 io-4/32 idle" },
        { "--mode", 'm', NULL },
    };
    size_t i;

    for (i = 0; i < ARRAY_LEN(values); i++) {
        const char short_name[] = { '-', values[i].letter, '\0' };

        if (strcmp(option, values[i].name) != 0 &&
            strcmp(option, short_name) != 0)
            continue;
        if (values[i].words)
            complete_words(values[i].words);
        else
            complete_modes();
        return true;
    }
    return false;
}

static void complete_columns(void)
{
    const char *name;
    size_t i;

    for (i = 0; (name = list_column(i, NULL)); i++)
        puts(name);
}

int complete(int at, int nwords, char **words)
{
    const struct command *c = NULL;
    const char *word = at >= 0 && at < nwords ? words[at] : "";
    const char *before = at > 0 && at <= nwords ? words[at - 1] : "";
    int i, operands = 0;

    for (i = 1; i < at && i < nwords; i++) {
        if (words[i][0] == '-')
            continue;
        if (!c) {
            c = find_command(words[i]);
            if (!c)
                return EXIT_DONE;
        } else {
            operands++;
        }
    }

    if (!c)
        complete_commands();
    else if (!strcmp(before, "--output") || !strcmp(before, "-o"))
        complete_columns();
    else if (complete_value(before))
        return EXIT_DONE;
    else if (word[0] == '-')
        complete_options(c);
    else if (c->max_args < 0 || operands < c->max_args)
        complete_operand(c->kind[operands ? 1 : 0]);
    return EXIT_DONE;
}
