/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types that all of xentimectl shares: a command line and its command. */
#ifndef XENTIMECTL_TOOL_H
#define XENTIMECTL_TOOL_H

#include <stdbool.h>
#include <stdio.h>

#include "xentime.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define NS_PER_SEC INT64_C(1000000000)

/* A list of words: returns the one at @i, and NULL past the last. */
typedef const char *word_list(size_t i);

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
    OPT_ALL,
    OPT_COLUMNS,
    OPT_COUNT,
    OPT_DRY_RUN,
    OPT_FOR,
    OPT_FORCE,
    OPT_FORMAT,
    OPT_GUEST,
    OPT_HELP,
    OPT_HOLDER,
    OPT_HOURS,
    OPT_HZ,
    OPT_INTERVAL,
    OPT_JSON,
    OPT_LATENCY,
    OPT_LOAD,
    OPT_MODE,
    OPT_NOHEADINGS,
    OPT_OBSERVE,
    OPT_OFF,
    OPT_PASSIVE,
    OPT_PERSIST,
    OPT_PLOT,
    OPT_POLICY,
    OPT_RAW,
    OPT_RESET,
    OPT_SEED,
    OPT_SYNC_WAKEUP,
    OPT_TEXTFILE,
    OPT_TRACE,
    OPT_TSC_KHZ,
    OPT_VCPU,
    OPT_VERBOSE,
    OPT_WAIT,
    OPT_XEN,
    OPTIONS,
};
#define OPT(o) (UINT64_C(1) << OPT_##o)
#define COMMON_OPTS (OPT(HELP) | OPT(JSON) | OPT(VERBOSE))

/* ---- one run of the program ---- */

struct tool {
    const struct command *command;
    const char *opt[OPTIONS]; /* NULL: not given; "" for a flag */
    char **args;              /* operands */
    int nargs;
    char **program;  /* after "--", if the command takes one; or NULL */
    xentime *xt;     /* opened by tool_open() */
    bool only_shows; /* options that change something are refused */
};

/*
 * The kinds of operand and of option's value, by which completion knows what to
 * offer.
 */
enum word_kind {
    NOTHING,
    DOMAINS,
    DOMAIN_LIST,
    MODE,
    ON_OFF,
    TUNABLE,
    COMMAND,
    SESSION,
    SKEW,
    FILES,
    POLICIES,
    COLUMN,
    HOLDER,
    GUEST,
    LOAD,
    FORMAT,
    WORD_KINDS,
};

enum command_flags {
    TAKES_PROGRAM = 1 << 0, /* "-- PROGRAM ARGUMENT..." may follow */
    NO_JSON = 1 << 1,       /* it prints no JSON document */
    REPEATS = 1 << 2,       /* the shell's "every" takes it */
    TELLS_EXCESS = 1 << 3,  /* it says itself which operand is too many */
};

struct command {
    const char *name;
    const char *page;     /* of the manual, in section 8 */
    const char *operands; /* as the synopsis shows them */
    const char *summary;
    const char *details;    /* for help COMMAND */
    uint64_t opts;          /* bit per enum opt, besides COMMON_OPTS */
    int min_args, max_args; /* -1: any number */
    enum word_kind kind[2]; /* of the first and of the later operands */
    /* Returns an enum exit_status.  NULL: xentimectl-full has it. */
    int (*run)(struct tool *t);
    unsigned int flags; /* enum command_flags */
    /*
     * Returns the name of a column that --output takes, with its help in *help
     * if that is not NULL; returns NULL past the last. NULL: it has no columns.
     */
    const char *(*column)(size_t i, const char **help);
};
#endif /* XENTIMECTL_TOOL_H */
