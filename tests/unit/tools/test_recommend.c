/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl recommend, with a record of a busy vCPU beside another: the
 * ranking for each kind of guest, number of vCPUs and kind of TSC, what this
 * Xen cannot do, or will not for such a domain, and the command to type.
 */

#include <stdio.h>

#include "run.h"

#define MS UINT64_C(2000000) /* cycles, of a TSC with 2 GHz */

static void put(FILE *f, uint32_t word)
{
    assert_int_equal(fwrite(&word, sizeof(word), 1, f), 1);
}

/* Domain 1's vCPU 0 runs for 10 ms and has no CPU for 10 ms, 200 times. */
static void write_trace(void)
{
    FILE *f = fopen("trace", "w");
    uint64_t tsc;
    uint32_t i;

    assert_non_null(f);
    put(f, 0x0001f003u | 2u << 28);
    put(f, 0);
    put(f, 65536);
    for (i = 0; i < 400; i++) {
        put(f, 0x00021001u | (i % 2 ? 0x010 : 0x100) | 1u << 28 | 1u << 31);
        tsc = (i + 1) * 10 * MS;
        put(f, (uint32_t)tsc);
        put(f, (uint32_t)(tsc >> 32));
        put(f, 1 << 16);
    }
    assert_int_equal(fclose(f), 0);
}

static void add_domain(const char *name)
{
    fake_add(1, XENTIME_HVM)->vcpus = 2;
    name_domain(1, name);
    write_trace();
}

#define recommend(...) \
    run("recommend", "1", "--trace", "trace", "--tsc-khz", "2000000", \
        ##__VA_ARGS__)

static void on_a_stock_xen(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    add_domain("web");
    r = recommend("--guest", "tick-tsc");
    assert_exit(r, 0);
    assert_has(r->out, "web: timer_mode 1, simulated with trace, "
                       "domain 1 vCPU 0\n");
    assert_has(r->out, "\n  5! ");
    assert_has(r->out, "\n  0! ");
    assert_has(r->out, " it makes up for missed ticks; now\n");
    assert_has(r->out, "xentimectl set-mode web ");
    assert_lacks(r->out, "set-mode web 4");
    assert_lacks(r->out, "set-mode web 5");

    r = recommend("--guest", "clock");
    assert_has(r->out, "It has the best mode that this Xen has: 1 "
                       "(no_delay_for_missed_ticks).\n");
    assert_lacks(r->out, "Better still");

    doc = parse_json(recommend("--guest", "tick", "--json")->out);
    assert_string_equal(json_at(doc, "best"), "1");
    assert_string_equal(json_at(doc, "best_by_guest/tick"), "1");
    assert_int_equal(json_object_array_length(
                         json_object_object_get(doc, "ranking")),
                     XENTIME_TIMER_MODES);
    json_object_put(doc);
}

/* A stock Xen tells the tsc_mode, and nothing more. */
static void two_answers(void **state)
{
    static const struct {
        uint32_t tsc_mode;
        unsigned int vcpus;
        const char *facts, *better;
    } cases[] = {
        { 0, 2,
          "It has 2 vCPUs and the default tsc_mode: this Xen does not tell ",
          "Xen: mode 4 (paced_missed_ticks) if its TSC is emulated,\n"
          "and mode 5 (no_doubled_ticks_pending) if it is native.\n" },
        { 1, 2, "It has 2 vCPUs and an emulated TSC.\n",
          "Xen: mode 4 (paced_missed_ticks).\n" },
        { 2, 2, "It has 2 vCPUs and a native TSC.\n",
          "Xen: mode 5 (no_doubled_ticks_pending).\n" },
        { 0, 1, "It has 1 vCPU and the default tsc_mode: ",
          "Xen: mode 4 (paced_missed_ticks).\n" },
        { 2, 1, "It has 1 vCPU and a native TSC.\n",
          "Xen: mode 4 (paced_missed_ticks).\n" },
    };
    const struct run *r;
    size_t i;

    (void)state;
    add_domain("web");
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        fake_domain(1)->tsc_mode = cases[i].tsc_mode;
        fake_domain(1)->vcpus = cases[i].vcpus;
        r = recommend("--guest", "tick-tsc");
        assert_exit(r, 0);
        assert_has(r->out, cases[i].facts);
        assert_has(r->out, "Better still, with a patched ");
        assert_has(r->out, cases[i].better);
    }
}

/* The best mode depends on the kind of guest, the vCPUs and the TSC. */
static void on_a_patched_xen(void **state)
{
    static const struct {
        const char *guest;
        unsigned int vcpus;
        bool native;
        const char *best;
    } cases[] = {
        { "tick", 1, true, "1" },      { "tick", 1, false, "1" },
        { "tick", 2, true, "1" },      { "tick", 2, false, "1" },
        { "tick-tsc", 1, true, "4" },  { "tick-tsc", 1, false, "4" },
        { "tick-tsc", 2, false, "4" }, { "tick-tsc", 2, true, "5" },
        { "clock", 1, true, "1" },     { "clock", 1, false, "1" },
        { "clock", 2, true, "1" },     { "clock", 2, false, "1" },
        { "all", 1, true, "4" },       { "all", 1, false, "4" },
        { "all", 2, false, "4" },
    };
    json_object *doc;
    size_t i;

    (void)state;
    add_domain("web");
    fake_patch();
    fake_domain(1)->param[XENTIME_TIMER_MODE] = 3;
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        fake_domain(1)->vcpus = cases[i].vcpus;
        fake_vtimer(1)->native = cases[i].native;
        doc = parse_json(recommend("--guest", cases[i].guest, "-J")->out);
        if (strcmp(json_at(doc, "best"), cases[i].best) != 0)
            fail_because("%s, %u vCPUs, %s TSC: mode %s", cases[i].guest,
                         cases[i].vcpus,
                         cases[i].native ? "native" : "emulated",
                         json_at(doc, "best"));
        assert_string_equal(json_at(doc, "tsc"),
                            cases[i].native ? "native" : "emulated");
        json_object_put(doc);
    }
}

