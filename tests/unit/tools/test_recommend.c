/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl recommend, with a record of a busy vCPU beside another, and of one
 * that reads a disk: the ranking for each kind of guest, number of vCPUs and
 * kind of TSC, what this Xen cannot do, or will not for such a domain, the
 * reasons, and when there is a command to type.  test_rank has the rules for that.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

#define MS UINT64_C(2000000) /* cycles, of a TSC with 2 GHz */

static void put(FILE *f, uint32_t word)
{
    assert_int_equal(fwrite(&word, sizeof(word), 1, f), 1);
}

/* States of a vCPU in a record: RUNSTATE_* of Xen's public headers. */
enum { RUNNING, RUNNABLE, BLOCKED };

/* A record of domain 1's vCPU 0, with its time in cycles. */
struct record {
    FILE *f;
    uint64_t now;
};

static struct record begin_record(const char *name)
{
    struct record r = { fopen(name, "w"), 0 };

    assert_non_null(r.f);
    put(r.f, 0x0001f003u | 2u << 28);
    put(r.f, 0);
    put(r.f, 65536);
    return r;
}

/* It was @from for @cycles, and is @to now. */
static void change(struct record *r, uint64_t cycles, uint32_t from,
                   uint32_t to)
{
    r->now += cycles;
    put(r->f, 0x00021001u | from << 8 | to << 4 | 1u << 28 | 1u << 31);
    put(r->f, (uint32_t)r->now);
    put(r->f, (uint32_t)(r->now >> 32));
    put(r->f, 1 << 16);
}

/* It runs for 10 ms and has no CPU for 10 ms, 200 times. */
static void write_busy(void)
{
    struct record r = begin_record("trace");
    int i;

    for (i = 0; i < 200; i++) {
        change(&r, 10 * MS, RUNNABLE, RUNNING);
        change(&r, 10 * MS, RUNNING, RUNNABLE);
    }
    assert_int_equal(fclose(r.f), 0);
}

/* Returns a number below @n, as POSIX shows rand(). */
static uint64_t below(uint32_t *random, uint64_t n)
{
    *random = *random * 1103515245 + 12345;
    return (*random >> 8 & 0x7fffff) * n >> 23;
}

/* It runs for up to half a millisecond, sleeps, and waits in half the turns. */
static void write_disk(void)
{
    struct record r = begin_record("disk");
    uint32_t random = 1;
    int i;

    for (i = 0; i < 800; i++) {
        change(&r, MS / 10 + below(&random, 2) * below(&random, 5 * MS),
               RUNNABLE, RUNNING);
        change(&r, MS / 10 + below(&random, MS / 2), RUNNING, BLOCKED);
        change(&r, MS + below(&random, 5 * MS), BLOCKED, RUNNABLE);
    }
    assert_int_equal(fclose(r.f), 0);
}

/* It sleeps for most of the time, and has its CPU at once. */
static void write_idle(void)
{
    struct record r = begin_record("idle");
    int i;

    for (i = 0; i < 300; i++) {
        change(&r, MS / 1000, RUNNABLE, RUNNING);
        change(&r, MS / 20, RUNNING, BLOCKED);
        change(&r, (11 + i % 7) * MS, BLOCKED, RUNNABLE);
    }
    assert_int_equal(fclose(r.f), 0);
}

static void add_domain(const char *name)
{
    fake_add(1, XENTIME_HVM)->vcpus = 2;
    name_domain(1, name);
    write_busy();
    write_disk();
    write_idle();
}

