/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl set-mode, set-vhpet and tune. */

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/commands.h"
#include "cli/operand.h"
#include "cli/run.h"
#include "cli/suggest.h"
#include "output/json.h"
#include "output/report.h"
#include "output/text.h"
#include "tool.h"

/* ---- values ---- */

/* The first of each is ours, and the others those of xl.cfg(5), XML and JSON. */
static const char *const vhpet_words[][4] = {
    { "off", "no", "false", "0" },
    { "on", "yes", "true", "1" },
};

const char *vhpet_word(size_t i)
{
    return i < ARRAY_LEN(vhpet_words) ? vhpet_words[i][0] : NULL;
}

static int parse_vhpet(const char *word)
{
    size_t i, k;

    for (i = 0; i < ARRAY_LEN(vhpet_words); i++)
        for (k = 0; k < ARRAY_LEN(vhpet_words[i]); k++)
            if (!strcasecmp(word, vhpet_words[i][k]))
                return i;
    return -1;
}

const char *tunable_word(size_t i)
{
    return i ? NULL : "sync-wakeup-after=";
}

/*
 * Returns N of "sync-wakeup-after=N", or -1.  An underscore will do for a
 * hyphen, as in the output.
 */
static int parse_tunable(const char *word)
{
    const char *name = tunable_word(0);
    size_t i;
    char *end;
    long n;

    for (i = 0; name[i]; i++)
        if (word[i] != name[i] && !(name[i] == '-' && word[i] == '_'))
            return -1;
    errno = 0;
    n = strtol(word + i, &end, 10);
    if (errno || !isdigit((unsigned char)word[i]) || *end ||
        n > XENTIME_SYNC_WAKEUP_MAX)
        return -1;
    return n;
}

/* ---- which domains ---- */

/* Removes the domains that do not have the setting. */
static void keep_those_with(enum xentime_setting setting,
                            struct xentime_domain *doms, size_t *count)
{
    size_t i, kept = 0;

    for (i = 0; i < *count; i++) {
        if (xentime_type_has(doms[i].type, setting))
            doms[kept++] = doms[i];
        else
            free(doms[i].name);
    }
    *count = kept;
}

static int find_targets(struct tool *t, enum xentime_setting setting,
                        struct xentime_domain **doms, size_t *count)
{
    if (!t->opt[OPT_ALL])
        return find_domains(t, 0, 1, XENTIME_WANT_NAME, doms, count);
    if (xentime_list(t->xt, XENTIME_WANT_NAME, doms, count))
        return report_error(t);
    leave_out_dying(*doms, count);
    keep_those_with(setting, *doms, count);
    return EXIT_DONE;
}

/* ---- the change ---- */

/* Notes where sync-wakeup-after has no effect in the present timer_mode. */
static void note_modes(const struct tool *t,
                       const struct xentime_change *changes, size_t n)
{
    char modes[WORDS_TEXT];
    size_t i;
    int mode;

    words_text(sync_wakeup_mode, " and ", modes);
    for (i = 0; i < n; i++)
        if (changes[i].setting == XENTIME_SYNC_WAKEUP &&
            changes[i].old != XENTIME_GONE &&
            !xentime_get(t->xt, changes[i].dom, XENTIME_TIMER_MODE, &mode) &&
            !xentime_mode_name(mode)->drops_ticks)
            print_note(changes[i].dom,
                       "note: sync-wakeup-after matters in the timer modes %s "
                       "only, and the mode is %d",
                       modes, mode);
}

static void print_changes(const struct xentime_change *changes, size_t n)
{
    char old[SETTING_TEXT], new[SETTING_TEXT];
    size_t i;

    for (i = 0; i < n; i++) {
        const struct xentime_change *c = &changes[i];

        if (c->old == XENTIME_GONE)
            continue;
        setting_text(c->setting, c->old, old);
        setting_text(c->setting, c->value, new);
        print_domain(stdout, c->dom);
        if (c->old == c->value)
            printf(": %s is already %s\n", xentime_setting_name(c->setting),
                   new);
        else
            printf(": %s %s -> %s\n", xentime_setting_name(c->setting), old,
                   new);
    }
}