/* Returns what the ranking has as @key of @mode. */
static const char *ranked(json_object *doc, int mode, const char *key)
{
    char path[40];
    int i;

    for (i = 0; i < XENTIME_TIMER_MODES; i++) {
        snprintf(path, sizeof(path), "ranking/%d/mode", i);
        if (atoi(json_at(doc, path)) == mode)
            break;
    }
    snprintf(path, sizeof(path), "ranking/%d/%s", i, key);
    return json_at(doc, path);
}

static void several_vcpus_with_a_native_tsc(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    add_domain("old billing");
    fake_patch();
    fake_vtimer(1)->native = true;
    r = recommend("--guest", "tick-tsc");
    assert_exit(r, 0);
    assert_has(r->out, "It has 2 vCPUs and a native TSC.\n");
    assert_has(r->out, "\n  4x ");
    assert_has(r->out,
               "\nx refused to a domain with several vCPUs and a native "
               "TSC\n");
    assert_has(r->out, "xentimectl set-mode 'old billing' 5\n");
    assert_lacks(r->out, "with a patched Xen");

    /* No mode is for every kind; each is told its own. */
    r = recommend();
    assert_exit(r, 0);
    assert_has(r->out, "Mode 4 (paced_missed_ticks) would be better, and is "
                       "refused to\na domain with several vCPUs and a native "
                       "TSC:\ngive it an emulated TSC");
    assert_has(r->out, "    tick      mode 1\n    tick-tsc  mode 5\n"
                       "    clock     mode 1\n");
    doc = parse_json(recommend("-J")->out);
    assert_string_equal(json_at(doc, "best_by_guest/tick-tsc"), "5");
    assert_string_equal(json_at(doc, "best_patched/emulated"), "4");
    json_object_put(doc);

    /* In mode 0 a native TSC goes on. */
    doc = parse_json(recommend("--guest", "tick-tsc", "-J")->out);
    assert_has(ranked(doc, 0, "reason"), "late ticks count twice");
    assert_has(ranked(doc, 1, "reason"), "late ticks count twice");
    assert_string_equal(ranked(doc, 0, "error_pct"),
                        ranked(doc, 1, "error_pct"));
    json_object_put(doc);
}

/* Each vCPU has a time of its own on a stock Xen. */
static void clocks_that_differ(void **state)
{
    (void)state;
    add_domain("web");
    fake_domain(1)->tsc_mode = 1;
    fake_domain(1)->param[XENTIME_TIMER_MODE] = 0;
    assert_has(recommend()->out,
               "the clocks of its 2 vCPUs differ on this Xen");
    fake_domain(1)->vcpus = 1;
    assert_lacks(recommend()->out, "differ on this Xen");
}

/* A name that a shell would misread is quoted, or replaced by the id. */
static void names(void **state)
{
    static const struct {
        const char *name, *operand;
    } names[] = {
        { "web.example_1-a", "web.example_1-a" },
        { "it's", "1" },
        { "-f", "1" },
        { "7up", "1" },
        { "a,b", "1" },
        { "$(reboot)", "'$(reboot)'" },
        { "a\nb", "1" },
    };
    char wanted[64];
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(names); i++) {
        if (!i)
            add_domain(names[i].name);
        name_domain(1, names[i].name);
        fake_patch();
        snprintf(wanted, sizeof(wanted), "xentimectl set-mode %s 4\n",
                 names[i].operand);
        assert_has(recommend()->out, wanted);
    }
}

static void wrong_uses(void **state)
{
    const struct run *r;

    (void)state;
    add_domain("web");
    fake_add(2, XENTIME_PV);
    assert_exit(run("recommend"), 2);
    assert_exit(run("recommend", "1", "--trace", "x", "--observe", "3"), 2);
    assert_exit(run("recommend", "1", "--guest", "bsd"), 2);
    assert_exit(run("recommend", "nobody", "--trace", "trace"), 3);
    assert_exit(run("recommend", "2", "--trace", "trace"), 4);
    assert_exit(run("recommend", "1", "--trace", "nothing"), 1);
    setenv("PATH", "/nowhere", 1);
    r = run("recommend", "1", "--observe", "1");
    assert_exit(r, 4);
    assert_has(r->err, "there is no xentrace here");
}

UNIT_MAIN(TEST(on_a_stock_xen), TEST(two_answers), TEST(on_a_patched_xen),
          TEST(several_vcpus_with_a_native_tsc), TEST(clocks_that_differ),
          TEST(names), TEST(wrong_uses))
