/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Candidates for a word of a command line, for bash, zsh and fish and for our own
 * shell.
 *
 * Words differ: bash makes three of "--option=value", and others one.  A word that
 * is a list, "a,b", has candidates for its last item, each with the others before
 * it.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/complete.h"
#include "cli/commands.h"
#include "cli/option.h"
#include "tool.h"

/* How long Xen and xenstored are waited for, in seconds. */
#define PATIENCE 2

static FILE *out;

/* ---- a candidate ---- */

/* The part of the word before the one to complete: "--output=ID,". */
static const char *typed;
static size_t typed_len;
static const char *list; /* in "typed", the items of a list; NULL: it is none */

/* Tells whether the list has @word already. */
static bool is_listed(const char *word)
{
    const char *item = list, *end = typed + typed_len;
    size_t len;

    for (; item < end; item += len + 1) {
        len = strcspn(item, ",");
        if (len == strlen(word) && !strncmp(item, word, len))
            return true;
    }
    return false;
}

static void offer(const char *word)
{
    if (!list || (!strchr(word, ',') && !is_listed(word)))
        fprintf(out, "%.*s%s\n", (int)typed_len, typed, word);
}

/* Completes what follows @from in @word, or what follows its last comma. */
static void begin_list(const char *word, const char *from)
{
    const char *comma = strrchr(from, ',');

    list = from;
    typed_len = comma ? comma + 1 - word : from - word;
}

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

static void complete_first_options(void)
{
    fputs("--help\n--json\n--verbose\n--version\n", out);
}

/*
 * Tells whether a name can be completed: it is a line, and as a word not an
 * option, as "--all" would be.
 */
static bool is_operand(const char *name)
{
    return name && !strchr(name, '\n') && (typed_len || *name != '-');
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
            if (is_operand(doms[i].name))
                offer(doms[i].name);
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
        offer(name);
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
                offer(profile.sessions[i].holder);
        xentime_free_profile(&profile);
    }
    xentime_close(xt);
}

/*
 * Has a child print what depends on Xen.  A xenstored that hangs lets nobody go,
 * and the shell in which one types is not to hang with it.
 */
