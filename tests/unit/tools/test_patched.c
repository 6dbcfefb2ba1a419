/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl tune and resync, and what show, info and profile add, on a patched
 * Xen; wrong use of these and of stats; what each says on a Xen without its
 * patch.
 */

#include <stdio.h>

#include <xenctrl.h>

#include "lock.h"
#include "run.h"

static struct fake_vtimer *add_domain(void)
{
    fake_patch();
    fake_add(1, XENTIME_HVM)->vcpus = 2;
    name_domain(1, "old billing");
    return fake_vtimer(1);
}

/* ---- resync ---- */

static void resync(void **state)
{
    struct fake_vtimer *v = add_domain();
    const struct run *r;
    json_object *doc;

    (void)state;
    v->lag = 12345000;
    assert_has(run("show", "1")->out, " 12.345 ms ");
    r = run("resync", "1");
    assert_exit(r, 0);
    assert_string_equal(r->out, "old billing: lag 12.345 ms, stepped\n");
    assert_int_equal(v->lag, 0);
    r = run("resync", "old billing");
    assert_exit(r, 0);
    assert_string_equal(r->out,
                        "old billing: no lag, nothing to do: guest time does "
                        "not stand still in mode 1\n");
    fake_domain(1)->param[XENTIME_TIMER_MODE] = 4;
    assert_string_equal(run("resync", "1")->out,
                        "old billing: no lag, nothing to do\n");
    v->lag = 12345678901;
    assert_has(run("resync", "1")->out, "lag 12.346 s, stepped\n");
    v->lag = 12345000;
    doc = parse_json(run("resync", "1", "-J")->out);
    assert_string_equal(json_at(doc, "lag_ns"), "12345000");
    assert_string_equal(json_at(doc, "name"), "old billing");
    json_object_put(doc);
    doc = parse_json(run("resync", "1", "--json")->out);
    assert_string_equal(json_at(doc, "lag_ns"), "0");
    json_object_put(doc);
}

static void resync_while_another_changes(void **state)
{
    struct xentime_domain *d;
    const struct run *r;
    int fd;

    (void)state;
    add_domain();
    d = find_one("1", 0);
    assert_int_equal(xt_lock(xt, d, &fd), XENTIME_OK);
    r = run("resync", "1", "--wait", "0");
    assert_exit(r, 6);
    assert_has(r->err, "old billing: ");
    assert_int_equal(fake_vtimer(1)->resyncs, 0);
    assert_exit(run("stats", "1"), 0);
    xt_unlock(d, fd);
    assert_exit(run("resync", "1", "-w0"), 0);
    free_one(d);
}

/* ---- tune ---- */

static void tune(void **state)
{
    uint64_t *value;
    const struct run *r;
    json_object *doc;

    (void)state;
    add_domain();
    fake_add(2, XENTIME_PVH)->param[XENTIME_TIMER_MODE] = 2;
    fake_add(0, XENTIME_PV);
    value = &fake_domain(1)->param[XENTIME_SYNC_WAKEUP];
    r = run("tune", "1", "sync-wakeup-after=5");
    assert_exit(r, 0);
    assert_int_equal(*value, 5);
    assert_string_equal(r->out, "old billing: sync_wakeup_after 0 -> 5\n");
    assert_has(r->err, "old billing: note: ");
    assert_has(r->err, "timer modes 2 and 5 only, and the mode is 1\n");
    r = run("tune", "2", "sync_wakeup_after=65535");
    assert_exit(r, 0);
    assert_string_equal(r->err, "");
    assert_string_equal(r->out, "domain 2: sync_wakeup_after 0 -> 65535\n");
    fake_domain(2)->param[XENTIME_TIMER_MODE] = 5;
    assert_string_equal(run("tune", "2", "sync_wakeup_after=65535")->err, "");
    r = run("tune", "--all", "sync-wakeup-after=0", "--json");
    assert_exit(r, 0);
    doc = parse_json(r->out);
    assert_string_equal(json_at(doc, "changes/0/setting"), "sync_wakeup_after");
    assert_string_equal(json_at(doc, "changes/0/old"), "5");
    assert_string_equal(json_at(doc, "changes/1/old"), "65535");
    assert_string_equal(json_at(doc, "changes/1/new"), "0");
    assert_string_equal(json_at(doc, "changes/2"), "");
    json_object_put(doc);
    assert_int_equal(*value, 0);

    fake_domain(2)->stuck = true;
    assert_exit(run("tune", "1,2", "sync-wakeup-after=1"), 1);
    assert_int_equal(*value, 0);
}

