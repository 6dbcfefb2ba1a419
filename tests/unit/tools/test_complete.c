/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Candidates for a word of a command line, on the fake Xen: of a list's last
 * item, of a value behind "=", and none, but in time, where xenstored hangs.
 */

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

#define MAX_WORDS 8

static void add_usual_domains(void)
{
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    fake_add(3, XENTIME_HVM);
    name_domain(1, "web");
    name_domain(2, "two words");
    name_domain(3, "with,comma");
}

/* The last of the words is completed. */
static const struct {
    const char *words[MAX_WORDS];
    const char *candidates;
} lines[] = {
    { { "show", "" }, "web\ntwo words\nwith,comma\n" },
    { { "set-mode", "" }, "web\ntwo words\n" },
    { { "set-mode", "web," }, "web,two words\n" },
    { { "set-mode", "two words," }, "two words,web\n" },
    { { "set-mode", "we,tw" }, "we,web\nwe,two words\n" },
    { { "set-mode", "web,two words," }, "" },
    { { "set-mode", "web", "2", "" }, "" },
    { { "list", "web," }, "web,two words\n" },
    { { "list", "web", "two words," }, "two words,web\n" },
    { { "profile", "start", "web," }, "web,two words\n" },
    { { "set-vhpet", "web", "" }, "off\non\n" },
    { { "simulate", "--guest=" },
      "--guest=all\n--guest=tick\n--guest=tick-tsc\n--guest=clock\n" },
    { { "simulate", "--guest", "=" }, "all\ntick\ntick-tsc\nclock\n" },
    { { "simulate", "--guest", "=", "t" }, "all\ntick\ntick-tsc\nclock\n" },
    { { "simulate", "--hz=" }, "" },
    { { "simulate", "--nope=" }, "" },
    { { "--" }, "--help\n--json\n--verbose\n--version\n" },
};

static const char *candidates(const char *const *words)
{
    const char *args[MAX_WORDS + 4] = { "--complete", NULL, "xentimectl" };
    char at[12];
    int n = 0;

    for (; words[n]; n++)
        args[3 + n] = words[n];
    snprintf(at, sizeof(at), "%d", n);
    args[1] = at;
    return run_args(args)->out;
}

static void of_the_word(void **state)
{
    size_t i;

    (void)state;
    add_usual_domains();
    for (i = 0; i < ARRAY_COUNT(lines); i++)
        assert_string_equal(candidates(lines[i].words), lines[i].candidates);
}

static void of_columns(void **state)
{
    static const char *const words[][MAX_WORDS] = {
        { "list", "-o", "ID,UU" },
        { "list", "-o", "+UU" },
        { "list", "--output", "=", "ID,UU" },
        { "list", "--output=ID,+" },
    };
    static const char *const has[] = { "ID,UUID\n", "+UUID\n", "ID,UUID\n",
                                       "--output=ID,UUID\n" };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(words); i++)
        assert_has(candidates(words[i]), has[i]);
    /* A column that is in the list is not offered again. */
    assert_lacks(candidates(words[0]), "ID,ID\n");
    assert_has(candidates(words[1]), "+ID\n");
}

/* SIGALRM of this test's own would end it, and fail it, where it hangs. */
static void with_a_xenstored_that_hangs(void **state)
{
    static const char *const words[][MAX_WORDS] = {
        { "show", "" },
        { "set-mode", "web," },
        { "skew", "" },
        { "profile", "stop", "--holder", "" },
    };
    size_t i;

    (void)state;
    add_usual_domains();
    fake->vpmu = 1;
    store_pause(true);
    alarm(120);
    for (i = 0; i < ARRAY_COUNT(words); i++)
        assert_lacks(candidates(words[i]), "web");
    assert_string_equal(candidates(words[2]), "analyze\n");
    alarm(0);
    store_pause(false);
    assert_has(candidates(words[0]), "web\n");
}

UNIT_MAIN(TEST(of_the_word), TEST(of_columns),
          TEST(with_a_xenstored_that_hangs))
