/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of commands is in labdom.c, what they do in commands.c. */
#ifndef GUESTS_X86_COMMANDS_H
#define GUESTS_X86_COMMANDS_H

struct command {
    const char *name;
    const char *args;
    const char *help;
    /* argv[0] is the command's name; returns the exit status */
    int (*run)(int argc, char **argv);
};

/* The command being run. */
extern const struct command *current;

/* Prints how to call the current command; returns 2. */
int usage_error(void);

int cmd_create(int argc, char **argv);
int cmd_many(int argc, char **argv);
int cmd_pause(int argc, char **argv);
int cmd_unpause(int argc, char **argv);
int cmd_destroy(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_wait(int argc, char **argv);
int cmd_measure(int argc, char **argv);
int cmd_gaps(int argc, char **argv);
int cmd_ticks(int argc, char **argv);
int cmd_param(int argc, char **argv);
int cmd_hpet(int argc, char **argv);
int cmd_state(int argc, char **argv);

#endif
