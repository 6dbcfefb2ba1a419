/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands, and the functions that run them. */
#ifndef XENTIMECTL_CLI_COMMANDS_H
#define XENTIMECTL_CLI_COMMANDS_H

#include "tool.h"

extern const struct command commands[]; /* ends with a NULL name */

/* Returns the command of that name, in which "_" will do for "-"; or NULL. */
const struct command *find_command(const char *name);

/* Returns the name of the command at @i, and NULL past the last. */
const char *command_word(size_t i);

/* Returns all options that a command takes: a bit for each enum opt. */
uint64_t command_options(const struct command *c);

/* The commands are in their subjects' folders. Each returns an exit status. */
int cmd_list(struct tool *t);
int cmd_show(struct tool *t);
int cmd_set_mode(struct tool *t);
int cmd_set_vhpet(struct tool *t);
int cmd_tune(struct tool *t);
int cmd_stats(struct tool *t);
int cmd_resync(struct tool *t);
int cmd_profile(struct tool *t);
int cmd_metrics(struct tool *t);
int cmd_info(struct tool *t);
int cmd_help(struct tool *t);

/* These are in xentimectl-full alone: see exec-full.c. */
int cmd_skew(struct tool *t) __attribute__((weak));
int cmd_simulate(struct tool *t) __attribute__((weak));
int cmd_recommend(struct tool *t) __attribute__((weak));
int cmd_policy(struct tool *t) __attribute__((weak));
int cmd_watch(struct tool *t) __attribute__((weak));
int cmd_shell(struct tool *t) __attribute__((weak));

/*
 * The words of operands and of options' values, for completion, for help and
 * for messages; their subjects' folders have them.  An option's default is the
 * first.
 */
const char *vhpet_word(size_t i);
const char *tunable_word(size_t i);
const char *profile_verb(size_t i);
const char *skew_verb(size_t i) __attribute__((weak));
const char *guest_word(size_t i) __attribute__((weak));
const char *load_word(size_t i) __attribute__((weak));
const char *policy_verb(size_t i) __attribute__((weak));
const char *policy_format(size_t i) __attribute__((weak));

/*
 * Names a column of "list", with its help in *help if that is not NULL; returns
 * NULL past the last one. domain/list.c has the columns.
 */
const char *list_column(size_t i, const char **help);

#endif /* XENTIMECTL_CLI_COMMANDS_H */
