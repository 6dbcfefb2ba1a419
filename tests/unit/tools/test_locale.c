/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A number is written and read in the same way in every locale: commands print
 * in German, which has a decimal comma, byte for byte what they print in C.
 */

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "run.h"

#define MAX_WORDS 8

/* Makes the locale in the test's own directory, as a machine may have none. */
static void speak_german(void)
{
    char path[4096];

    assert_non_null(getcwd(path, sizeof(path)));
    assert_int_equal(setenv("LOCPATH", path, 1), 0);
    if (access("de_DE.UTF-8", F_OK))
        assert_int_equal(system("localedef -i de_DE -f UTF-8 ./de_DE.UTF-8"),
                         0);
    assert_int_equal(setenv("LC_ALL", "de_DE.UTF-8", 1), 0);
}

static struct fake_vtimer *add_domain(void)
{
    fake_patch();
    fake_add(1, XENTIME_HVM);
    name_domain(1, "web");
    return fake_vtimer(1);
}

static void the_locale_has_a_comma(void **state)
{
    char text[8] = "";
    FILE *f;

    (void)state;
    speak_german();
    f = popen("env printf %.1f 1,5", "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof(text), f));
    pclose(f);
    assert_string_equal(text, "1,5");
}

static void numbers_have_a_point(void **state)
{
    static const char *const lines[][MAX_WORDS] = {
        { "list", "--raw", "-o", "ID,TIME" },
        { "list", "--json" },
        { "show", "web" },
        { "simulate", "--hours", "0.01" },
        { "simulate", "--hours", "0.01", "--json" },
        { "metrics" },
    };
    size_t i;
    char *plain;

    (void)state;
    add_domain();
    for (i = 0; i < ARRAY_COUNT(lines); i++) {
        setenv("LC_ALL", "C", 1);
        plain = strdup(run_args(lines[i])->out);
        speak_german();
        assert_string_equal(run_args(lines[i])->out, plain);
        free(plain);
    }
}

/* These have other numbers with each run. */
static void times_and_rates_have_a_point(void **state)
{
    struct fake_vtimer *v = add_domain();
    const struct run *r;

    (void)state;
    v->counting = true;
    v->lag = 12345000;
    speak_german();
    r = run("resync", "web");
    assert_has(r->out, "lag 12.345 ms");
    r = run("stats", "web");
    assert_exit(r, 0);
    assert_has(r->out, ".000 s\n");
    r = run("stats", "web", "--interval", "0.05", "--count", "1");
    assert_exit(r, 0);
    assert_has(r->out, ": per second over ");
    assert_lacks(r->out, ",");
    r = run("skew", "web", "--interval", "0.05", "--count", "3");
    assert_exit(r, 0);
    assert_lacks(r->out, ",0");
    assert_lacks(r->out, "0,");
}

static void the_shell_reads_a_point(void **state)
{
    const struct run *r;
    int input;

    (void)state;
    speak_german();
    write_file("lines", "every 0.5 show nobody\n");
    input = open("lines", O_RDONLY);
    assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
    close(input);
    r = run("shell");
    assert_exit(r, 3);
    assert_has(r->err, "nobody: no such domain");
}

UNIT_MAIN(TEST(the_locale_has_a_comma), TEST(numbers_have_a_point),
          TEST(times_and_rates_have_a_point), TEST(the_shell_reads_a_point))
