/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl stats on a patched Xen: numbers as text and as JSON, rates, and
 * how a repeated one ends (count, signal, domain gone, counters reset, output
 * nobody takes).
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xenctrl.h>

#include "run.h"

#define LAPIC XEN_VTIMER_SRC_lapic

static struct fake_vtimer *add_domain(void)
{
    fake_patch();
    fake_add(1, XENTIME_HVM)->vcpus = 2;
    name_domain(1, "old billing");
    return fake_vtimer(1);
}

/* ---- stats once ---- */

static void counting_begins(void **state)
{
    struct fake_vtimer *v = add_domain();
    const struct run *r;
    json_object *doc;

    (void)state;
    r = run("stats", "old billing");
    assert_exit(r, 0);
    assert_string_equal(
        r->err, "xentimectl: old billing: counting of ticks has just begun\n");
    assert_has(r->out, "old billing: counted for 0.000 s\n");
    assert_has(r->out, "\n   0 lapic   0         0    0         0       0 "
                       "      0       0   -   -\n");
    assert_true(v->counting);
    r = run("stats", "1");
    assert_exit(r, 0);
    assert_string_equal(r->err, "");
    assert_has(r->out, "counted for 1.000 s\n");
    assert_has(r->out, " 0 lapic 100       100 ");
    assert_has(r->out, " 1 lapic 100       100 ");
    assert_has(r->out, "16us 16us\n");

    r = run("stats", "1", "--reset");
    assert_exit(r, 0);
    assert_string_equal(r->out, "old billing: counting ticks from zero\n");
    assert_int_equal(v->vcpu[0].src[LAPIC].due, 0);
    assert_true(v->counting);
    r = run("stats", "1", "--off");
    assert_string_equal(r->out, "old billing: ticks are not counted now\n");
    assert_false(v->counting);
    doc = parse_json(run("stats", "1", "--off", "--json")->out);
    assert_string_equal(json_at(doc, "counting"), "false");
    assert_string_equal(json_at(doc, "name"), "old billing");
    json_object_put(doc);
    doc = parse_json(run("stats", "1", "--reset", "--json")->out);
    assert_string_equal(json_at(doc, "counting"), "true");
    json_object_put(doc);
}

/* Timers that were used, are running or are pending are shown; JSON has all. */
static void timers_that_are_shown(void **state)
{
    struct fake_vtimer *v = add_domain();
    const struct run *r;
    json_object *doc;

    (void)state;
    v->counting = true;
    v->vcpu[0].src[XEN_VTIMER_SRC_pit].due = 3;
    v->vcpu[0].src[XEN_VTIMER_SRC_hpet1].pending = 1;
    v->vcpu[1].src[LAPIC].period = 0;
    r = run("stats", "1");
    assert_has(r->out, " 0 pit     3 ");
    assert_has(r->out, " 0 lapic   0 ");
    assert_has(r->out, " 0 hpet1   0 ");
    assert_lacks(r->out, "rtc");
    assert_lacks(r->out, "hpet0");
    assert_lacks(r->out, " 1 lapic");
    doc = parse_json(run("stats", "1", "--json")->out);
    assert_string_equal(json_at(doc, "vcpus/0/timers/pit/due"), "3");
    assert_string_equal(json_at(doc, "vcpus/0/timers/hpet1/pending"), "1");
    assert_string_equal(json_at(doc, "vcpus/1/timers/rtc/due"), "0");
    json_object_put(doc);

    v->vcpu[0].src[XEN_VTIMER_SRC_pit].due = 0;
    v->vcpu[0].src[XEN_VTIMER_SRC_hpet1].pending = 0;
    memset(&v->vcpu[0].src[LAPIC], 0, sizeof(v->vcpu[0].src[LAPIC]));
    r = run("stats", "1");
    assert_exit(r, 0);
    assert_has(r->out, "no timer is in use\n");
}

