/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands of xentimectl share. */
#ifndef XENTIMECTL_TOOL_H
#define XENTIMECTL_TOOL_H

#include <stdbool.h>
#include <stdio.h>

#include <json-c/json.h>

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

/* ---- errors: one line on stderr; with --json a document on stdout ---- */

/* What the last call on t->xt failed with.  Returns its exit status. */
int report_error(const struct tool *t);

/* That exit status, with nothing reported. */
int error_status(const struct tool *t);

/* A misuse of the command line.  Returns EXIT_USAGE. */
int report_usage(const struct tool *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Any other failure.  Returns @status. */
int report(const struct tool *t, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- output ---- */

/*
 * Writes @text with everything that is not a printable character of the
 * locale as \xNN: a domain's name cannot play tricks on a terminal.
 */
void print_safe(FILE *f, const char *text);

/*
 * A copy of @text in which bytes that are not UTF-8 are U+FFFD, to be freed;
 * NULL: out of memory.
 */
char *utf8_text(const char *text);

/* A JSON string; bytes that are not UTF-8 become U+FFFD. */
json_object *json_text(const char *text);

/*
 * Takes @doc, prints it and frees it: the document, or an element of the
 * array that is open.
 */
void print_json(json_object *doc);

/* All that print_json() prints in between, errors too, is one document. */
void open_json_array(void);
void close_json_array(void);

/* An object with id, name and UUID. */
json_object *json_domain(const struct xentime_domain *dom);

/* With a point in any locale; "-" for what is no number. */
#define DECIMAL_TEXT 40
void decimal_text(double value, int decimals, bool sign,
                  char text[DECIMAL_TEXT]);

/* The same as a number; null (NULL) for what is none. */
json_object *json_decimals(double value, int decimals);

/* @value with three decimals. */
json_object *json_decimal(double value);

/* A setting's value: "2 (no_missed_ticks_pending)", "off". */
#define SETTING_TEXT 48
void setting_text(enum xentime_setting setting, int value,
                  char text[SETTING_TEXT]);
json_object *setting_json(enum xentime_setting setting, int value);

json_object *json_uuid(const uint8_t uuid[16]);
json_object *json_state(unsigned int state);

/* The domain's name, or "domain 7". */
void print_domain(FILE *f, const struct xentime_domain *dom);

/* A line on stderr that is no error. */
void print_note(const struct xentime_domain *dom, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* In UTC, as ISO 8601 has it. */
#define DATE_TEXT 32
void date_text(int64_t when, char text[DATE_TEXT]);

/* "12.345 ms", or seconds from 10 on. */
#define LAG_TEXT 32
void lag_text(int64_t ns, char text[LAG_TEXT]);

#define UUID_TEXT 37
void uuid_text(const uint8_t uuid[16], char text[UUID_TEXT]);

/* The word of vpmu= and of Linux' pmu_mode; NULL: no mode. */
const char *vpmu_word(int mode);

/* One word, the gravest of the bits. */
const char *state_word(unsigned int state);

/*
 * A table of @ncols columns for libsmartcols.  NULL when out of memory,
 * which is reported.
 */
struct table_column {
    const char *name;
    double width;            /* as scols_table_new_column() */
    int flags;               /* SCOLS_FL_* */
};
struct libscols_table *new_table(const struct tool *t,
                                 const struct table_column *cols,
                                 size_t ncols);

/* Adds one line of @ncols texts; false when out of memory. */
bool add_line(struct libscols_table *table, const char *const *texts,
              size_t ncols);

/* Prints and frees the table. */
void print_table(struct libscols_table *table);

#endif /* XENTIMECTL_TOOL_H */