#define recommend_by(trace, ...) \
    run("recommend", "1", "--trace", trace, "--tsc-khz", "2000000", \
        ##__VA_ARGS__)
#define recommend(...) recommend_by("trace", ##__VA_ARGS__)

/* For a slow machine, on which no mode of a stock Xen is for the disk load. */
#define on_a_slow_machine(...) \
    recommend_by("disk", "--guest", "tick-tsc", "--latency", "55", \
                 ##__VA_ARGS__)

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
    assert_has(r->out, "\nBest: mode 2 (no_missed_ticks_pending).  Type:\n"
                       "    xentimectl set-mode web 2\n");
    assert_lacks(r->out, "patched Xen: ");

    r = recommend("--guest", "clock");
    assert_has(r->out, "It has the best mode that this Xen has: 1 "
                       "(no_delay_for_missed_ticks).\n");
    assert_lacks(r->out, "Better still");

    doc = parse_json(recommend("--guest", "tick", "--json")->out);
    assert_string_equal(json_at(doc, "advice"), "keep");
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
        r = on_a_slow_machine();
        assert_exit(r, 0);
        assert_has(r->out, cases[i].facts);
        assert_has(r->out, "\nBetter, with a patched Xen: ");
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
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        /* The present mode is a bad one, which is not kept. */
        fake_domain(1)->param[XENTIME_TIMER_MODE] =
            strcmp(cases[i].guest, "tick-tsc") ? 2 : 1;
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
    assert_has(r->out, "    tick      mode 1, as it is now\n"
                       "    tick-tsc  mode 5\n"
                       "    clock     mode 1, as it is now\n");
    doc = parse_json(recommend("-J")->out);
    assert_string_equal(json_at(doc, "best_by_guest/tick-tsc"), "5");
    assert_string_equal(json_at(doc, "best_patched/emulated"), "4");
    json_object_put(doc);

    /* In mode 0 a native TSC goes on. */
    doc = parse_json(recommend("--guest", "tick-tsc", "-J")->out);
    assert_has(ranked(doc, 0, "reason"), "% of its ticks twice");
    assert_has(ranked(doc, 1, "reason"), "% of its ticks twice");
    assert_string_equal(ranked(doc, 0, "spread_pct"),
                        ranked(doc, 1, "spread_pct"));
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

/* Mode 0 does not stop a native TSC. */
static void a_tsc_that_goes_on(void **state)
{
    (void)state;
    add_domain("web");
    fake_domain(1)->param[XENTIME_TIMER_MODE] = 0;
    fake_domain(1)->vcpus = 1;
    fake_domain(1)->tsc_mode = 2;
    assert_has(recommend("--guest", "tick")->out,
               "\nThat mode does not stop a native TSC: ");
    fake_domain(1)->tsc_mode = 1;
    assert_lacks(recommend("--guest", "tick")->out, "does not stop");
}

/* ---- when there is a command to type ---- */

/*
 * All kinds in mode 1, which doubles 45 % of the ticks of one: mode 3, which
 * loses as many of another's, is no better.  The kinds are told apart.
 */
static void kinds_that_disagree(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    add_domain("web");
    r = recommend();
    assert_exit(r, 0);
    assert_lacks(r->out, "set-mode");
    assert_has(r->out, "Say which it is, as\n--guest takes it:\n"
                       "    tick      mode 1, as it is now\n"
                       "    tick-tsc  mode 2\n"
                       "    clock     mode 1, as it is now\n");
    doc = parse_json(recommend("-J")->out);
    assert_string_equal(json_at(doc, "advice"), "ask-guest");
    assert_string_equal(json_at(doc, "best"), "");
    assert_string_equal(json_at(doc, "best_by_guest/tick-tsc"), "2");
    json_object_put(doc);
    /* Nothing is lost or doubled of an idle guest's, and no question asked. */
    r = recommend_by("idle");
    assert_has(r->out, "It has the best mode that this Xen has: 1 ");
}

/* Where NTP cannot follow in the best mode, changing to it is of no use. */
static void nothing_is_of_use(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    add_domain("web");
    r = on_a_slow_machine();
    assert_exit(r, 0);
    assert_lacks(r->out, "set-mode");
    assert_has(r->out,
               "\nNo mode that this Xen has is of use here: in the best,");
    doc = parse_json(on_a_slow_machine("-J")->out);
    assert_string_equal(json_at(doc, "advice"), "none");
    assert_string_equal(json_at(doc, "best"), "");
    assert_string_equal(json_at(doc, "best_by_guest/tick-tsc"), "");
    assert_true(atof(ranked(doc, 2, "error_pct")) > 0.05);
    assert_string_equal(json_at(doc, "best_patched/native"), "5");
    json_object_put(doc);
    fake_patch();
    assert_has(on_a_slow_machine()->out, "set-mode web 4\n");
}

/* The same mode has another reason where something else has happened. */
static void reasons_are_findings(void **state)
{
    static const struct {
        const char *trace, *guest;
        int mode;
        const char *reason;
    } cases[] = {
        { "trace", "tick", 1, "it gets every tick, up to 10 at once" },
        { "idle", "tick", 1, "it gets every tick" },
        { "trace", "tick", 3, "its clock loses 45." },
        { "idle", "tick", 3, "it gets every tick" },
        { "idle", "tick", 2, " ticks in 120 s" },
        { "trace", "tick-tsc", 1, "it counts 45." },
        { "idle", "tick-tsc", 1, "it gets every tick, and counts it once" },
        { "trace", "tick-tsc", 2,
          "it loses 50.0 % of its ticks, and makes up" },
        { "trace", "clock", 1, "its clock goes on; its scheduler gets every" },
        { "trace", "clock", 2,
          "its clock goes on; its scheduler loses 50.0 %" },
        { "trace", "clock", 4,
          "its clock stands still for up to 10.0 ms; its" },
        { "idle", "clock", 4, "its clock goes on; its scheduler gets every" },
    };
    json_object *doc;
    size_t i;

    (void)state;
    add_domain("web");
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        doc = parse_json(
            recommend_by(cases[i].trace, "-J", "--guest", cases[i].guest)->out);
        assert_has(ranked(doc, cases[i].mode, "reason"), cases[i].reason);
        json_object_put(doc);
    }
}

/* Another seed draws other parts of the record, and the rest stays. */
static void seeds(void **state)
{
    char *first, *second;
    json_object *a, *b;

    (void)state;
    add_domain("web");
    first = strdup(recommend_by("disk", "-J", "-g", "tick")->out);
    assert_string_equal(recommend_by("disk", "-J", "-g", "tick")->out, first);
    second = strdup(
        recommend_by("disk", "-J", "-g", "tick", "--seed", "2")->out);
    a = parse_json(first);
    b = parse_json(second);
    assert_string_equal(ranked(a, 3, "error_pct"), ranked(b, 3, "error_pct"));
    assert_string_not_equal(ranked(a, 3, "spread_pct"),
                            ranked(b, 3, "spread_pct"));
    assert_true(atof(ranked(a, 3, "spread_pct")) > 0.01);
    json_object_put(a);
    json_object_put(b);
    free(first);
    free(second);
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
    r = run("recommend", "2", "--trace", "trace");
    assert_exit(r, 4);
    assert_has(r->err, "xentimectl: domain 2: a PV domain has no timer_mode");
    r = recommend("--hz", "10000", "--latency", "10000");
    assert_exit(r, 1);
    assert_has(r->err, "no timer_mode can be told best: the guest is "
                       "overloaded: a tick takes it 19800 us, one comes every "
                       "100 us, and it can have a CPU for 50.");
    assert_exit(recommend("--seed", "-1"), 2);
    assert_exit(run("recommend", "1", "--trace", "nothing"), 1);
    fake->khz = 0;
    assert_exit(run("recommend", "1", "--trace", "trace"), 4);
    setenv("PATH", "/nowhere", 1);
    r = run("recommend", "1", "--observe", "1");
    assert_exit(r, 4);
    assert_has(r->err, "there is no xentrace here");
}

/* ---- observing ---- */

/* Writes a program that stands for xentrace; $6 is the file to record to. */
static void write_xentrace(const char *script)
{
    mkdir("bin", 0700);
    write_file("bin/xentrace", "#!/bin/sh\n%s", script);
    chmod("bin/xentrace", 0700);
    setenv("PATH", "bin:/usr/bin:/bin", 1);
}

/*
 * The record is memory of dom0.  Once it is full xentrace is ended by SIGTERM,
 * at which it leaves the trace buffers usable, and what it has got is taken.
 * (The hole that makes the record so long here takes no memory.)
 */
static void a_record_that_is_full(void **state)
{
    const struct run *r;

    (void)state;
    add_domain("web");
    write_xentrace("trap 'cat trace >$6; exit 0' TERM\n"
                   "truncate -s 300M $6\n"
                   "while :; do sleep 0.05; done\n");
    r = run("recommend", "1", "--observe", "86400", "--tsc-khz", "2000000");
    assert_exit(r, 0);
    assert_has(r->err, "note: the record has 256 MiB, and was ended");
    assert_has(r->out, "web: timer_mode 1, simulated with what xentrace has");
}

static bool wait_for_file(const char *path)
{
    int i;

    for (i = 0; i < 3000 && access(path, F_OK); i++)
        usleep(10000);
    return !access(path, F_OK);
}

/* There is only one set of trace buffers: what holds them ends with us. */
static void xentrace_ends_with_us(void **state)
{
    static const int signals[] = { SIGTERM, SIGKILL };
    const char *args[] = { "recommend", "1", "--observe", "600", NULL };
    size_t i;
    pid_t pid;

    (void)state;
    add_domain("web");
    write_xentrace("trap 'echo >ended; exit 0' TERM\n"
                   "ls /proc/$$/fd >files\necho >begun\n"
                   "while :; do sleep 0.05; done\n");
    for (i = 0; i < ARRAY_COUNT(signals); i++) {
        unlink("begun");
        unlink("ended");
        pid = run_start(args);
        assert_true(wait_for_file("begun"));
        kill(pid, signals[i]);
        waitpid(pid, NULL, 0);
        assert_true(wait_for_file("ended"));
    }
}

/* It keeps nothing open that this process got from its caller. */
static void xentrace_inherits_nothing(void **state)
{
    int lock = open("inherited", O_RDWR | O_CREAT, 0600);

    (void)state;
    assert_true(lock > 2);
    add_domain("web");
    write_xentrace("for i in /proc/$$/fd/*; do readlink $i; done >files\n"
                   "cat trace >$6\n");
    assert_exit(run("recommend", "1", "--observe", "1", "--tsc-khz", "2000000"),
                0);
    assert_int_equal(system("grep -q /dev/null files"), 0);
    assert_true(system("grep inherited files"));
    close(lock);
}

UNIT_MAIN(TEST(on_a_stock_xen), TEST(two_answers), TEST(on_a_patched_xen),
          TEST(several_vcpus_with_a_native_tsc), TEST(clocks_that_differ),
          TEST(a_tsc_that_goes_on), TEST(kinds_that_disagree),
          TEST(nothing_is_of_use), TEST(reasons_are_findings), TEST(seeds),
          TEST(names), TEST(wrong_uses), TEST(a_record_that_is_full),
          TEST(xentrace_ends_with_us), TEST(xentrace_inherits_nothing))
