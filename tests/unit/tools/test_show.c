/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl show, of each kind of domain: what Xen and the record tell of its
 * settings, also where the record is damaged, and of its clocks.
 */

#include <stdio.h>

#include <xenctrl.h>

#include "domains.h"
#include "run.h"

/* ---- settings ---- */

static void show_each_kind(void **state)
{
    static const char *const refs[] = { "0", "web", "2", "30" };
    const struct run *r;
    json_object *doc;
    size_t i;

    (void)state;
    add_domains_of_each_kind();
    for (i = 0; i < ARRAY_COUNT(refs); i++) {
        r = run("show", refs[i]);
        assert_exit(r, 0);
        assert_string_equal(r->err, "");
        assert_has(r->out, "FIELD");
        assert_has(r->out, "timer_mode");
        r = run("show", "--json", refs[i]);
        assert_exit(r, 0);
        doc = parse_json(r->out);
        assert_true(*json_at(doc, "domain/uuid/value"));
        assert_true(*json_at(doc, "domain/uuid/source"));
        json_object_put(doc);
    }
    doc = parse_json(run("show", "--json", "30")->out);
    assert_string_equal(json_at(doc, "domain/name/value"), long_name);
    json_object_put(doc);
}

static void show_tells_what_there_is(void **state)
{
    struct fake_domain *f;
    json_object *doc;

    (void)state;
    add_domains_of_each_kind();
    f = fake_domain(1);
    f->hpet_config = 1;
    f->hpet_timer[0] = f->hpet_timer[2] = 1 << 2;
    assert_exit(run("set-mode", "1", "1"), 0);
    f->param[XENTIME_VHPET] = 1;
    doc = parse_json(run("show", "--json", "1")->out);
    assert_string_equal(json_at(doc, "domain/timer_mode/value"), "1");
    assert_string_equal(json_at(doc, "domain/tickpolicy/value"), "catchup");
    assert_string_equal(json_at(doc, "domain/vhpet_armed/value"), "[ 0, 2 ]");
    assert_string_equal(json_at(doc, "domain/tsc_khz/value"), "2400000");
    assert_string_equal(json_at(doc, "domain/timer_mode_record/value/status"),
                        "in force");
    assert_has(json_at(doc, "domain/timer_mode_change/value/by"),
               "xentimectl[");
    json_object_put(doc);

    f->param[XENTIME_TIMER_MODE] = 3;
    assert_has(run("show", "1")->out, "changed since by other means");
    store_put(record_path(1, XENTIME_TIMER_MODE, "requested"), "0");
    assert_has(run("show", "1")->out, "a change was cut short");
    store_put(record_path(1, XENTIME_TIMER_MODE, "requested"), "rubbish");
    assert_exit(run("show", "1"), 0);
    assert_has(run("show", "1")->out, "unknown");
    store_put(record_path(1, XENTIME_TIMER_MODE, "requested"), "1");
    store_put(record_path(1, XENTIME_TIMER_MODE, "by"), "x\x1b[31m\xff");
    store_put(record_path(1, XENTIME_TIMER_MODE, "when"),
              "9223372036854775807");
    assert_lacks(run("show", "1")->out, "\x1b");
    doc = parse_json(run("show", "--json", "1")->out);
    json_object_put(doc);
}

/* ---- clocks ---- */

/* Asserts what the field is in JSON, and a part of its text. */
static void assert_field(const char *name, const char *json, const char *text)
{
    json_object *doc = parse_json(run("show", "-J", "1")->out);
    char path[64];

    snprintf(path, sizeof(path), "domain/%s/value", name);
    assert_string_equal(json_at(doc, path), json);
    json_object_put(doc);
    if (text)
        assert_has(
            run_on_terminal(400, (const char *[]){ "show", "1", NULL })->out,
            text);
}

/*
 * A TSC that is the CPU's own is wrong on another host; one that Xen emulates, or
 * has the CPU scale, is not.
 */
