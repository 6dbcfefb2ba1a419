/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl list, of domains with ordinary and with hostile names: what it
 * prints fits the terminal, as what show and simulate print does, stays one line
 * per domain, and is the same in every form (table, raw, JSON, chosen columns).
 */

#include <stdio.h>

#include <xenctrl.h>

#include "domains.h"
#include "run.h"

#define UUID_OF_1 "11111111-1111-1111-1111-111111110001"

static size_t lines_of(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static size_t longest_line(const char *text)
{
    size_t longest = 0, len;

    for (; *text; text += len + 1) {
        len = strcspn(text, "\r\n");
        if (len > longest)
            longest = len;
        len += text[len] == '\r';
        if (!text[len])
            break;
    }
    return longest;
}

static void an_empty_host(void **state)
{
    const struct run *r = run("list");

    (void)state;
    assert_exit(r, 0);
    assert_string_equal(r->err, "");
    assert_true(lines_of(r->out) <= 1);
    r = run("list", "--noheadings");
    assert_exit(r, 0);
    assert_string_equal(r->out, "");
}

static void every_domain_a_line(void **state)
{
    const struct run *r;

    (void)state;
    add_domains_of_each_kind();
    r = run("list");
    assert_exit(r, 0);
    assert_string_equal(r->err, "");
    assert_int_equal(lines_of(r->out), 5);
    assert_has(r->out, "ID NAME");
    assert_has(r->out, "Domain-0");
    assert_has(r->out, long_name);
    r = run("list", "1", "web", UUID_OF_1);
    assert_int_equal(lines_of(r->out), 2);
}

static void columns_that_do_not_apply(void **state)
{
    const struct run *r;

    (void)state;
    add_domains_of_each_kind();
    r = run("list", "-n", "-r", "-o", "ID,NAME,MODE,VHPET");
    assert_exit(r, 0);
    assert_has(r->out, "0 Domain-0 - -\n");
    assert_has(r->out, "1 web 2 on\n");
    assert_has(r->out, "2 - 1 -\n");
    assert_has(r->out, " 1 off\n");
}

static void fits_80_columns(void **state)
{
    const char *args[] = { "list", NULL };
    const struct run *r;

    (void)state;
    add_domains_of_each_kind();
    r = run_on_terminal(80, args);
    assert_exit(r, 0);
    assert_int_equal(lines_of(r->out), 5);
    assert_in_range(longest_line(r->out), 40, 80);
    assert_has(r->out, "web");
    assert_has(r->out, "VHPET");
}

static const char all_columns[] = "ID,NAME,UUID,TYPE,STATE,VCPUS,TIME,MODE,"
                                  "MODE-NAME,VHPET,PROFILE";

/* Takes what a column has in each line, from @at on, without blanks. */
static void read_column(const char *text, const char *heading, char *to)
{
    size_t at = strstr(text, heading) - text, len, i;

    for (; *text; text += len + (text[len] == '\n')) {
        len = strcspn(text, "\n");
        for (i = at; i < len && text[i] != ' ' && text[i] != '\r'; i++)
            *to++ = text[i];
    }
    *to = '\0';
}

/*
 * Where not all columns have room, a mode's name and a UUID go on in the next
 * line, and a name that is cut says so.
 */
static void all_columns_fit_80_columns(void **state)
{
    const char *args[] = { "list", "-o", all_columns, NULL };
    const char *names[] = { "list", "-no", "NAME", "30", NULL };
    const struct run *r;
    char column[1000];

    (void)state;
    add_domains_of_each_kind();
    r = run_on_terminal(80, args);
    assert_exit(r, 0);
    assert_in_range(longest_line(r->out), 60, 80);
    assert_has(r->out, " Domain-0 ");
    assert_has(r->out, "nnnnnn+ ");
    assert_lacks(r->out, "web+");
    read_column(r->out, "MODE-NAME", column);
    assert_string_equal(column, "MODE-NAME-no_missed_ticks_pending"
                                "no_delay_for_missed_ticks"
                                "no_delay_for_missed_ticks");
    read_column(r->out, "UUID", column);
    assert_has(column, "UUID11111111-1111-1111-1111-111111110000" UUID_OF_1);

    r = run_on_terminal(200, args);
    assert_int_equal(lines_of(r->out), 5);
    assert_has(r->out, " no_delay_for_missed_ticks ");
    assert_has(r->out, " " UUID_OF_1 " ");
    /* In a pipe nothing is cut. */
    assert_int_equal(lines_of(run_args(args)->out), 5);
    assert_has(run_args(args)->out, long_name);
    r = run_on_terminal(20, names);
    assert_has(r->out, "nnnnnnnnnnnnnnnnnnn+");
}

/* Without room for it, a mode's number is left out: its name tells the same. */
static void simulate_cuts_no_name(void **state)
{
    const char *args[] = { "simulate", "--hours", "0.001", NULL };
    const struct xentime_mode_name *m;
    const struct run *r;
    int mode;

    (void)state;
    r = run_on_terminal(80, args);
    assert_exit(r, 0);
    assert_in_range(longest_line(r->out), 60, 80);
    for (mode = 0; (m = xentime_mode_name(mode)); mode++)
        assert_has(r->out, m->name);
    assert_lacks(r->out, "MODE MODE-NAME");
    assert_has(run_on_terminal(90, args)->out, "MODE MODE-NAME");
    assert_has(run_args(args)->out, "MODE MODE-NAME");
}

/* Characters that cannot be seen, and names that are cut in the midst of one. */
static void what_cannot_be_seen(void **state)
{
    static const struct {
        const char *name, *shown, *raw;
    } names[] = {
        { "web\xe2\x80\xae"
          "bd",
          "web\\u202ebd", "\xe2\x80\xae" }, /* right-to-left override */
        { "a\xe2\x80\x8b"
          "b",
          "a\\u200bb", "\xe2\x80\x8b" }, /* zero width space */
        { "c\xc2\xad"
          "d",
          "c\\u00add", "\xc2\xad" }, /* soft hyphen */
        { "e\xef\xbb\xbf"
          "f",
          "e\\ufefff", "\xef\xbb\xbf" }, /* zero width no-break space */
        { "g\xf3\xa0\x81\xa1", "g\\U000e0061", "\xf3\xa0" }, /* a tag */
    };
    const char *narrow[] = { "list", "-no", "NAME", "6", NULL };
    const struct run *r;
    json_object *doc;
    size_t i;

    (void)state;
    setenv("LC_ALL", "C.UTF-8", 1);
    for (i = 0; i < ARRAY_COUNT(names); i++) {
        fake_add(1 + i, XENTIME_HVM);
        name_domain(1 + i, names[i].name);
    }
    for (i = 0; i < ARRAY_COUNT(names); i++) {
        r = run("list");
        assert_has(r->out, names[i].shown);
        assert_lacks(r->out, names[i].raw);
        r = run("show", names[i].name);
        assert_has(r->out, names[i].shown);
        assert_lacks(r->out, names[i].raw);
        r = run("set-mode", names[i].name, "2");
        assert_has(r->out, names[i].shown);
        assert_lacks(r->out, names[i].raw);
        /* --raw and JSON are for programs, which get the very name. */
        assert_lacks(run("list", "-r")->out, names[i].raw);
        assert_lacks(run("list", "-r")->out, names[i].shown);
    }
    assert_has(run("list", "-r")->out, "web\\xe2\\x80\\xaebd");
    doc = parse_json(run("list", "--json", "1")->out);
    assert_string_equal(json_at(doc, "domains/0/name"), names[0].name);
    json_object_put(doc);

    fake_add(6, XENTIME_HVM);
    name_domain(6, "\xc3\xbc\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\x1b[1m\xff");
    for (i = 8; i < 30; i++) {
        r = run_on_terminal(i, narrow);
        assert_exit(r, 0);
        assert_int_equal(lines_of(r->out), 1);
        assert_lacks(r->out, "\x1b");
        assert_has(r->out, "\xc3\xbc\xe6\x97\xa5");
    }
    unsetenv("LC_ALL");
}

static void show_fits_80_columns(void **state)
{
    const char *args[] = { "show", "30", NULL };
    const struct run *r;

    (void)state;
    add_domains_of_each_kind();
    r = run_on_terminal(80, args);
    assert_exit(r, 0);
    assert_in_range(longest_line(r->out), 40, 80);
}

/* Returns all lines but the last one, which is that of the last domain. */
static char *lines_but_the_last(int columns, const char *output)
{
    const char *const args[] = { "list", output ? "-o" : NULL, output, NULL };
    const struct run *r = columns ? run_on_terminal(columns, args)
                                  : run_args(args);
    size_t len = strlen(r->out);

    assert_exit(r, 0);
    assert_true(len > 1);
    for (len--; len && r->out[len - 1] != '\n'; len--)
        ;
    return strndup(r->out, len);
}

/*
 * A table of ASCII is printed by ours, any other by libsmartcols: one domain's
 * name changes nothing in the lines of the others.
 */
static void plain_as_by_libsmartcols(void **state)
{
    static const char *const outputs[] = {
        NULL, "TYPE,ID,NAME,UUID,STATE,VCPUS,TIME,MODE,MODE-NAME,VHPET,PROFILE",
        "NAME,STATE,TYPE"
    };
    static const int columns[] = { 0, 80, 400 };
    size_t i, k;

    (void)state;
    add_domains_of_each_kind();
    fake_add(40, XENTIME_HVM);
    for (i = 0; i < ARRAY_COUNT(outputs); i++)
        for (k = 0; k < ARRAY_COUNT(columns); k++) {
            char *plain, *other;

            if (outputs[i] && columns[k] == 80)
                continue; /* columns are wrapped, by libsmartcols alone */
            name_domain(40, "x");
            plain = lines_but_the_last(columns[k], outputs[i]);
            name_domain(40, "\xc3\xbc");
            other = lines_but_the_last(columns[k], outputs[i]);
            assert_string_equal(plain, other);
            free(plain);
            free(other);
        }
}

/* Names cannot forge lines, columns or colours. */
static void hostile_names(void **state)
{
    static const char *const names[] = {
        "two words",
        "new\nline 99",
        "\x1b[2Jclear",
        "tab\tbed",
        "bad\xff",
        "back\bspace",
        "cr\rlf",
        "\xc2\x9b"
        "31m",
    };
    const struct run *r;
    const char *s;
    size_t i;

    (void)state;
    setenv("LC_ALL", "C.UTF-8", 1);
    for (i = 0; i < ARRAY_COUNT(names); i++) {
        fake_add(i, XENTIME_PV);
        name_domain(i, names[i]);
    }
    r = run("list", "-n");
    assert_exit(r, 0);
    assert_int_equal(lines_of(r->out), ARRAY_COUNT(names));
    for (s = r->out; *s; s++)
        if ((unsigned char)*s < ' ' && *s != '\n')
            fail_because("byte %#x: %s", *s, r->out);
    assert_lacks(r->out, "\xc2\x9b");

    /* raw: no blank in a value, so that the columns can be counted */
    r = run("list", "-n", "-r", "-o", "ID,NAME,TYPE");
    assert_exit(r, 0);
    assert_int_equal(lines_of(r->out), ARRAY_COUNT(names));
    for (i = 0, s = r->out; *s; s++) {
        i += *s == ' ';
        if (*s == '\n') {
            assert_int_equal(i, 2);
            i = 0;
        }
    }
    assert_has(r->out, "two\\x20words");
    unsetenv("LC_ALL");
}

/* Three damaged values of three domains, and the table has all the others. */
static void damaged_values(void **state)
{
    const char *session = "/tool/xentime/profile/%02x/dom30-11111111-1111-1111-"
                          "1111-11111111001e/x";
    const struct run *r;
    json_object *doc;
    char path[128];

    (void)state;
    add_domains_of_each_kind();
    fake_domain(1)->param[XENTIME_TIMER_MODE] = 77;
    fake->vpmu = 0;
    snprintf(path, sizeof(path), session, bucket_of(fake_domain(30)->uuid));
    store_put(path, "nonsense");
    r = run("list", "-nro", "ID,MODE,MODE-NAME,VHPET,PROFILE");
    assert_exit(r, 0);
    assert_has(r->out, "1 ? ? on 0\n");
    assert_has(r->out, "30 1 no_delay_for_missed_ticks off ?\n");
    assert_has(r->out, "2 1 no_delay_for_missed_ticks - 0\n");
    assert_has(r->err, "warning: domain 1: cannot read timer_mode: Xen answers "
                       "77 (and 1 more)\n");
    assert_int_equal(lines_of(r->err), 1);

    doc = parse_json(run("list", "--json")->out);
    assert_string_equal(json_at(doc, "domains/1/timer_mode"), "");
    assert_string_equal(json_at(doc, "domains/1/vhpet"), "true");
    json_object_put(doc);
    r = run("show", "1");
    assert_exit(r, 0);
    assert_has(r->out, "timer_mode        ? ");
    r = run("profile", "status");
    assert_exit(r, 0);
    assert_has(r->err, path);
    r = run("metrics");
    assert_exit(r, 0);
    assert_has(r->err, "warning: ");
    assert_has(r->out, "name=\"web\"");
}

static void chosen_columns(void **state)
{
    const struct run *r;

    (void)state;
    add_domains_of_each_kind();
    r = run("list", "-r", "-o", "type,ID,uuid", "web");
    assert_exit(r, 0);
    assert_string_equal(r->out, "TYPE ID UUID\nHVM 1 " UUID_OF_1 "\n");
    r = run("list", "--raw", "--noheadings", "--output=ID,ID", "web");
    assert_string_equal(r->out, "1 1\n");
    r = run("list", "-nro", "TIME,VCPUS,STATE,MODE-NAME", "web");
    assert_string_equal(r->out, "1.0 1 running no_missed_ticks_pending\n");
}

static void columns_besides_the_usual(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    add_domains_of_each_kind();
    r = run("list", "-r", "-o", "+UUID,vcpus", "web");
    assert_exit(r, 0);
    assert_string_equal(r->out,
                        "ID NAME TYPE STATE MODE VHPET PROFILE UUID VCPUS\n"
                        "1 web HVM running 2 on - " UUID_OF_1 " 1\n");
    r = run("list", "--output=+TIME", "--json", "web");
    doc = parse_json(r->out);
    assert_string_equal(json_at(doc, "domains/0/name"), "web");
    assert_string_equal(json_at(doc, "domains/0/cpu_time_ns"), "1000000000");
    assert_string_equal(json_at(doc, "domains/0/uuid"), "");
    json_object_put(doc);
}

static void bad_columns(void **state)
{
    static const char *const bad[] = {
        "",         ",", "ID,",  ",ID",  "ID,,NAME", "NOPE",     "ID NAME",
        "ID,NAMEX", "+", "+,ID", "+ID,", "++ID",     "ID,+NAME", "+NOPE",
    };
    const struct run *r;
    char many[200] = "ID";
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(bad); i++) {
        r = run("list", "-o", bad[i]);
        assert_exit(r, 2);
        assert_string_equal(r->out, "");
        assert_has(r->err, "xentimectl: list: ");
    }
    for (i = 0; i < 40; i++)
        strcat(many, ",ID");
    assert_exit(run("list", "-o", many), 2);
}