static void print_changes_json(const struct xentime_change *changes, size_t n)
{
    json_object *doc = json_object_new_object();
    json_object *list = json_object_new_array();
    size_t i;

    for (i = 0; i < n; i++) {
        const struct xentime_change *c = &changes[i];
        json_object *o;

        if (c->old == XENTIME_GONE)
            continue;
        o = json_domain(c->dom);
        json_object_object_add(o, "setting",
                               json_object_new_string(
                                   xentime_setting_name(c->setting)));
        json_object_object_add(o, "old", setting_json(c->setting, c->old));
        json_object_object_add(o, "new", setting_json(c->setting, c->value));
        json_object_array_add(list, o);
    }
    json_object_object_add(doc, "changes", list);
    print_json(doc);
}

static int change(struct tool *t, enum xentime_setting setting, int value,
                  const struct xentime_domain *doms, size_t n)
{
    struct xentime_change *changes = calloc(n ? n : 1, sizeof(*changes));
    int status = EXIT_DONE;
    size_t i;

    if (!changes)
        return report(t, EXIT_FAILED, "out of memory");
    for (i = 0; i < n; i++) {
        changes[i].dom = &doms[i];
        changes[i].setting = setting;
        changes[i].value = value;
    }
    if (xentime_apply(t->xt, changes, n,
                      (t->opt[OPT_FORCE] ? XENTIME_FORCE : 0) |
                          (t->opt[OPT_ALL] ? XENTIME_SKIP_GONE : 0) |
                          (t->opt[OPT_PERSIST] ? XENTIME_PERSIST : 0)))
        status = report_error(t);
    else if (t->opt[OPT_JSON])
        print_changes_json(changes, n);
    else
        print_changes(changes, n);
    if (!status) {
        print_gone(changes, n);
        note_modes(t, changes, n);
    }
    free(changes);
    return status;
}

/* ---- the command line ---- */

/* Tells whether @word is the name of "NAME=VALUE" and no more. */
static bool is_tunable(const char *word)
{
    char name[32];

    snprintf(name, sizeof(name), "%s", tunable_word(0));
    name[strcspn(name, "=")] = '\0';
    return is_word(word, name);
}

/* Reports operands that are too many, with the line that was probably meant. */
static int too_many(const struct tool *t)
{
    const char *command = t->command->name, *value = t->args[t->nargs - 1];
    const char *name = t->args[t->nargs - 2];
    char list[256] = "";
    int i, len = 0;

    if (t->command->kind[1] == TUNABLE && is_tunable(name))
        return report_usage(t, "NAME=VALUE is one word: %s %s %s=%s", command,
                            t->opt[OPT_ALL] ? "--all" : t->args[0], name,
                            value);
    if (t->opt[OPT_ALL])
        return report_usage(t, "--all and DOM do not go together");
    for (i = 0; i < t->nargs - 1 && len < (int)sizeof(list); i++)
        len += snprintf(list + len, sizeof(list) - len, "%s%s", i ? "," : "",
                        t->args[i]);
    return report_usage(t, "several domains take commas: %s %s %s", command,
                        list, value);
}

static int set(struct tool *t, enum xentime_setting setting,
               int (*parse)(const char *word), const char *expected)
{
    int wanted = t->opt[OPT_ALL] ? 1 : 2, value, status;
    struct xentime_domain *doms;
    size_t n;

    if (t->nargs < wanted)
        return report_usage(t, "expected %s", t->command->operands);
    if (t->nargs > wanted)
        return too_many(t);
    value = parse(t->args[wanted - 1]);
    if (value < 0)
        return report_usage(t, "\"%s\" is not %s", t->args[wanted - 1],
                            expected);

    status = tool_open(t);
    if (status)
        return status;
    status = find_targets(t, setting, &doms, &n);
    if (status)
        return status;
    status = change(t, setting, value, doms, n);
    xentime_free_domains(doms, n);
    return status;
}

int cmd_set_mode(struct tool *t)
{
    char expected[48];

    snprintf(expected, sizeof(expected), "a timer mode (0 to %d or a name)",
             XENTIME_TIMER_MODES - 1);
    return set(t, XENTIME_TIMER_MODE, xentime_parse_mode, expected);
}

int cmd_tune(struct tool *t)
{
    return set(t, XENTIME_SYNC_WAKEUP, parse_tunable,
               "sync-wakeup-after=N with N from 0 to 65535");
}

int cmd_set_vhpet(struct tool *t)
{
    return set(t, XENTIME_VHPET, parse_vhpet, "on or off");
}
