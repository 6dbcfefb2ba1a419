/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words that people type without looking them up are understood or answered:
 * mistyped ones with those that were meant, lists of domains with commas, and
 * the words that other tools have for on and off.
 */

#include <stdio.h>

#include "run.h"

#define MAX_WORDS 6

static void add_usual_domains(void)
{
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    fake_add(3, XENTIME_HVM);
    name_domain(1, "web");
    name_domain(2, "db");
    name_domain(3, "a,b");
}

static int mode_of(uint32_t id)
{
    return fake_domain(id)->param[XENTIME_TIMER_MODE];
}

/* ---- mistyped words ---- */

static const struct {
    const char *args[MAX_WORDS];
    const char *text; /* in the line on stderr */
} mistakes[] = {
    { { "lsit" }, "no command \"lsit\": did you mean list?" },
    { { "ls" }, "no command \"ls\": did you mean list?" },
    { { "setmode" }, "no command \"setmode\": did you mean set-mode?" },
    { { "Stats" }, "no command \"Stats\": did you mean stats?" },
    { { "set" }, "no command \"set\": did you mean set-mode or set-vhpet?" },
    { { "polcy", "check" }, "no command \"polcy\": did you mean policy?" },
    { { "s" }, "no command \"s\"\n" }, /* of seven commands */
    { { "frobnicate" }, "no command \"frobnicate\"\n" },
    { { "" }, "no command \"\"\n" },
    { { "help", "recomend" }, "\"recomend\": did you mean recommend?" },
    { { "list", "--no-headings" }, "did you mean --noheadings?" },
    { { "list", "--outptu", "ID" }, "\"--outptu\": did you mean --output?" },
    { { "list", "--frobnicate" }, "unknown option \"--frobnicate\"\n" },
    { { "list", "--all" }, "list: it takes no --all\n" },
    { { "info", "-o", "ID" }, "info: it takes no -o\n" },
    { { "metrics", "-J" }, "metrics: it takes no -J\n" },
    { { "list", "-o", "ID,NAM" }, "no column \"NAM\": did you mean NAME?" },
    { { "list", "-o", "ID,vhpt,UUID" }, "\"vhpt\": did you mean VHPET?" },
    { { "set-mode", "web", "db", "2" }, ": set-mode web,db 2\n" },
    { { "set-mode", "web,db", "a,b", "2" }, ": set-mode web,db,a,b 2\n" },
    { { "set-vhpet", "web", "db", "on" }, ": set-vhpet web,db on\n" },
    { { "tune", "web", "sync-wakeup-after", "3" },
      "NAME=VALUE is one word: tune web sync-wakeup-after=3\n" },
    { { "tune", "-a", "sync_wakeup_after", "3" },
      "NAME=VALUE is one word: tune --all sync_wakeup_after=3\n" },
    { { "tune", "web", "db", "sync-wakeup-after=3" },
      ": tune web,db sync-wakeup-after=3\n" },
    { { "profile", "begin" }, "\"begin\" is not start, stop or status\n" },
    { { "policy", "aply" },
      "\"aply\" is not check, apply, export or import\n" },
};

static void the_word_that_was_meant(void **state)
{
    const struct run *r;
    size_t i;

    (void)state;
    add_usual_domains();
    for (i = 0; i < ARRAY_COUNT(mistakes); i++) {
        r = run_args(mistakes[i].args);
        assert_exit(r, 2);
        assert_string_equal(r->out, "");
        assert_has(r->err, mistakes[i].text);
    }
    assert_int_equal(fake_changes(), 0);
}

/* A word far longer than any that there is. */
static void the_longest_word(void **state)
{
    char word[5000];

    (void)state;
    memset(word, 'l', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    assert_exit(run(word), 2);
    assert_exit(run("list", "-o", word), 2);
    assert_exit(run("set-mode", word, word, "2"), 2);
    memcpy(word, "--", 2);
    assert_exit(run("list", word), 2);
}

static void no_word_at_all(void **state)
{
    char *help;
    const struct run *r;
    json_object *doc;

    (void)state;
    help = strdup(run("help")->out);
    assert_has(help, "-V, --version");
    r = run_args((const char *const[]){ NULL });
    assert_exit(r, 2);
    assert_string_equal(r->out, "");
    assert_string_equal(r->err, help);
    assert_string_equal(run("-v")->err, help);
    free(help);
    r = run("--json");
    assert_exit(r, 2);
    doc = parse_json(r->out);
    assert_string_equal(json_at(doc, "error/message"), "which command?");
    json_object_put(doc);
}

/* A command that prints no JSON reports no error in it. */
static void no_json_of_metrics(void **state)
{
    static const char *const names[] = { "metrics", "watch", "shell" };
    const struct run *r;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(names); i++) {
        r = run(names[i], "--json");
        assert_exit(r, 2);
        assert_string_equal(r->out, "");
        assert_has(r->err, "it takes no --json\n");
        assert_has(run("help")->out, names[i]);
    }
    assert_has(run("help")->out,
               "Of every command but metrics, watch and shell:\n  -J, --json");
}