static void every_number_in_json(void **state)
{
    struct fake_vtimer *v = add_domain();
    struct xen_vtimer_counts *c = &v->vcpu[1].src[XEN_VTIMER_SRC_rtc];
    json_object *doc, *rtc;

    (void)state;
    v->counting = true;
    v->vcpu[1].since = 4000000001;
    v->lag = 12;
    v->vcpu[1].descheduled = 13;
    v->vcpu[1].switches = 14;
    *c = (struct xen_vtimer_counts){ 18446744073709551615u, 2, 3, 4, 5, 6, 7, 0,
                                     { 1, 98, [22] = 1 } };
    doc = parse_json(run("stats", "1", "--json")->out);
    assert_string_equal(json_at(doc, "id"), "1");
    assert_string_equal(json_at(doc, "uuid"),
                        "11111111-1111-1111-1111-111111110001");
    assert_string_equal(json_at(doc, "vcpus/1/vcpu"), "1");
    assert_string_equal(json_at(doc, "vcpus/1/since_ns"), "4000000001");
    assert_string_equal(json_at(doc, "vcpus/1/now_ns"), "5000000000");
    assert_string_equal(json_at(doc, "vcpus/1/interval_ns"), "");
    assert_string_equal(json_at(doc, "vcpus/1/lag_ns"), "12");
    assert_string_equal(json_at(doc, "vcpus/1/descheduled"), "13");
    assert_string_equal(json_at(doc, "vcpus/1/switches"), "14");
    rtc = json_tokener_parse(json_at(doc, "vcpus/1/timers/rtc"));
    assert_string_equal(json_at(rtc, "due"), "18446744073709551615");
    assert_string_equal(json_at(rtc, "delivered"), "2");
    assert_string_equal(json_at(rtc, "late"), "3");
    assert_string_equal(json_at(rtc, "collapsed"), "4");
    assert_string_equal(json_at(rtc, "dropped"), "5");
    assert_string_equal(json_at(rtc, "pending"), "6");
    assert_string_equal(json_at(rtc, "wakeups"), "7");
    assert_string_equal(json_at(rtc, "period_ns"), "0");
    assert_string_equal(json_at(rtc, "lateness/1"), "98");
    assert_string_equal(json_at(rtc, "lateness/22"), "1");
    assert_string_equal(json_at(rtc, "lateness/24"), "");
    assert_string_equal(json_at(rtc, "lateness_p50_us"), "4");
    assert_string_equal(json_at(rtc, "lateness_p99_us"), "4");
    assert_string_equal(json_at(rtc, "per_second"), "");
    json_object_put(rtc);
    json_object_put(doc);
}

/* Checks the lateness of @n ticks: one in bucket @at, the others in 0. */
static void assert_lateness(struct fake_vtimer *v, int at, uint64_t n,
                            const char *wanted)
{
    struct xen_vtimer_counts *c = &v->vcpu[0].src[XEN_VTIMER_SRC_pit];
    char p50[16], p99[16], got[40];
    const struct run *r;

    memset(c, 0, sizeof(*c));
    c->due = n;
    c->lateness[0] = n - 1;
    c->lateness[at]++;
    v->vcpu[0].src[LAPIC].period = v->vcpu[1].src[LAPIC].period = 0;
    r = run("stats", "1");
    assert_int_equal(sscanf(strstr(r->out, " pit "),
                            "%*s %*s %*s %*s %*s %*s %*s %*s %15s %15s", p50,
                            p99),
                     2);
    snprintf(got, sizeof(got), "%s %s", p50, p99);
    assert_string_equal(got, wanted);
}

static void lateness_as_text(void **state)
{
    struct fake_vtimer *v = add_domain();

    (void)state;
    v->counting = true;
    assert_lateness(v, 0, 1, "2us 2us");
    assert_lateness(v, 8, 1, "512us 512us");
    assert_lateness(v, 9, 1, "1ms 1ms");
    assert_lateness(v, 18, 1, "524ms 524ms");
    assert_lateness(v, 19, 1, "1s 1s");
    assert_lateness(v, 22, 1, "8s 8s");
    assert_lateness(v, 23, 1, ">8s >8s");
    assert_lateness(v, 5, 2, "2us 64us");
    assert_lateness(v, 5, 99, "2us 64us");
    assert_lateness(v, 5, 100, "2us 2us");
}

static size_t longest_line(const char *text)
{
    size_t longest = 0, len;

    for (; *text; text += len + strspn(text + len, "\r\n")) {
        len = strcspn(text, "\r\n");
        longest = len > longest ? len : longest;
    }
    return longest;
}

