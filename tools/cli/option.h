/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options, and their values. */
#ifndef XENTIMECTL_CLI_OPTION_H
#define XENTIMECTL_CLI_OPTION_H

#include "tool.h"

struct option_def {
    const char *name;
    char letter;     /* 0: none */
    const char *arg; /* NULL: a flag */
    const char *help;
    const char *without_arg; /* the value if none is given; NULL: needs one */
    enum word_kind value;    /* NOTHING: a number, or a text of one's own */
    bool default_first; /* help ends with the words, the first as the default */
    bool changes; /* a command that shows something changes it with this */
};
extern const struct option_def option_defs[OPTIONS];

/* These return EXIT_DONE, or EXIT_USAGE with the misuse reported. */

/* Reads a whole number in range; *value stays if the option is not given. */
int option_number(const struct tool *t, enum opt opt, long min, long max,
                  long *value);

/* Reads a time, in seconds if it has no unit, from 0.01 s to a day. */
int option_seconds(const struct tool *t, enum opt opt, int64_t *ns);

/* Reads a time, in hours if it has no unit, from a second to 10,000 hours. */
int option_hours(const struct tool *t, enum opt opt, int64_t *ns);

/* Sets from --wait, if it is given, how long later calls wait for a lock. */
int set_wait(const struct tool *t);

#endif /* XENTIMECTL_CLI_OPTION_H */