/* ---- JSON ---- */

static void list_as_json(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    add_domains_of_each_kind();
    fake_add(5, XENTIME_PV);
    name_domain(5, "bad\xff\n");
    r = run("list", "--json");
    assert_exit(r, 0);
    assert_string_equal(r->err, "");
    doc = parse_json(r->out);
    assert_string_equal(json_at(doc, "domains/0/name"), "Domain-0");
    assert_string_equal(json_at(doc, "domains/0/timer_mode"), "");
    assert_string_equal(json_at(doc, "domains/1/id"), "1");
    assert_string_equal(json_at(doc, "domains/1/timer_mode"), "2");
    assert_string_equal(json_at(doc, "domains/1/vhpet"), "true");
    assert_string_equal(json_at(doc, "domains/1/uuid"), UUID_OF_1);
    assert_string_equal(json_at(doc, "domains/1/cpu_time_ns"), "1000000000");
    assert_string_equal(json_at(doc, "domains/2/name"), "");
    assert_string_equal(json_at(doc, "domains/2/state/0"), "paused");
    assert_string_equal(json_at(doc, "domains/3/name"), "bad\xef\xbf\xbd\n");
    assert_string_equal(json_at(doc, "domains/4/name"), long_name);
    assert_string_equal(json_at(doc, "domains/5"), "");
    json_object_put(doc);

    r = run("list", "-J", "-o", "NAME", "1");
    doc = parse_json(r->out);
    assert_string_equal(json_at(doc, "domains"), "[ { \"name\": \"web\" } ]");
    json_object_put(doc);
}

static void no_domain_as_json(void **state)
{
    json_object *doc;

    (void)state;
    doc = parse_json(run("list", "--json")->out);
    assert_string_equal(json_at(doc, "domains"), "[ ]");
    json_object_put(doc);
}

UNIT_MAIN(TEST(an_empty_host), TEST(every_domain_a_line),
          TEST(columns_that_do_not_apply), TEST(fits_80_columns),
          TEST(all_columns_fit_80_columns), TEST(simulate_cuts_no_name),
          TEST(what_cannot_be_seen), TEST(show_fits_80_columns),
          TEST(plain_as_by_libsmartcols), TEST(hostile_names),
          TEST(damaged_values), TEST(chosen_columns),
          TEST(columns_besides_the_usual), TEST(bad_columns),
          TEST(list_as_json), TEST(no_domain_as_json))