static void large_numbers_fit(void **state)
{
    static const char *const args[][6] = {
        { "stats", "1", NULL },
        { "stats", "1", "-i", "0.01", "-c1", NULL },
        { "show", "1", NULL },
    };
    static const uint64_t numbers[] = {
        999999,    1000000,       9999999,    99999999,
        999999999, 1234567890123, UINT64_MAX, INT64_MAX,
    };
    struct fake_vtimer *v = add_domain();
    const struct run *r;
    size_t i, k, n;

    (void)state;
    fake_domain(1)->param[XENTIME_SYNC_WAKEUP] = 65535;
    for (n = 0; n < ARRAY_COUNT(numbers); n++) {
        v->counting = true;
        v->lag = INT64_MAX / 2;
        for (i = 0; i < 2; i++) {
            uint64_t *words = (uint64_t *)v->vcpu[i].src;

            v->vcpu[i].descheduled = v->vcpu[i].switches = numbers[n];
            for (k = 0; k < sizeof(v->vcpu[i].src) / 8; k++)
                words[k] = numbers[n];
        }
        /* The sum of the histogram does not overflow now; ticks are slow. */
        for (i = 0; i < XEN_VTIMER_NR_SRC; i++) {
            memset(v->vcpu[0].src[i].lateness, 0,
                   sizeof(v->vcpu[0].src[i].lateness));
            v->vcpu[0].src[i].lateness[18] = 1;
        }
        for (i = 0; i < ARRAY_COUNT(args); i++) {
            r = run_on_terminal(80, args[i]);
            assert_exit(r, 0);
            assert_in_range(longest_line(r->out), 40, 80);
        }
    }
}

/* ---- stats again and again ---- */

static void rates(void **state)
{
    struct fake_vtimer *v = add_domain();
    const struct run *r;
    json_object *doc;

    (void)state;
    v->counting = true;
    v->vcpu[0].src[LAPIC].due = v->vcpu[0].src[LAPIC].lateness[20] = 5000;
    v->vcpu[0].src[LAPIC].pending = 17;
    r = run("stats", "1", "--interval", "0.01", "--count", "3");
    assert_exit(r, 0);
    assert_has(r->out, "old billing: per second over 1.000 s\n");
    assert_has(r->out, " 0 lapic 100.0     100.0  0.0       0.0     0.0      "
                       "17     0.0 16us 16us\n");
    doc = parse_json(run("stats", "1", "-i.01", "-c", "3", "--json")->out);
    assert_string_equal(json_at(doc, "0/vcpus/0/interval_ns"), "1000000000");
    assert_string_equal(json_at(doc, "0/vcpus/0/timers/lapic/due"), "5500");
    assert_string_equal(json_at(doc, "2/vcpus/0/timers/lapic/due"), "5700");
    assert_string_equal(json_at(doc, "2/vcpus/1/timers/lapic/due"), "700");
    assert_string_equal(json_at(doc,
                                "1/vcpus/0/timers/lapic/per_second/delivered"),
                        "100.000");
    assert_string_equal(json_at(doc, "1/vcpus/0/timers/lapic/per_second/late"),
                        "0.000");
    assert_string_equal(json_at(doc,
                                "1/vcpus/0/timers/lapic/per_second/pending"),
                        "");
    assert_string_equal(json_at(doc, "3"), "");
    json_object_put(doc);

    /* There is a multitude of ticks, and the seconds are whole. */
    v->vcpu[0].src[LAPIC].period = 3;
    doc = parse_json(run("stats", "1", "-c", "1", "-i1", "-J")->out);
    assert_string_equal(json_at(doc, "0/vcpus/0/timers/lapic/per_second/due"),
                        "333333333.000");
    json_object_put(doc);
}

static void a_first_reading_starts_counting(void **state)
{
    const struct run *r;

    (void)state;
    add_domain();
    r = run("stats", "1", "-c1", "-i.01");
    assert_exit(r, 0);
    assert_has(r->err, "has just begun");
    assert_has(r->out, " 1 lapic 100.0 ");
}

static void takes_at_least(double seconds, const char *count,
                           const char *interval)
{
    struct timespec before, after;
    double elapsed;

    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_exit(run("stats", "1", "-c", count, "-i", interval), 0);
    clock_gettime(CLOCK_MONOTONIC, &after);
    elapsed = after.tv_sec - before.tv_sec +
              (after.tv_nsec - before.tv_nsec) / 1e9;
    if (elapsed < seconds || elapsed > seconds + 20)
        fail_because("%f s", elapsed);
}

