/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl metrics on the fake Xen: what a stock and a patched one give,
 * names that would break a line, a domain that ends meanwhile; the text is
 * judged by promtool and by the parser of Prometheus' own client library. The
 * textfile is replaced as a whole, or not at all.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

#define FILE_PATH "dir/xentime.prom"

static void add_usual_domains(void)
{
    fake_add(0, XENTIME_PV);
    fake_add(1, XENTIME_HVM)->cpu_time = 1234567890123;
    fake_add(2, XENTIME_PVH);
    name_domain(0, "Domain-0");
    name_domain(1, "a \"web\"\\1\n{x=\"y\"} 2");
    name_domain(2, "Gr\xf6\xdf"
                   "e");
}

/* Returns the judge's exit status; what it says goes to the test's output. */
static int judge(const char *command, const char *text)
{
    FILE *p;

    signal(SIGPIPE, SIG_IGN);
    p = popen(command, "w");
    assert_non_null(p);
    fputs(text, p);
    return pclose(p);
}

#define PROMTOOL "promtool check metrics >&2"
#define OPENMETRICS \
    "/usr/bin/python3 -c 'import sys\n" \
    "from prometheus_client.openmetrics.parser import *\n" \
    "n = sum(len(f.samples) for f in " \
    "text_string_to_metric_families(sys.stdin.read()))\n" \
    "sys.exit(n < 10)'"

static char *read_file(const char *path)
{
    char *text = calloc(1, 1 << 18);
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    assert_true(fread(text, 1, (1 << 18) - 1, f) > 0);
    fclose(f);
    return text;
}

/* Counts the files in "dir". */
static int count_files(void)
{
    DIR *dir = opendir("dir");
    struct dirent *e;
    int n = 0;

    while ((e = readdir(dir)))
        n += e->d_name[0] != '.';
    closedir(dir);
    return n;
}

/* ---- what is in it ---- */

static void on_a_stock_xen(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    r = run("metrics");
    assert_exit(r, 0);
    assert_string_equal(r->err, "");
    assert_has(r->out, "# TYPE xentime_host info\n");
    assert_has(r->out, "name=\"a \\\"web\\\"\\\\1\\n{x=\\\"y\\\"} 2\"} "
                       "1234.567890123\n");
    assert_has(r->out, "name=\"Gr\xef\xbf\xbd\xef\xbf\xbd"
                       "e\"");
    assert_has(r->out, "# UNIT xentime_domain_cpu_seconds seconds\n");
    assert_has(r->out, "xentime_domain_cpu_seconds_total{uuid=\"");
    assert_has(r->out, "xentime_capability{name=\"paced-mode\"} 0\n");
    assert_has(r->out, "xentime_capability{name=\"undoubled-mode\"} 0\n");
    assert_lacks(r->out, "xentime_ticks");
    assert_lacks(r->out, "xentime_domain_lag");
    assert_has(r->out, "\n# EOF\n");
    assert_int_equal(judge(OPENMETRICS, r->out), 0);
}

static void on_a_patched_xen(void **state)
{
    const struct run *r;
    char *text;

    (void)state;
    add_usual_domains();
    fake_patch();
    fake_domain(1)->vcpus = 2;
    fake_vtimer(1)->lag = -1500000;
    assert_exit(run("stats", "1", "--reset"), 0);
    assert_exit(run("metrics"), 0); /* a second before */
    r = run("metrics");
    assert_exit(r, 0);
    assert_has(r->out, "# TYPE xentime_ticks_due counter\n");
    assert_has(r->out, "vcpu=\"1\",timer=\"lapic\"} 100\n");
    assert_has(r->out, "timer=\"lapic\",le=\"0.000008\"} 0\n");
    assert_has(r->out, "timer=\"lapic\",le=\"0.000016\"} 100\n");
    assert_has(r->out, "timer=\"lapic\",le=\"+Inf\"} 100\n");
    assert_has(r->out, "xentime_domain_ticks_counted{");
    assert_int_equal(judge(OPENMETRICS, r->out), 0);

    mkdir("dir", 0755);
    assert_exit(run("metrics", "--textfile", FILE_PATH), 0);
    text = read_file(FILE_PATH);
    assert_int_equal(judge(PROMTOOL, text), 0);
    assert_has(text, "# TYPE xentime_ticks_due_total counter\n");
    assert_has(text, "# TYPE xentime_domain_info gauge\n");
    assert_lacks(text, "# UNIT");
    assert_lacks(text, "# EOF");
    free(text);
    unlink(FILE_PATH);
    rmdir("dir");
}

/* The judges are no rubber stamps. */
static void what_they_find(void **state)
{
    (void)state;
    assert_int_not_equal(judge(OPENMETRICS " 2>/dev/null", "a 1\na 1\n"), 0);
    assert_int_not_equal(judge("promtool check metrics 2>/dev/null", "a{ 1\n"),
                         0);
}

