/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands of xentimectl share. */
#ifndef XENTIMECTL_TOOL_H
#define XENTIMECTL_TOOL_H

#include <stdbool.h>
#include <stdio.h>

#include "xentime.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NO_DOMAIN = 3,
    EXIT_CANNOT = 4,
    EXIT_NO_XEN = 5,
    EXIT_BUSY = 6,
};

/* ---- options ---- */

enum opt {
    OPT_ALL, OPT_COLUMNS, OPT_COUNT, OPT_DRY_RUN, OPT_FOR, OPT_FORCE,
    OPT_FORMAT, OPT_GUEST,
    OPT_HELP, OPT_HOLDER, OPT_HOURS, OPT_HZ, OPT_INTERVAL, OPT_JSON,
    OPT_LATENCY, OPT_LOAD, OPT_MODE, OPT_NOHEADINGS, OPT_OBSERVE, OPT_OFF,
    OPT_PASSIVE, OPT_PERSIST, OPT_PLOT, OPT_POLICY, OPT_RAW, OPT_RESET, OPT_SEED,
    OPT_SYNC_WAKEUP, OPT_TEXTFILE, OPT_TRACE, OPT_TSC_KHZ, OPT_VCPU, OPT_VERBOSE, OPT_WAIT,
    OPT_XEN,
    OPTIONS,
};
#define OPT(o) (UINT64_C(1) << OPT_ ## o)
#define COMMON_OPTS (OPT(HELP) | OPT(JSON) | OPT(VERBOSE))

struct option_def {
    const char *name;
    char letter;             /* 0: none */
    const char *arg;         /* NULL: a flag */
    const char *help;
    const char *without_arg; /* what it is without one; NULL: it needs one */
};
extern const struct option_def option_defs[OPTIONS];

/* ---- one run of the program ---- */

struct tool {
    const struct command *command;
    const char *opt[OPTIONS]; /* NULL: not given; "" for a flag */
    char **args;             /* operands */
    int nargs;
    char **program;          /* after "--", where the command takes it; NULL */
    xentime *xt;             /* opened by tool_open() */
};

/* What an operand is, for completion. */
enum operand {
    NOTHING, DOMAINS, DOMAIN_LIST, MODE, ON_OFF, TUNABLE, COMMAND, SESSION,
    SKEW, FILES, POLICIES,
};

enum command_flags {
    TAKES_PROGRAM = 1 << 0,  /* "-- PROGRAM ARGUMENT..." may follow */
    NO_JSON = 1 << 1,        /* what it prints is no document */
};

struct command {
    const char *name;
    const char *operands;    /* as the synopsis shows them */
    const char *summary;
    const char *details;     /* for help COMMAND */
    uint64_t opts;           /* bit per enum opt, besides COMMON_OPTS */
    int min_args, max_args;  /* -1: any number */
    enum operand kind[2];    /* of the first and of the later operands */
    /* Returns an enum exit_status.  NULL: xentimectl-full has it. */
    int (*run)(struct tool *t);
    unsigned int flags;      /* enum command_flags */
};
extern const struct command commands[]; /* ends with a NULL name */

const struct command *find_command(const char *name);

/* All that it takes: a bit per enum opt. */
uint64_t command_options(const struct command *c);

int cmd_list(struct tool *t);
int cmd_show(struct tool *t);
int cmd_set_mode(struct tool *t);
int cmd_set_vhpet(struct tool *t);
int cmd_tune(struct tool *t);
int cmd_stats(struct tool *t);
int cmd_resync(struct tool *t);
int cmd_profile(struct tool *t);
int cmd_skew(struct tool *t);
int cmd_simulate(struct tool *t);
int cmd_recommend(struct tool *t);
int cmd_metrics(struct tool *t);
int cmd_info(struct tool *t);
int cmd_help(struct tool *t);

/* Not in every build: see full.c. */
int cmd_policy(struct tool *t) __attribute__((weak));
int cmd_watch(struct tool *t) __attribute__((weak));
int cmd_shell(struct tool *t) __attribute__((weak));

/*
 * Becomes xentimectl-full, with this command line.  Returns an exit status,
 * with the error reported, where that is not to be had.
 */
int exec_full(struct tool *t, char **argv);

/*
 * Before options are parsed: is an error in them to be reported as JSON?
 */
bool wants_json(int argc, char **argv);

/*
 * Runs the command of a command line, the program's name first, which is
 * reordered.  Returns an exit status.
 */
int dispatch(struct tool *t, int argc, char **argv);

/*
 * What is to be done before the process ends with @status: a full disk or a
 * closed stdout does not pass for success.  Returns what it is to end with.
 */
int finish(const struct tool *t, int status);

/*
 * Prints the candidates for word @at of the command line @words, a line each.
 * Returns true if it is to be a file, of which none are printed.
 */
bool complete(FILE *out, int at, int nwords, char **words);

/* Columns of list, for help and completion; NULL past the end. */
const char *list_column(size_t i, const char **help);

/*
 * Opens Xen, and from then on says on stderr what it waits for whenever that
 * takes more than two seconds.  Returns EXIT_DONE, or another exit status
 * with the error reported.
 */
int tool_open(struct tool *t);

/* No more of that, and no timer for it: for what runs for ever. */
void tool_end_progress(void);

/* Ends it; tool_open() may follow. */
void tool_close(struct tool *t);

/* The domains that "a,b,c" names; @list is cut up. */
enum xentime_error find_domain_list(struct tool *t, char *list,
                                    struct xentime_domain **doms,
                                    size_t *count);

/* ---- values of options: EXIT_DONE, or EXIT_USAGE, which is reported ---- */

/* A whole number in range; *value stays where the option is not given. */
int option_number(const struct tool *t, enum opt opt, long min, long max,
                  long *value);

/* Seconds, with decimals in any locale, from 0.01 to a day. */
int option_seconds(const struct tool *t, enum opt opt, int64_t *ns);

/* Hours, with decimals, from a second to 10,000. */
int option_hours(const struct tool *t, enum opt opt, int64_t *ns);

/* --wait, for the changes to come. */
int set_wait(const struct tool *t);

#endif /* XENTIMECTL_TOOL_H */
