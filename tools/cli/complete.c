/* SPDX-License-Identifier: GPL-2.0-only */
/* Candidates for a word of a command line, for bash and for our own shell. */

#include <stdlib.h>
#include <string.h>

#include "cli/complete.h"
#include "cli/commands.h"
#include "cli/option.h"
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

/* Prints the names of the domains; prints nothing where there is no Xen. */
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

/* Returns true if the operand is a file's name, which the caller completes. */
static bool complete_operand(enum operand kind)
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
    case FILES:
        return true;
    case NOTHING:
        break;
    }
    return false;
}

static void complete_words(const char *words)
{
    size_t n;

    for (; *words; words += n + (words[n] == ' ')) {
        n = strcspn(words, " ");
        fprintf(out, "%.*s\n", (int)n, words);
    }
}

static void complete_columns(const struct command *c)
{
    const char *name;
    size_t i;

    for (i = 0; c && c->column && (name = c->column(i, NULL)); i++)
        fprintf(out, "%s\n", name);
}

/* Prints the holders of sessions; prints nothing where there is no Xen. */
static void complete_holders(void)
{
    struct xentime_profile profile;
    xentime *xt;
    size_t i;

    if (!xentime_open(&xt, NULL) && !xentime_get_profile(xt, &profile)) {
        for (i = 0; i < profile.count; i++)
            if (*profile.sessions[i].holder)
                fprintf(out, "%s\n", profile.sessions[i].holder);
        xentime_free_profile(&profile);
    }
    xentime_close(xt);
}

/* Returns true if the value is a file's name, which the caller completes. */
static bool complete_value(const struct command *c, int option)
{
    switch (option) {
    case OPT_COLUMNS:
        complete_columns(c);
        break;
    case OPT_FORMAT:
        complete_words("policy libvirt xl");
        break;
    case OPT_GUEST:
        complete_words("tick tick-tsc clock all");
        break;
    case OPT_HOLDER:
        complete_holders();
        break;
    case OPT_LOAD:
        complete_words("cpu io-8 io-32 io-4/32 idle");
        break;
    case OPT_MODE:
        complete_modes();
        break;
    case OPT_PLOT:
    case OPT_POLICY:
    case OPT_TEXTFILE:
    case OPT_TRACE:
        return true;
    }
    return false;
}

/* Returns the option that @word names if that option takes a value; else -1. */
static int valued_option(const char *word)
{
    int o;

    for (o = 0; o < OPTIONS; o++) {
        const char letter[] = { '-', option_defs[o].letter, '\0' };

        if (option_defs[o].arg && word[0] == '-' && word[1] &&
            (!strcmp(word, letter) ||
             (word[1] == '-' && !strcmp(word + 2, option_defs[o].name))))
            return o;
    }
    return -1;
}

bool complete(FILE *to, int at, int nwords, char **words)
{
    const struct command *c = NULL;
    const char *word = at >= 0 && at < nwords ? words[at] : "";
    int i, option, operands = 0;

    out = to;
    for (i = 1; i < at && i < nwords; i++) {
        option = valued_option(words[i]);
        if (option >= 0) {
            /* "--option=value" is three words to bash. */
            if (++i < nwords && !strcmp(words[i], "="))
                i += i < at;
            if (i >= at)
                return complete_value(c, option);
        } else if (words[i][0] == '-') {
            continue;
        } else if (c) {
            operands++;
        } else if (!(c = find_command(words[i]))) {
            return false;
        }
    }

    if (!c)
        complete_commands();
    else if (word[0] == '-')
        complete_options(c);
    else if (c->max_args < 0 || operands < c->max_args)
        return complete_operand(c->kind[operands ? 1 : 0]);
    return false;
}
