/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Candidates for a word of a command line, for bash and for our own shell. */

#include <stdlib.h>
#include <string.h>

#include "cli/complete.h"
#include "cli/commands.h"
#include "cli/option.h"
#include "tool.h"

static FILE *out;

/* ---- words that are always the same ---- */

static const char *mode_word(size_t i)
{
    const struct xentime_mode_name *m = xentime_mode_name(i);

    return m ? m->name : NULL;
}

/* ---- words that depend on the command, or on Xen ---- */

static void complete_options(const struct command *c)
{
    int o;

    for (o = 0; o < OPTIONS; o++)
        if (command_options(c) & (UINT64_C(1) << o))
            fprintf(out, "--%s\n", option_defs[o].name);
}

/* Prints the names of the domains; prints nothing where there is no Xen. */
static void complete_domains(const struct command *c)
{
    struct xentime_domain *doms;
    size_t n, i;
    xentime *xt;

    (void)c;
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

static void complete_columns(const struct command *c)
{
    const char *name;
    size_t i;

    for (i = 0; c && c->column && (name = c->column(i, NULL)); i++)
        fprintf(out, "%s\n", name);
}

/* Prints the holders of sessions; prints nothing where there is no Xen. */
static void complete_holders(const struct command *c)
{
    struct xentime_profile profile;
    xentime *xt;
    size_t i;

    (void)c;
    if (!xentime_open(&xt, NULL) && !xentime_get_profile(xt, &profile)) {
        for (i = 0; i < profile.count; i++)
            if (*profile.sessions[i].holder)
                fprintf(out, "%s\n", profile.sessions[i].holder);
        xentime_free_profile(&profile);
    }
    xentime_close(xt);
}

/* ---- all of them ---- */

static const struct {
    word_list *words;
    void (*print)(const struct command *c);
} sources[WORD_KINDS] = {
    [DOMAINS] = { NULL, complete_domains },
    [DOMAIN_LIST] = { NULL, complete_domains },
    [MODE] = { mode_word, NULL },
    [ON_OFF] = { vhpet_word, NULL },
    [TUNABLE] = { tunable_word, NULL },
    [COMMAND] = { command_word, NULL },
    [SESSION] = { profile_verb, NULL },
    [SKEW] = { skew_verb, complete_domains },
    [POLICIES] = { policy_verb, NULL },
    [COLUMN] = { NULL, complete_columns },
    [HOLDER] = { NULL, complete_holders },
    [GUEST] = { guest_word, NULL },
    [LOAD] = { load_word, NULL },
    [FORMAT] = { policy_format, NULL },
};

word_list *constant_words(enum word_kind kind)
{
    return sources[kind].words;
}

/* Returns true if the word is a file's name, which the caller completes. */
static bool complete_kind(const struct command *c, enum word_kind kind)
{
    word_list *words = sources[kind].words;
    size_t i;

    for (i = 0; words && words(i); i++)
        fprintf(out, "%s\n", words(i));
    if (sources[kind].print)
        sources[kind].print(c);
    return kind == FILES;
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

/*
 * Returns the word after the one at @i and its value, if it is an option that
 * takes one: "--option=value" is three words to bash.
 */
static int after_option(int i, int nwords, char **words)
{
    if (valued_option(words[i]) < 0)
        return i + 1;
    return i + 1 < nwords && !strcmp(words[i + 1], "=") ? i + 3 : i + 2;
}

const struct command *line_command(int at, int nwords, char **words)
{
    int i = 1;

    while (i < at && i < nwords && words[i][0] == '-')
        i = after_option(i, nwords, words);
    return i < at && i < nwords ? find_command(words[i]) : NULL;
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
                return complete_kind(c, option_defs[option].value);
        } else if (words[i][0] == '-') {
            continue;
        } else if (c) {
            operands++;
        } else if (!(c = find_command(words[i]))) {
            return false;
        }
    }

    if (!c)
        complete_kind(c, COMMAND);
    else if (word[0] == '-')
        complete_options(c);
    else if (c->max_args < 0 || operands < c->max_args)
        return complete_kind(c, c->kind[operands ? 1 : 0]);
    return false;
}
