/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the unit tests.  A program works in a private directory that is
 * removed at its end, with a fake Xen (fake_xen.h) and a real xenstored
 * (store.h); every test starts with no domain, no record, no lock and no
 * fault, and with a handle @xt.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "fake/fake_xen.h"
#include "fake/store.h"
#include "xentime.h"

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* libxentime is built with its lock directory here. */
#define LOCK_DIR "lock"

extern xentime *xt;

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_setup, unit_teardown)
#define UNIT_MAIN(...) \
    int main(void) \
    { \
        const struct CMUnitTest tests[] = { __VA_ARGS__ }; \
        return cmocka_run_group_tests(tests, unit_start, unit_end); \
    }

int unit_start(void **state);
int unit_end(void **state);
int unit_setup(void **state);
int unit_teardown(void **state);

/* The call succeeds; otherwise the test fails with xt's error. */
#define assert_done(call) unit_assert_done(call, #call, __FILE__, __LINE__)
void unit_assert_done(enum xentime_error rc, const char *call, const char *file,
                      int line);

/* The call fails with @code, and xt's error says the same. */
#define assert_error(call, code) \
    unit_assert_error(call, code, #call, __FILE__, __LINE__)
void unit_assert_error(enum xentime_error rc, enum xentime_error code,
                       const char *call, const char *file, int line);

/* @text has @part in it, or has not. */
#define assert_has(text, part) \
    unit_assert_has(text, part, true, __FILE__, __LINE__)
#define assert_lacks(text, part) \
    unit_assert_has(text, part, false, __FILE__, __LINE__)
void unit_assert_has(const char *text, const char *part, bool wanted,
                     const char *file, int line);

/* Fails the test with a formatted remark. */
#define fail_because(...) unit_fail(__FILE__, __LINE__, __VA_ARGS__)
void unit_fail(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), noreturn));

/* Returns xentime_last_error(xt)->text. */
const char *error_text(void);

/* Makes a file of a formatted text. */
void write_file(const char *path, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes the name of domain @id to xenstore. */
void name_domain(uint32_t id, const char *name);

/* Finds one domain, which has to be there; freed by free_one(). */
struct xentime_domain *find_one(const char *ref, unsigned int want);
void free_one(struct xentime_domain *dom);

/* Makes one change with xentime_apply(), to the domain with this id. */
enum xentime_error change_one(uint32_t id, enum xentime_setting setting,
                              int value, unsigned int flags);

/* Returns the directory of xenstore in which a domain's nodes are. */
unsigned int bucket_of(const uint8_t uuid[16]);

/*
 * Returns the path of a record's node, or of the node above it if @field is
 * NULL, in static storage.
 */
const char *record_path(uint32_t id, enum xentime_setting setting,
                        const char *field);

/*
 * Runs @fn in a child that opens a handle of its own, and returns the
 * child's wait status.  A child whose assertion fails ends with status 1.
 */
int in_child(void (*fn)(void *arg), void *arg);
pid_t start_child(void (*fn)(void *arg), void *arg);
int wait_child(pid_t pid);

#endif /* UNIT_H */
