/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl skew DOM, and the clocks of a domain's context underneath: what
 * is read, what is left out, and how a measurement ends (count, signal,
 * domain gone).
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xenctrl.h>

#include "run.h"

static struct fake_domain *add_domain(void)
{
    struct fake_domain *d = fake_add(1, XENTIME_HVM);

    d->hpet_config = 1;
    d->tsc_step = 20000000; /* 10 ms */
    name_domain(1, "old billing");
    return d;
}

/* ---- libxentime ---- */

static void clocks_of_a_context(void **state)
{
    struct fake_domain *d = add_domain();
    struct xentime_domain *dom = find_one("1", 0);
    struct xentime_clocks c;

    (void)state;
    d->tsc = UINT64_C(0x7000000000000000);
    assert_done(xentime_read_clocks(xt, dom, &c));
    assert_int_equal(c.present,
                     1u << XENTIME_CLOCK_TSC | 1u << XENTIME_CLOCK_HPET);
    assert_int_equal(c.ns[XENTIME_CLOCK_TSC],
                     (UINT64_C(0x7000000000000000) + 20000000) / 2);
    assert_int_equal(c.ns[XENTIME_CLOCK_HPET], 1000000);
    assert_true(c.has_rtc);
    assert_int_equal(c.rtc_offset_s, 3600);
    assert_in_range(c.error_ns, 1, 1000000000);

    /* An HPET that does not run is no clock. */
    d->hpet_config = 0;
    assert_done(xentime_read_clocks(xt, dom, &c));
    assert_int_equal(c.present, 1u << XENTIME_CLOCK_TSC);
    free_one(dom);
    assert_string_equal(xentime_clock_name(XENTIME_CLOCK_HPET), "hpet");
    assert_null(xentime_clock_name(XENTIME_CLOCKS));
}

static void no_clocks(void **state)
{
    struct xentime_domain *dom;
    struct xentime_clocks c;

    (void)state;
    fake_add(2, XENTIME_PV);
    dom = find_one("2", 0);
    assert_error(xentime_read_clocks(xt, dom, &c), XENTIME_ERR_UNSUPPORTED);
    free_one(dom);

    add_domain();
    dom = find_one("1", 0);
    fault_fail(&xen_fault, 1, EPERM, false);
    assert_error(xentime_read_clocks(xt, dom, &c), XENTIME_ERR_PERM);
    fault_fail(&xen_fault, 2, ENOSPC, false);
    assert_error(xentime_read_clocks(xt, dom, &c), XENTIME_ERR_FAIL);
    fault_clear(&xen_fault);
    fake_destroy(1);
    assert_error(xentime_read_clocks(xt, dom, &c), XENTIME_ERR_NODOM);
    free_one(dom);
}

/* ---- the command ---- */

static void a_measurement(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    add_domain();
    r = run("skew", "old billing", "--interval", "0.01", "--count", "6");
    assert_exit(r, 0);
    assert_string_equal(r->err, "");
    assert_has(r->out, "CLOCK READINGS SPAN");
    assert_has(r->out, "\ntsc          6");
    assert_has(r->out, "\nhpet         6");
    assert_lacks(r->out, "ticks");
    assert_has(
        r->out,
        "\nRTC offset 3600: 1 h 00 min ahead of UTC. That is a time zone");
    fake_domain(1)->rtc_offset = 0;
    assert_lacks(run("skew", "1", "-i", "0.01", "-c", "2")->out, "RTC");
    fake_domain(1)->rtc_offset = 3600;

    doc = parse_json(run("skew", "1", "--json", "-i", "0.01", "-c", "3")->out);
    assert_string_equal(json_at(doc, "name"), "old billing");
    assert_string_equal(json_at(doc, "rtc_offset_s"), "3600");
    assert_int_equal(json_object_array_length(
                         json_object_object_get(doc, "clocks")),
                     2);
    json_object_put(doc);
}

/* A patched Xen that counts ticks gives a clock of each timer's ticks. */
static void ticks_too(void **state)
{
    const struct run *r;

    (void)state;
    add_domain();
    fake_patch();
    r = run("skew", "1", "--interval", "0.01", "--count", "4");
    assert_exit(r, 0);
    assert_lacks(r->out, "ticks");
    fake_vtimer(1)->counting = true;
    r = run("skew", "1", "--interval", "0.01", "--count", "4");
    assert_exit(r, 0);
    /* The fake's Xen clock moves a second a reading, and 100 ticks come. */
    assert_has(r->out, "\nlapic ticks        4   3s +0.000000    +0.000");
}

/* A guest can set its HPET to what is 2^63 ns, and an emulated TSC as well. */
static void clocks_that_wrap(void **state)
{
    static const uint64_t hpet[] = { UINT64_C(1) << 59, UINT64_C(1) << 60, 0 };
    struct fake_domain *d = add_domain();
    const struct run *r;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(hpet); i++) {
        d->hpet_counter = hpet[i] - 100000;
        d->tsc = -UINT64_C(30000000);
        r = run("skew", "1", "--interval", "0.01", "--count", "4");
        assert_exit(r, 0);
        assert_has(r->out, "hpet");
    }
}

static void wrong_uses(void **state)
{
    const struct run *r;

    (void)state;
    add_domain();
    fake_add(2, XENTIME_PV);
    assert_exit(run("skew"), 2);
    assert_exit(run("skew", "1", "2"), 2);
    assert_exit(run("skew", "1", "--count", "0"), 2);
    assert_exit(run("skew", "1", "--interval", "0"), 2);
    assert_exit(run("skew", "analyze", "--count", "3", "/dev/null"), 2);
    assert_exit(run("skew", "1", "--plot", "x.pdf"), 2);
    assert_exit(run("skew", "nobody"), 3);
    r = run("skew", "2");
    assert_exit(r, 4);
    assert_has(r->err, "a PV domain has no virtual clocks");
}

/* The readings before the end are shown. */
static void a_domain_that_ends(void **state)
{
    const struct run *r;

    (void)state;
    add_domain();
    fake_patch();
    fake_vtimer(1)->counting = true;
    fake_vtimer(1)->event = FAKE_ENDS;
    fake_vtimer(1)->reads = 3;
    r = run("skew", "1", "--interval", "0.01", "--count", "30");
    assert_exit(r, 3);
    assert_has(r->out, "\ntsc");
    assert_has(r->err, "old billing");
}

static void ctrl_c(void **state)
{
    static const char *const args[] = { "skew", "1",      "--interval",
                                        "30",   "--json", NULL };
    int pipes[2], status;
    char text[4096];
    json_object *doc;
    ssize_t n;
    pid_t pid;

    (void)state;
    add_domain();
    assert_int_equal(pipe(pipes), 0);
    pid = run_start_to(pipes[1], args);
    close(pipes[1]);
    /* It waits once it has read the clocks twice: size, and content. */
    while (!fake_domain(1)->tsc)
        usleep(10000);
    usleep(100000);
    kill(pid, SIGINT);
    status = wait_child(pid);
    n = read(pipes[0], text, sizeof(text) - 1);
    close(pipes[0]);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(n > 0);
    text[n] = '\0';
    doc = parse_json(text);
    assert_string_equal(json_at(doc, "name"), "old billing");
    json_object_put(doc);
}

UNIT_MAIN(TEST(clocks_of_a_context), TEST(no_clocks), TEST(a_measurement),
          TEST(ticks_too), TEST(clocks_that_wrap), TEST(wrong_uses),
          TEST(a_domain_that_ends), TEST(ctrl_c))