static void print_in_child(void (*print)(const struct command *c),
                           const struct command *c)
{
    char text[4096];
    sigset_t set;
    int ends[2];
    ssize_t n;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC))
        return;
    pid = fork();
    if (!pid) {
        signal(SIGALRM, SIG_DFL);
        sigemptyset(&set);
        sigaddset(&set, SIGALRM);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        alarm(PATIENCE);
        out = fdopen(ends[1], "w");
        if (out) {
            print(c);
            fflush(out);
        }
        _exit(0);
    }
    close(ends[1]);
    while (pid > 0 && ((n = read(ends[0], text, sizeof(text))) > 0 ||
                       (n < 0 && errno == EINTR)))
        if (n > 0)
            fwrite(text, 1, n, out);
    close(ends[0]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* ---- all of them ---- */

static const struct {
    word_list *words;
    void (*print)(const struct command *c);
    bool by_xen; /* print() asks Xen */
    bool list;   /* it can be several, with commas between them */
} sources[WORD_KINDS] = {
    [DOMAINS] = { .print = complete_domains, .by_xen = true },
    [DOMAIN_LIST] = { .print = complete_domains, .by_xen = true, .list = true },
    [MODE] = { .words = mode_word },
    [ON_OFF] = { .words = vhpet_word },
    [TUNABLE] = { .words = tunable_word },
    [COMMAND] = { .words = command_word },
    [SESSION] = { .words = profile_verb },
    [SKEW] = { .words = skew_verb, .print = complete_domains, .by_xen = true },
    [POLICIES] = { .words = policy_verb },
    [COLUMN] = { .print = complete_columns, .list = true },
    [HOLDER] = { .print = complete_holders, .by_xen = true },
    [GUEST] = { .words = guest_word },
    [LOAD] = { .words = load_word },
    [FORMAT] = { .words = policy_format },
};

word_list *constant_words(enum word_kind kind)
{
    return sources[kind].words;
}

/*
 * Prints the candidates for @word, or for what follows its first @skip bytes.
 * Returns true if it is a file's name, which the caller completes.
 */
static bool complete_kind(const struct command *c, enum word_kind kind,
                          const char *word, size_t skip)
{
    word_list *words = sources[kind].words;
    size_t i;

    typed = word;
    typed_len = skip;
    list = NULL;
    if (sources[kind].list)
        begin_list(word, word + skip + (kind == COLUMN && word[skip] == '+'));
    for (i = 0; words && words(i); i++)
        offer(words(i));
    if (sources[kind].by_xen)
        print_in_child(sources[kind].print, c);
    else if (sources[kind].print)
        sources[kind].print(c);
    return kind == FILES;
}

/* Returns the option with that letter, or -1. */
static int lettered_option(char letter)
{
    int o;

    for (o = 0; o < OPTIONS; o++)
        if (letter && option_defs[o].letter == letter)
            return o;
    return -1;
}

/* Returns the option at the end of "-no" if it is the first to take a value. */
static int clustered_option(const char *word)
{
    int o = -1;

    while (*++word) {
        if (o >= 0 && option_defs[o].arg)
            return -1;
        o = lettered_option(*word);
        if (o < 0)
            return -1;
    }
    return o >= 0 && option_defs[o].arg ? o : -1;
}

/* Returns the option that @word names if that option takes a value; else -1. */
static int valued_option(const char *word)
{
    int o;

    if (word[0] != '-')
        return -1;
    if (word[1] != '-')
        return clustered_option(word);
    for (o = 0; o < OPTIONS; o++)
        if (option_defs[o].arg && !strcmp(word + 2, option_defs[o].name))
            return o;
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

/* Completes the value in a word such as "--output=ID", or an option's name. */
static bool complete_dashes(const struct command *c, const char *word)
{
    size_t len = strcspn(word, "=");
    char name[64];
    int option;

    if (len < sizeof(name) && word[len]) {
        snprintf(name, sizeof(name), "%.*s", (int)len, word);
        option = valued_option(name);
        return option >= 0 &&
               complete_kind(c, option_defs[option].value, word, len + 1);
    }
    if (c)
        complete_options(c);
    else
        complete_first_options();
    return false;
}

/*
 * Returns the option whose value the word at @at is, or -1.  "--option=value" is
 * three words to bash, of which the second or the third may be at @at.
 */
static int option_before(int at, char **words)
{
    int back, option;

    for (back = 1; back <= 2 && at - back > 0; back++) {
        option = valued_option(words[at - back]);
        if (option >= 0)
            return back == 1 || !strcmp(words[at - 1], "=") ? option : -1;
    }
    return -1;
}

/* Completes what is neither an option nor its value. */
static bool complete_operand(int at, int nwords, char **words, const char *word)
{
    const struct command *c = NULL;
    int i, operands = 0;

    for (i = 1; i < at && i < nwords; i = after_option(i, nwords, words)) {
        if (words[i][0] == '-')
            continue;
        if (c)
            operands++;
        else if (!(c = find_command(words[i])))
            return false;
    }
    if (word[0] == '-')
        return complete_dashes(c, word);
    if (!c)
        return complete_kind(c, COMMAND, word, 0);
    if (c->max_args < 0 || operands < c->max_args)
        return complete_kind(c, c->kind[operands ? 1 : 0], word, 0);
    return false;
}

bool complete(FILE *to, int at, int nwords, char **words)
{
    const char *word = at >= 0 && at < nwords ? words[at] : "";
    int option = at <= nwords ? option_before(at, words) : -1;

    out = to;
    if (option >= 0)
        return complete_kind(line_command(at, nwords, words),
                             option_defs[option].value,
                             strcmp(word, "=") ? word : "", 0);
    return complete_operand(at, nwords, words, word);
}
