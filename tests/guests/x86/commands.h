/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands is in labdom.c; other files have the commands. */
#ifndef GUESTS_X86_COMMANDS_H
#define GUESTS_X86_COMMANDS_H

#include <stdint.h>

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

/* Reads an argument; one that is no such number is an error of usage. */
uint64_t number(const char *text, uint64_t max);
uint32_t domid_of(const char *text);
/* A domain that cannot answer because it is paused is an error. */
uint32_t unpaused_domid_of(const char *text);

int cmd_create(int argc, char **argv);
int cmd_linux(int argc, char **argv);
int cmd_many(int argc, char **argv);
int cmd_pause(int argc, char **argv);
int cmd_unpause(int argc, char **argv);
int cmd_quiesce(int argc, char **argv);
int cmd_destroy(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_wait(int argc, char **argv);
int cmd_measure(int argc, char **argv);
int cmd_gaps(int argc, char **argv);
int cmd_keep(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_ticks(int argc, char **argv);
int cmd_clocks(int argc, char **argv);
int cmd_witness(int argc, char **argv);
int cmd_restart(int argc, char **argv);
int cmd_writetsc(int argc, char **argv);
int cmd_down(int argc, char **argv);
int cmd_idle(int argc, char **argv);
int cmd_tscinfo(int argc, char **argv);
int cmd_param(int argc, char **argv);
int cmd_hpet(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_counting(int argc, char **argv);
int cmd_tune(int argc, char **argv);
int cmd_resync(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_stress(int argc, char **argv);
int cmd_hostile(int argc, char **argv);
int cmd_selfparams(int argc, char **argv);
int cmd_vpmu(int argc, char **argv);
int cmd_profile(int argc, char **argv);
int cmd_misuse(int argc, char **argv);
int cmd_pmu(int argc, char **argv);
int cmd_count(int argc, char **argv);
int cmd_pace(int argc, char **argv);
int cmd_copyctx(int argc, char **argv);
int cmd_state(int argc, char **argv);

#endif