/* ---- set-mode ---- */

/* A line says why, another has the way out, and nothing is changed. */
static void a_mode_that_is_refused(void **state)
{
    struct fake_vtimer *v = add_domain();
    const struct run *r;
    json_object *doc;

    (void)state;
    v->native = true;
    fake_add(2, XENTIME_PVH)->vcpus = 1;
    fake_vtimer(2)->native = true;
    r = run("set-mode", "2,1", "paced");
    assert_exit(r, 4);
    assert_string_equal(
        r->err,
        "xentimectl: old billing: cannot set timer_mode 4: Xen refuses "
        "paced_missed_ticks to a domain with several vCPUs and a native TSC\n"
        "xentimectl: hint: give it an emulated TSC, with tsc_mode = "
        "\"always_emulate\" in xl.cfg; or take mode 5 for a guest that makes "
        "up lost ticks by its TSC, and mode 1 for others\n");
    assert_exit(run("set-mode", "--all", "4", "--force"), 4);
    assert_int_equal(fake_changes(), 0);
    doc = parse_json(run("set-mode", "1", "4", "-J")->out);
    assert_has(json_at(doc, "error/hint"), "always_emulate");
    json_object_put(doc);
    r = run("set-mode", "1", "undoubled");
    assert_exit(r, 0);
    assert_has(r->out, "-> 5 (no_doubled_ticks_pending)\n");
    assert_exit(run("set-mode", "2", "paced"), 0);
    v->native = false;
    assert_exit(run("set-mode", "1", "paced"), 0);
}

/* ---- show ---- */

static void show(void **state)
{
    struct fake_vtimer *v = add_domain();
    json_object *doc;

    (void)state;
    v->lag = 2000000;
    v->timekeeper = 1;
    doc = parse_json(run("show", "1", "-J")->out);
    assert_string_equal(json_at(doc, "domain/lag/value/ns"), "2000000");
    assert_string_equal(json_at(doc, "domain/timekeeper/value"), "1");
    assert_string_equal(json_at(doc, "domain/tsc/value"), "emulated");
    assert_string_equal(json_at(doc, "domain/timer_modes/value/5"), "5");
    assert_string_equal(json_at(doc, "domain/lag/source"), "vtimer domctl");
    assert_string_equal(json_at(doc, "domain/ticks_counted/value"), "false");
    assert_string_equal(json_at(doc, "domain/sync_wakeup_after/value"), "0");
    json_object_put(doc);
    assert_has(run("show", "1")->out, " 2.000 ms ");
    assert_has(run("show", "1")->out, " vCPU 1 ");
    v->native = true;
    assert_has(run("show", "1")->out, " native ");
    assert_has(run("show", "1")->out, " 0 1 2 3 5 ");
    assert_has(run("show", "1")->out, "0 (Xen's own rule)");
    assert_exit(run("tune", "1", "sync-wakeup-after=4"), 0);
    v->counting = true;
    doc = parse_json(run("show", "1", "-J")->out);
    assert_string_equal(json_at(doc, "domain/ticks_counted/value"), "true");
    assert_string_equal(json_at(doc, "domain/sync_wakeup_after/value"), "4");
    assert_string_equal(json_at(doc,
                                "domain/sync_wakeup_after_record/value/status"),
                        "in force");
    json_object_put(doc);

    /* A feature that this Xen does not have is not shown. */
    fake->features = XEN_VTIMER_FEAT_tick_stats;
    doc = parse_json(run("show", "1", "-J")->out);
    assert_string_equal(json_at(doc, "domain/ticks_counted/value"), "true");
    assert_string_equal(json_at(doc, "domain/lag"), "");
    assert_string_equal(json_at(doc, "domain/tsc/source"), "tsc_mode");
    assert_string_equal(json_at(doc, "domain/timekeeper"), "");
    assert_string_equal(json_at(doc, "domain/sync_wakeup_after"), "");
    json_object_put(doc);
    fake->patched = false;
    doc = parse_json(run("show", "1", "-J")->out);
    assert_string_equal(json_at(doc, "domain/ticks_counted"), "");
    assert_string_equal(json_at(doc, "domain/sync_wakeup_after_record"), "");
    json_object_put(doc);
}