static void one_that_ends(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    fake_patch();
    assert_exit(run("stats", "1", "--reset"), 0);
    fake_vtimer(1)->event = FAKE_ENDS;
    fake_vtimer(1)->reads = 1;
    r = run("metrics");
    assert_exit(r, 0);
    assert_lacks(r->out, "web");
    assert_has(r->out, "Domain-0");
}

/* xl's twin has a name of its own; a twin that has the same is left out. */
static void twins(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    fake_add(3, XENTIME_HVM);
    fake_uuid(1, fake_domain(3)->uuid);
    name_domain(3, "web--incoming");
    r = run("metrics");
    assert_has(r->out, "web--incoming");
    assert_int_equal(judge(OPENMETRICS, r->out), 0);
    name_domain(3, "a \"web\"\\1\n{x=\"y\"} 2");
    r = run("metrics");
    assert_int_equal(judge(OPENMETRICS, r->out), 0);
}

/* ---- the file ---- */

static void replaced_or_not_at_all(void **state)
{
    struct stat st;
    char *text;

    (void)state;
    add_usual_domains();
    assert_exit(run("metrics", "--textfile", FILE_PATH), 1);
    mkdir("dir", 0755);
    assert_exit(run("metrics", "--textfile", FILE_PATH), 0);
    assert_int_equal(stat(FILE_PATH, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_int_equal(count_files(), 1);
    fake_destroy(1);
    assert_exit(run("metrics", "--textfile", FILE_PATH), 0);
    text = read_file(FILE_PATH);
    assert_lacks(text, "web");
    free(text);

    /* The file stays as it was where there is no Xen. */
    fake->open_errno = ENOENT;
    assert_exit(run("metrics", "--textfile", FILE_PATH), 5);
    fake->open_errno = 0;
    text = read_file(FILE_PATH);
    assert_has(text, "Domain-0");
    free(text);
    assert_int_equal(count_files(), 1);
    assert_exit(run("metrics", "--textfile", "dir"), 1);
    assert_exit(run("metrics", "--textfile", "/dev/full/x"), 1);
    assert_exit(run("metrics", "--json"), 2);
    unlink(FILE_PATH);
    rmdir("dir");
}

/* A device such as /dev/null is still there afterwards. */
static void not_a_file(void **state)
{
    const struct run *r;
    struct stat st;

    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(symlink("pipe", "link"), 0);
    r = run("metrics", "--textfile", "pipe");
    assert_exit(r, 1);
    assert_has(r->err, "pipe: not a regular file");
    assert_exit(run("metrics", "--textfile", "link"), 1);
    assert_int_equal(lstat("pipe", &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_int_equal(lstat("link", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    unlink("pipe");
    unlink("link");
}

/* Nothing is left of what was written by one that was killed meanwhile. */
static void killed_while_it_writes(void **state)
{
    struct rlimit before, few;
    const struct run *r;
    int fd;

    (void)state;
    add_usual_domains();
    mkdir("dir", 0755);
    fd = open("dir", O_TMPFILE | O_WRONLY, 0600);
    if (fd < 0) {
        rmdir("dir");
        print_message("this filesystem has no O_TMPFILE\n");
        skip();
    }
    close(fd);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    few = before;
    few.rlim_cur = 0; /* the first byte of a file brings SIGXFSZ */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
    r = run("metrics", "--textfile", FILE_PATH);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(WIFSIGNALED(r->status) && WTERMSIG(r->status) == SIGXFSZ);
    assert_int_equal(count_files(), 0);
    rmdir("dir");
}

/* The panel of timer modes says what the numbers mean. */
static void grafana_names_each_mode(void **state)
{
    char *text = read_file(TOP "/build/host/xentime.json"), wanted[400] = "";
    const struct xentime_mode_name *m;
    size_t at = 0;
    int mode;

    (void)state;
    for (mode = 0; (m = xentime_mode_name(mode)); mode++)
        at += snprintf(wanted + at, sizeof(wanted) - at, "%s%d %s",
                       mode ? ", " : "\"description\": \"", mode,
                       m->tickpolicy ? m->tickpolicy : m->aliases[0]);
    snprintf(wanted + at, sizeof(wanted) - at, "\"");
    if (!strstr(text, wanted))
        fail_because("no panel with %s", wanted);
    free(text);
}

UNIT_MAIN(TEST(on_a_stock_xen), TEST(on_a_patched_xen), TEST(what_they_find),
          TEST(one_that_ends), TEST(twins), TEST(replaced_or_not_at_all),
          TEST(not_a_file), TEST(killed_while_it_writes),
          TEST(grafana_names_each_mode))