/* The longer interval goes across the alarm that comes every two seconds. */
static void the_interval_is_kept(void **state)
{
    (void)state;
    add_domain();
    takes_at_least(0.75, "3", "0.25");
    takes_at_least(2.3, "1", "2.3");
}

/* The document is whole, and the error is its last element. */
static void ends_with_an_error(enum fake_event event, int exit,
                               const char *code, const char *text)
{
    struct fake_vtimer *v = fake_vtimer(1);
    const struct run *r;
    json_object *doc;

    /* A reading is of two vCPUs: it happens before the first of the third. */
    v->counting = true;
    v->reads = 5;
    v->event = event;
    r = run("stats", "old billing", "-i", "0.01");
    assert_exit(r, exit);
    assert_has(r->out, "per second over");
    assert_has(r->err, text);
    assert_has(r->err, "xentimectl: old billing: ");

    if (!fake_exists(1)) {
        add_domain();
        v->counting = true;
    }
    v->counting = true;
    v->reads = 5;
    v->event = event;
    r = run("stats", "old billing", "-i", "0.01", "--json");
    assert_exit(r, exit);
    doc = parse_json(r->out);
    assert_string_equal(json_at(doc, "0/id"), "1");
    assert_string_equal(json_at(doc, "1/error/code"), code);
    assert_string_equal(json_at(doc, "1/error/domain"), "old billing");
    assert_string_equal(json_at(doc, "2"), "");
    json_object_put(doc);
}

static void the_domain_ends(void **state)
{
    (void)state;
    add_domain();
    ends_with_an_error(FAKE_ENDS, 3, "no-domain", "the domain is gone");
}

static void somebody_stops_counting(void **state)
{
    (void)state;
    add_domain();
    ends_with_an_error(FAKE_UNCOUNTED, 1, "not-counted",
                       "ticks are not counted");
}

/* The numbers of another domain that has its id now are not shown. */
static void the_domain_is_replaced(void **state)
{
    struct fake_vtimer *v = add_domain();
    const struct run *r;

    (void)state;
    v->counting = true;
    v->reads = 3;
    v->event = FAKE_REPLACED;
    /* It happens amid a reading: the next one sees it at the latest. */
    r = run("stats", "1", "-i", "0.01");
    assert_true(WIFEXITED(r->status));
    assert_in_range(WEXITSTATUS(r->status), 1, 3);
}

static void somebody_resets(void **state)
{
    struct fake_vtimer *v = add_domain();
    json_object *doc;

    (void)state;
    v->counting = true;
    v->vcpu[0].src[LAPIC].due = 1000000;
    v->reads = 5;
    v->event = FAKE_RECOUNTED;
    doc = parse_json(run("stats", "1", "-i.01", "-c4", "--json")->out);
    assert_string_equal(json_at(doc, "0/vcpus/0/timers/lapic/due"), "1000100");
    /* Counting began with this reading. */
    assert_string_equal(json_at(doc, "1/vcpus/0/timers/lapic/due"), "0");
    assert_string_equal(json_at(doc, "1/vcpus/0/interval_ns"), "0");
    assert_string_equal(json_at(doc, "1/vcpus/0/timers/lapic/per_second/due"),
                        "0.000");
    assert_string_equal(json_at(doc, "2/vcpus/0/timers/lapic/per_second/due"),
                        "100.000");
    json_object_put(doc);
}

static void a_vcpu_goes_away(void **state)
{
    struct fake_vtimer *v = add_domain();
    json_object *doc;

    (void)state;
    v->counting = true;
    v->reads = 5;
    v->event = FAKE_UNPLUGGED;
    doc = parse_json(run("stats", "1", "-i.01", "-c3", "--json")->out);
    assert_string_equal(json_at(doc, "0/vcpus/1/vcpu"), "1");
    assert_string_equal(json_at(doc, "1/vcpus/0/vcpu"), "0");
    assert_string_equal(json_at(doc, "1/vcpus/1"), "");
    assert_string_equal(json_at(doc, "2/vcpus/0/vcpu"), "0");
    json_object_put(doc);
}

