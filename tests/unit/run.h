/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs xentimectl, linked with the fake Xen of the test that calls it, and
 * keeps what it printed.
 */
#ifndef UNIT_RUN_H
#define UNIT_RUN_H

#include <json-c/json.h>

#include "unit.h"

struct run {
    int status; /* as waitpid() gives it */
    char *out, *err;
};

/*
 * Runs it with these arguments ("xentimectl" is not one of them); run_args()
 * needs a NULL after them.  The next run frees what is returned.
 */
#define run(...) run_args((const char *const[]){ __VA_ARGS__, NULL })
const struct run *run_args(const char *const *args);

/* Runs it with its output on a terminal of @columns columns. */
const struct run *run_on_terminal(int columns, const char *const *args);

/* Starts it with its output thrown away; for wait_child(). */
pid_t run_start(const char *const *args);

/* Starts it with its stdout written to @out. */
pid_t run_start_to(int out, const char *const *args);

/* Starts it with its stderr written to @err. */
pid_t run_start_logged(int err, const char *const *args);

/* Starts it on a terminal of its own, of which *master is the other end. */
pid_t run_on_pty(int *master, const char *const *args);

/*
 * While true, memory that it has lost track of at its end is a failure.
 * LeakSanitizer finds it in the asan variant; otherwise valgrind runs it.
 */
extern bool run_leak_check;

/* Checks the exit status; fails the test if it was killed. */
#define assert_exit(r, code) unit_assert_exit(r, code, __FILE__, __LINE__)
void unit_assert_exit(const struct run *r, int code, const char *file,
                      int line);

/*
 * Parses all of @text as one JSON document; fails the test if it is none, or if
 * anything follows.
 */
json_object *parse_json(const char *text);

/* Returns member @path ("error/code") as text, "" if it is absent or null. */
const char *json_at(json_object *doc, const char *path);

#endif /* UNIT_RUN_H */