/* A guest without ticks of emulated timers has others, or none. */
static void show_effect(void **state)
{
    struct fake_vtimer *v = add_domain();
    json_object *doc;
    int i, timer;

    (void)state;
    doc = parse_json(run("show", "1", "-J")->out);
    assert_string_equal(json_at(doc, "domain/timer_mode_effect/value"), "");
    assert_string_equal(json_at(doc, "domain/timer_mode_effect/source"),
                        "not counted");
    json_object_put(doc);
    v->counting = true;
    doc = parse_json(run("show", "1", "-J")->out);
    assert_string_equal(json_at(doc, "domain/timer_mode_effect/value"), "true");
    json_object_put(doc);
    for (i = 0; i < FAKE_VCPUS; i++)
        for (timer = 0; timer < XEN_VTIMER_NR_SRC; timer++)
            memset(&v->vcpu[i].src[timer], 0, sizeof(v->vcpu[i].src[timer]));
    doc = parse_json(run("show", "1", "-J")->out);
    assert_string_equal(json_at(doc, "domain/timer_mode_effect/value"),
                        "false");
    json_object_put(doc);
    assert_has(run_on_terminal(400, (const char *[]){ "show", "1", NULL })->out,
               "none: no tick of an emulated timer was due in ");
}

/* ---- errors ---- */

static const struct failure {
    const char *args[6];
    int exit;
    const char *text;
} failures[] = {
    { { "stats", "nope" }, 3, "nope: " },
    { { "stats" }, 2, "DOM" },
    { { "stats", "1", "2" }, 2, "2" },
    { { "stats", "0" }, 4, "a PV domain" },
    { { "stats", "0", "--off" }, 4, "a PV domain" },
    { { "stats", "1", "-i", "0" }, 2, "not \"0\"" },
    { { "stats", "1", "-i", "0.009" }, 2, "not \"0.009\"" },
    { { "stats", "1", "-i", "86400.1" }, 2, "0.01 to 86400" },
    { { "stats", "1", "-i", "99999999999999999999" }, 2, "0.01 to 86400" },
    { { "stats", "1", "-i", "1e2" }, 2, "not \"1e2\"" },
    { { "stats", "1", "-i", "-1" }, 2, "not \"-1\"" },
    { { "stats", "1", "-i", "." }, 2, "not \".\"" },
    { { "stats", "1", "-i", "1.2.3" }, 2, "not \"1.2.3\"" },
    { { "stats", "1", "-i", "" }, 2, "not \"\"" },
    { { "stats", "1", "-i", "1,5" }, 2, "not \"1,5\"" },
    { { "stats", "1", "-c", "0" }, 2, "not \"0\"" },
    { { "stats", "1", "-c", "1.5" }, 2, "not \"1.5\"" },
    { { "stats", "1", "-c", "many" }, 2, "--count" },
    { { "stats", "1", "--reset", "--off" }, 2, "do not go together" },
    { { "stats", "1", "--reset", "-c1" }, 2, "do not go together" },
    { { "stats", "1", "--off", "-i1" }, 2, "do not go together" },
    { { "resync", "nope" }, 3, "nope: " },
    { { "resync" }, 2, "DOM" },
    { { "resync", "0" }, 4, "a PV domain" },
    { { "resync", "1", "--slew=1" }, 2, "--slew" },
    { { "resync", "1", "-w", "soon" }, 2, "not \"soon\"" },
    { { "tune", "1" }, 2, "NAME=VALUE" },
    { { "tune", "--all", "1", "sync-wakeup-after=1" }, 2, "--all" },
    { { "tune", "1", "sync-wakeup-after" }, 2, "sync-wakeup-after=N" },
    { { "tune", "1", "sync-wakeup-after=" }, 2, "sync-wakeup-after=N" },
    { { "tune", "1", "sync-wakeup-after=65536" }, 2, "65535" },
    { { "tune", "1", "sync-wakeup-after=-1" }, 2, "65535" },
    { { "tune", "1", "sync-wakeup-after= 1" }, 2, "65535" },
    { { "tune", "1", "sync-wakeup-after=1x" }, 2, "65535" },
    { { "tune", "1", "syncxwakeup-after=1" }, 2, "65535" },
    { { "tune", "1", "nope=1" }, 2, "\"nope=1\"" },
    { { "tune", "0", "sync-wakeup-after=1" }, 4, "PV" },
    { { "tune", "1,0", "sync-wakeup-after=1" }, 4, "PV" },
    { { "tune", "1,nope", "sync-wakeup-after=1" }, 3, "nope: " },
};