/* ---- words that are taken ---- */

static void underscores(void **state)
{
    (void)state;
    add_usual_domains();
    assert_exit(run("set_mode", "web", "2"), 0);
    assert_int_equal(mode_of(1), 2);
    assert_has(run("help", "set_vhpet")->out, "Usage: xentimectl set-vhpet");
    assert_exit(run("set__mode", "web", "3"), 2);
    assert_exit(run("set_", "web", "3"), 2);
    assert_has(run("--complete", "3", "xentimectl", "set_mode", "web", "")->out,
               "one_missed_tick_pending\n");
}

static void on_and_off(void **state)
{
    static const char *const words[][2] = {
        { "on", "off" }, { "yes", "no" }, { "true", "false" },
        { "1", "0" },    { "YES", "NO" }, { "True", "False" },
    };
    static const char *const wrong[] = { "2", "", "onn", "y", "enable", "01" };
    size_t i;

    (void)state;
    add_usual_domains();
    for (i = 0; i < ARRAY_COUNT(words); i++) {
        assert_exit(run("set-vhpet", "web", words[i][1]), 0);
        assert_int_equal(fake_domain(1)->param[XENTIME_VHPET], 0);
        assert_exit(run("set-vhpet", "web", words[i][0]), 0);
        assert_int_equal(fake_domain(1)->param[XENTIME_VHPET], 1);
    }
    for (i = 0; i < ARRAY_COUNT(wrong); i++)
        assert_exit(run("set-vhpet", "web", wrong[i]), 2);
    assert_string_equal(
        run("--complete", "3", "xentimectl", "set-vhpet", "web", "")->out,
        "off\non\n");
}

/* A comma parts domains everywhere, and a blank where no value can follow. */
static void lists_of_domains(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    fake->vpmu = 1;
    r = run("list", "-rno", "ID", "web,db");
    assert_exit(r, 0);
    assert_string_equal(r->out, "1\n2\n");
    assert_string_equal(run("list", "-rno", "ID", "web", "2,3")->out,
                        "1\n2\n3\n");
    assert_exit(run("list", "web,nope"), 3);
    assert_exit(run("list", "web,"), 3);
    assert_exit(run("list", "web", ""), 3);
    /* The name has a comma. */
    assert_exit(run("list", "a,b"), 3);
    assert_exit(run("list", "3"), 0);
    assert_has(run("show", "a,b")->out, "a,b");

    assert_exit(run("set-mode", "web,db", "2"), 0);
    assert_true(mode_of(1) == 2 && mode_of(2) == 2);
    /* Whoever has typed a mode too many does not mean domain 1. */
    assert_exit(run("set-mode", "web", "1", "3"), 2);
    assert_true(mode_of(1) == 2);

    assert_exit(run("profile", "start", "web", "db", "--holder", "x"), 0);
    assert_exit(run("profile", "stop", "web,db", "--holder", "x"), 0);
    assert_has(run("profile", "status")->out, "no sessions");
    assert_exit(run("profile", "status", "web"), 2);
    r = run("policy", "export", "web,db");
    assert_exit(r, 0);
    assert_has(r->out, "db");
    assert_exit(run("policy", "export", "--format", "xl", "web,db"), 2);
    assert_exit(run("policy", "export", "--format", "xl", "web"), 0);
}

static void the_british_spelling(void **state)
{
    const struct run *r = run("skew", "analyse", "nowhere");

    (void)state;
    assert_exit(r, 1);
    assert_has(r->err, "nowhere: No such file");
}

/* ---- files that are something else ---- */

static void what_is_no_configuration(void **state)
{
    const struct run *r;
    const char *s;
    int lines = 0;

    (void)state;
    write_file("passwd", "root:x:0:0:root:/root:/bin/sh\n"
                         "daemon:x:1:1:daemon:/:/bin/false\n"
                         "bin:x:2:2:bin:/bin:/bin/false\n"
                         "sys:x:3:3:sys:/dev:/bin/false\n"
                         "sync:x:4:65534:sync:/bin:/bin/sync\n");
    r = run("policy", "import", "passwd");
    assert_exit(r, 1);
    assert_string_equal(r->out, "");
    assert_has(r->err, "passwd:1: config parsing error");
    assert_has(r->err, "\nxentimectl: and ");
    assert_has(r->err, " more\n");
    for (s = r->err; *s; s++)
        lines += *s == '\n';
    assert_int_equal(lines, 4);
}

UNIT_MAIN(TEST(the_word_that_was_meant), TEST(the_longest_word),
          TEST(no_word_at_all), TEST(no_json_of_metrics), TEST(underscores),
          TEST(on_and_off), TEST(lists_of_domains), TEST(the_british_spelling),
          TEST(what_is_no_configuration))