static void ctrl_c(void **state)
{
    struct fake_vtimer *v = add_domain();
    const struct run *r;
    json_object *doc;
    unsigned int at;

    (void)state;
    /* SIGINT is ignored in a background job. */
    signal(SIGINT, SIG_DFL);
    for (at = 1; at <= 6; at++) {
        v->counting = true;
        v->reads = at;
        v->event = FAKE_SIGNAL;
        r = run("stats", "1", "-i", "0.05");
        assert_exit(r, 0);
        assert_string_equal(r->err, "");
        assert_true(!*r->out || r->out[strlen(r->out) - 1] == '\n');
        v->reads = at;
        r = run("stats", "1", "-i", "0.05", "--json");
        assert_exit(r, 0);
        doc = parse_json(r->out);
        assert_int_equal(json_object_array_length(doc), (at - 1) / 2);
        json_object_put(doc);
    }
}

/* Signals come between two readings; a background job ignores Ctrl-C. */
static void signals_while_it_waits(void **state)
{
    static const char *const args[] = { "stats", "1", "-i", "600", NULL };
    static const int sigs[] = { SIGINT, SIGTERM };
    size_t i;
    pid_t pid;
    int status;

    (void)state;
    add_domain();
    signal(SIGINT, SIG_DFL);
    for (i = 0; i < ARRAY_COUNT(sigs); i++) {
        fake_vtimer(1)->counting = false;
        pid = run_start(args);
        while (!fake_vtimer(1)->counting)
            usleep(1000);
        kill(pid, sigs[i]);
        assert_int_equal(wait_child(pid), 0);
    }
    signal(SIGINT, SIG_IGN);
    fake_vtimer(1)->counting = false;
    pid = run_start(args);
    signal(SIGINT, SIG_DFL);
    while (!fake_vtimer(1)->counting)
        usleep(1000);
    kill(pid, SIGINT);
    usleep(100000);
    assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
    kill(pid, SIGHUP);
    assert_int_equal(WTERMSIG(wait_child(pid)), SIGHUP);
}

/* ---- output ---- */

/* A reader gets the first reading before there is a second. */
static void each_reading_is_out_at_once(void **state)
{
    static const char *const args[] = { "stats", "1", "-c2", "-i.3", NULL };
    char buf[4096];
    const char *first;
    int fds[2];
    ssize_t n;
    pid_t pid;

    (void)state;
    add_domain();
    if (pipe2(fds, O_CLOEXEC))
        fail_because("pipe");
    pid = run_start_to(fds[1], args);
    close(fds[1]);
    n = read(fds[0], buf, sizeof(buf) - 1);
    assert_true(n > 0);
    buf[n] = '\0';
    first = strstr(buf, "per second over");
    assert_non_null(first);
    assert_null(strstr(first + 1, "per second over"));
    while (read(fds[0], buf, sizeof(buf)) > 0)
        continue;
    close(fds[0]);
    assert_int_equal(wait_child(pid), 0);
}

static void nobody_reads_it(void **state)
{
    static const char *const forms[] = { "--interval=0.01", "--json" };
    int fds[2], full;
    pid_t pid;
    size_t i;

    (void)state;
    add_domain();
    signal(SIGPIPE, SIG_DFL);
    for (i = 0; i < ARRAY_COUNT(forms); i++) {
        const char *args[] = { "stats", "1", "-i.01", forms[i], NULL };

        if (pipe2(fds, O_CLOEXEC))
            fail_because("pipe");
        pid = run_start_to(fds[1], args);
        close(fds[1]);
        close(fds[0]);
        assert_int_equal(WTERMSIG(wait_child(pid)), SIGPIPE);

        full = open("/dev/full", O_WRONLY | O_CLOEXEC);
        pid = run_start_to(full, args);
        close(full);
        assert_int_equal(WEXITSTATUS(wait_child(pid)), 1);
    }
}

UNIT_MAIN(TEST(counting_begins), TEST(timers_that_are_shown),
          TEST(every_number_in_json), TEST(lateness_as_text),
          TEST(large_numbers_fit), TEST(rates),
          TEST(a_first_reading_starts_counting), TEST(the_interval_is_kept),
          TEST(the_domain_ends), TEST(somebody_stops_counting),
          TEST(the_domain_is_replaced), TEST(somebody_resets),
          TEST(a_vcpu_goes_away), TEST(ctrl_c), TEST(signals_while_it_waits),
          TEST(each_reading_is_out_at_once), TEST(nobody_reads_it))