static void one_failure(const struct failure *f)
{
    const char *args[8] = { "--json" };
    const struct run *r = run_args(f->args);
    json_object *doc;

    assert_exit(r, f->exit);
    assert_string_equal(r->out, "");
    assert_has(r->err, f->text);
    memcpy(args + 1, f->args, sizeof(f->args));
    r = run_args(args);
    assert_exit(r, f->exit);
    doc = parse_json(r->out);
    assert_has(json_at(doc, "error/message"), " ");
    json_object_put(doc);
}

static void every_error(void **state)
{
    size_t i;

    (void)state;
    add_domain();
    fake_add(0, XENTIME_PV);
    for (i = 0; i < ARRAY_COUNT(failures); i++)
        one_failure(&failures[i]);
    assert_int_equal(fake_changes(), 0);
    assert_int_equal(fake_vtimer(1)->resyncs, 0);
    assert_int_equal(fake_vtimer(1)->countings, 0);
}

/* The error is a line that names the feature and one that names the patch. */
static void without_the_patch(void **state)
{
    static const struct {
        const char *args[5];
        const char *error, *patch;
    } commands[] = {
        { { "stats", "1" },
          "cannot read tick statistics: this Xen does not have \"tick-stats\"",
          "x86/vpt: count what becomes of each tick" },
        { { "stats", "1", "-i1" },
          "cannot read tick statistics: this Xen does not have \"tick-stats\"",
          "x86/vpt: count what becomes of each tick" },
        { { "stats", "1", "--off" },
          "cannot stop counting ticks: this Xen does not have \"tick-stats\"",
          "x86/vpt: count what becomes of each tick" },
        { { "tune", "1", "sync-wakeup-after=1" },
          "cannot read or set sync_wakeup_after: this Xen does not have "
          "\"sync-wakeup\"",
          "x86/vpt: bounded wake-ups in no_missed_ticks_pending" },
        { { "resync", "1" },
          "cannot resync guest time: this Xen does not have \"resync\"",
          "x86/vpt: tell how far guest time is behind, and bring it back" },
    };
    char wanted[400];
    const struct run *r;
    size_t i;

    (void)state;
    add_domain();
    fake->patched = false;
    for (i = 0; i < ARRAY_COUNT(commands); i++) {
        snprintf(wanted, sizeof(wanted),
                 "xentimectl: old billing: %s\nxentimectl: hint: it comes "
                 "with the patch \"%s\"\n",
                 commands[i].error, commands[i].patch);
        r = run_args(commands[i].args);
        assert_exit(r, 4);
        assert_string_equal(r->err, wanted);
        assert_string_equal(r->out, "");
    }
    fake_patch();
    fake->vtimer_version = 3;
    for (i = 0; i < ARRAY_COUNT(commands); i++) {
        r = run_args(commands[i].args);
        assert_exit(r, 5);
        assert_has(r->err, "interface versions differ");
    }
}

/* ---- profile, info ---- */

/* Linux looks for a performance monitor when it boots, and not later. */
static void a_guest_that_has_booted(void **state)
{
    const struct run *r;

    (void)state;
    add_domain();
    fake_add(0, XENTIME_PV);
    fake_count_sessions();
    r = run("profile", "start", "1");
    assert_exit(r, 0);
    assert_has(r->err, "xentimectl: note: old billing has run already. ");
    assert_has(r->err, "\"xl create -p\"");
    fake_domain(1)->cpu_time = 0;
    r = run("profile", "start", "1");
    assert_exit(r, 0);
    assert_string_equal(r->err, "");
}

/* Xen counts ticks as delivered since the time of a domain is one. */
static void apicv_loses_no_tick(void **state)
{
    (void)state;
    assert_has(run("info")->out, "apicv-ticks: present\n");
    assert_has(run("info")->out, "apicv=0");
    fake_patch();
    assert_has(run("info")->out, "apicv-ticks: fixed\n");
}

/* It is closed whether or not Xen was booted with vpmu=. */
static void rdpmc_is_closed(void **state)
{
    (void)state;
    add_domain();
    assert_has(run("info")->out, "rdpmc-open: present\n");
    fake_count_sessions();
    assert_has(run("info")->out, "rdpmc-open: fixed\n");
    fake->vpmu = -1;
    assert_has(run("info")->out, "rdpmc-open: fixed\n");
}

UNIT_MAIN(TEST(resync), TEST(resync_while_another_changes), TEST(tune),
          TEST(a_mode_that_is_refused), TEST(show), TEST(show_effect),
          TEST(every_error), TEST(without_the_patch),
          TEST(a_guest_that_has_booted), TEST(apicv_loses_no_tick),
          TEST(rdpmc_is_closed))
