/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of xentimectl: they may stand anywhere, the one that is wrong is named,
 * and --json and --verbose mean the same wherever they are.
 */

#include "run.h"

#define MAX_WORDS 6

static void add_two_domains(void)
{
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    name_domain(1, "web");
    name_domain(2, "db");
}

static void options_anywhere(void **state)
{
    static const char *const orders[][MAX_WORDS] = {
        { "set-mode", "--force", "web", "0" },
        { "set-mode", "web", "0", "--force" },
        { "set-mode", "web", "-f", "0" },
        { "-f", "set-mode", "web", "0" },
        { "set-mode", "--fo", "web", "0" },
        { "set-mode", "-fw5", "--", "web", "0" },
    };
    size_t i;

    (void)state;
    add_two_domains();
    for (i = 0; i < ARRAY_COUNT(orders); i++) {
        fake_domain(1)->param[XENTIME_TIMER_MODE] = 1;
        assert_exit(run_args(orders[i]), 0);
        assert_int_equal(fake_domain(1)->param[XENTIME_TIMER_MODE], 0);
    }
    /* After "--" nothing is an option. */
    assert_exit(run("set-mode", "--", "web", "--force"), 2);
    name_domain(2, "-x");
    assert_exit(run("show", "--", "-x"), 0);
}

/* The option that is wrong is named, wherever it stands in its cluster. */
static void the_unknown_option_is_named(void **state)
{
    const struct run *r;

    (void)state;
    r = run("list", "-xn");
    assert_exit(r, 2);
    assert_has(r->err, "-x");
    assert_lacks(r->err, "option list");
    r = run("list", "-nx");
    assert_exit(r, 2);
    assert_has(r->err, "x\n");
}

/* Such as that of a shell's variable that is not set. */
static void an_empty_name_of_a_file(void **state)
{
    const struct run *r;

    (void)state;
    r = run("metrics", "--textfile", "");
    assert_exit(r, 2);
    assert_has(r->err, "--textfile needs the name of a file");
    r = run("policy", "check", "");
    assert_exit(r, 1);
    assert_has(r->err, "xentimectl: \"\": No such file");
}

/*
 * --json makes JSON of an error wherever it stands, also in a cluster behind
 * the mistake, but not as the value of another option, nor behind "--".
 */
static void json_is_seen(void **state)
{
    static const struct {
        const char *args[MAX_WORDS];
        bool json;
    } lines[] = {
        { { "list", "--bogus", "-nJ" }, true },
        { { "list", "--bogus", "-J" }, true },
        { { "list", "-xJ" }, true },
        { { "list", "--bogus", "--js" }, true },
        { { "list", "-nJo" }, true },
        { { "list", "-J", "-o" }, true },
        { { "-nJ", "frobnicate" }, true },
        { { "frobnicate", "--bogus", "--jso" }, true },
        { { "frobnicate", "--holder", "x", "-rJ" }, true },
        { { "-J" }, true },
        { { "skew", "analyze", "/nowhere", "--plot", "-J" }, true },
        { { "list", "-o", "-J" }, false },
        { { "list", "-noJ" }, false },
        { { "frobnicate", "--holder", "-J" }, false },
        { { "list", "--bogus", "--", "-J" }, false },
        { { "frobnicate", "--", "--json" }, false },
        { { "metrics", "--json" }, false },
    };
    const struct run *r;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(lines); i++) {
        r = run_args(lines[i].args);
        assert_int_not_equal(r->status, 0);
        assert_true(*r->err);
        if (!*r->out != !lines[i].json)
            fail_because("%zu: %s", i, r->out);
        if (lines[i].json)
            json_object_put(parse_json(r->out));
    }
}

static void verbose_goes_to_stderr(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    add_two_domains();
    r = run("list", "-v", "--json");
    assert_exit(r, 0);
    doc = parse_json(r->out);
    json_object_put(doc);
}

UNIT_MAIN(TEST(options_anywhere), TEST(the_unknown_option_is_named),
          TEST(an_empty_name_of_a_file), TEST(json_is_seen),
          TEST(verbose_goes_to_stderr))
