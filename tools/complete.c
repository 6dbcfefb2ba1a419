/* SPDX-License-Identifier: GPL-2.0-only */
/* Candidates for a word of a command line, for bash and for our own shell. */

#include <stdlib.h>
#include <string.h>

#include "tool.h"

static FILE *out;

static void complete_commands(void)
{
    const struct command *c;

    for (c = commands; c->name; c++)
        fprintf(out, "%s\n", c->name);
}

static void complete_options(const struct command *c)
{
    int o;

    for (o = 0; o < OPTIONS; o++)
        if (command_options(c) & (UINT64_C(1) << o))
            fprintf(out, "--%s\n", option_defs[o].name);
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
                fprintf(out, "%s\n", doms[i].name);
        }
        xentime_free_domains(doms, n);
    }
    xentime_close(xt);
}

static void complete_modes(void)
{
    int mode;

    for (mode = 0; xentime_mode_name(mode); mode++)
        fprintf(out, "%s\n", xentime_mode_name(mode)->name);
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
        fputs("on\noff\n", out);
        break;
    case TUNABLE:
        fputs("sync-wakeup-after=\n", out);
        break;
    case COMMAND:
        complete_commands();
        break;
    case SESSION:
        fputs("start\nstop\nstatus\n", out);
        break;
    case SKEW:
        fputs("analyze\n", out);
        complete_domains();
        break;
    case POLICIES:
        fputs("check\napply\nexport\nimport\n", out);
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
        fprintf(out, "%.*s\n", (int)n, words);
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
        { "--format", '\0', "policy libvirt xl" },
        { "--guest", 'g', "tick tick-tsc clock all" },
        { "--load", 'l', "cpu io-8 io-32 io-4/32 idle" },
        { "--mode", 'm', NULL },
    };
    size_t i;

    for (i = 0; i < ARRAY_LEN(values); i++) {
        const char short_name[] = { '-', values[i].letter, '\0' };

        if (strcmp(option, values[i].name) != 0 &&
            (!values[i].letter || strcmp(option, short_name) != 0))
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
        fprintf(out, "%s\n", name);
}

void complete(FILE *to, int at, int nwords, char **words)
{
    const struct command *c = NULL;
    const char *word = at >= 0 && at < nwords ? words[at] : "";
    const char *before = at > 0 && at <= nwords ? words[at - 1] : "";
    int i, operands = 0;

    out = to;
    for (i = 1; i < at && i < nwords; i++) {
        if (words[i][0] == '-')
            continue;
        if (!c) {
            c = find_command(words[i]);
            if (!c)
                return;
        } else {
            operands++;
        }
    }

    if (!c)
        complete_commands();
    else if (!strcmp(before, "--output") || !strcmp(before, "-o"))
        complete_columns();
    else if (complete_value(before))
        return;
    else if (word[0] == '-')
        complete_options(c);
    else if (c->max_args < 0 || operands < c->max_args)
        complete_operand(c->kind[operands ? 1 : 0]);
}