static void show_tells_of_the_tsc(void **state)
{
    struct fake_domain *f;

    (void)state;
    add_domains_of_each_kind();
    f = fake_domain(1);
    f->tsc_khz = 0;
    f->made_khz = 2400000;
    assert_field("tsc", "native", "native");
    assert_field("tsc_invariant", "false", "no");
    assert_field("host_tsc_khz", "2400000", "2400000");
    assert_field("tsc_error_ppm", "0.000", "none");
    f->made_khz = 2399400;
    f->tsc_invariant = true;
    assert_field("tsc_invariant", "true", "yes");
    assert_field("tsc_error_ppm", "250.063",
                 "250.063 fast: the domain began on a host with another TSC");
    f->made_khz = 2400600;
    assert_field("tsc_error_ppm", "-249.938", "249.938 slow");

    f->tsc_mode = 0;
    f->tsc_khz = 2400600;
    assert_field("tsc", "emulated", "emulated");
    assert_field("tsc_error_ppm", "0.000", "none");
    assert_field("host_tsc_khz", "2400000", "(the domain's is +250.000 ppm)");
    f->tsc_native = true;
    assert_field("tsc", "native", "native");
    assert_field("tsc_error_ppm", "0.000", "none");
    fake->no_policy = true;
    assert_field("tsc_invariant", "", NULL);
    fake_domain(0)->type = XENTIME_PVH;
    assert_field("tsc", "", "unknown: dom0 is no PV domain");
    assert_field("tsc_error_ppm", "", NULL);
}

static void show_tells_of_the_rtc(void **state)
{
    static const struct {
        int64_t offset;
        const char *text;
    } cases[] = {
        { 0, "0: it is UTC" },
        { 7200, "7200: 2 h 00 min ahead of UTC. That is a time zone" },
        { -12600, "-12600: 3 h 30 min behind UTC. That is a time zone" },
        { 20700, "20700: 5 h 45 min ahead of UTC. That is a time zone" },
        { 50400, "50400: 14 h 00 min ahead of UTC. That is a time zone" },
        { 51300, "51300: ahead of Xen's wall clock" },
        { -37, "-37: behind Xen's wall clock" },
        { INT64_MIN + 1, "-9223372036854775807: behind" },
    };
    char json[32];
    size_t i;

    (void)state;
    add_domains_of_each_kind();
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        fake_domain(1)->rtc_offset = cases[i].offset;
        snprintf(json, sizeof(json), "%lld", (long long)cases[i].offset);
        assert_field("rtc_offset_s", json, cases[i].text);
    }
}

/* A field that a stock Xen cannot tell is unknown, with why that matters. */
static void show_tells_what_timer_mode_does_not_touch(void **state)
{
    json_object *doc;

    (void)state;
    add_domains_of_each_kind();
    fake_add(5, XENTIME_PV);
    assert_field("timer_mode_effect", "",
                 "unknown: a guest that has Xen's own timers");
    doc = parse_json(run("show", "-J", "5")->out);
    assert_string_equal(json_at(doc, "domain/timer_mode_effect"), "");
    assert_string_equal(json_at(doc, "domain/rtc_offset_s"), "");
    assert_string_equal(json_at(doc, "domain/clock/source"), "it is PV");
    json_object_put(doc);
    assert_has(run_on_terminal(400, (const char *[]){ "show", "5", NULL })->out,
               "It keeps time by its own NTP");
    doc = parse_json(run("show", "-J", "0")->out);
    assert_string_equal(json_at(doc, "domain/clock"), "");
    json_object_put(doc);

    /* Whoever asks for what it has not got is told so as well. */
    assert_has(run("set-mode", "5", "2")->err, "keeps time by its own NTP");
    assert_has(run("skew", "5")->err, "keeps time by its own NTP");
    assert_has(run("stats", "5")->err, "keeps time by its own NTP");
    assert_lacks(run("set-vhpet", "2", "on")->err, "NTP");
}

UNIT_MAIN(TEST(show_each_kind), TEST(show_tells_what_there_is),
          TEST(show_tells_of_the_tsc), TEST(show_tells_of_the_rtc),
          TEST(show_tells_what_timer_mode_does_not_touch))
