/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files as people have them, in tests/data/skew: how many readings each has,
 * the first and the last of them, the clock's rate, when it was set, and which
 * lines were left out.  The numbers are those that the files were made from.
 */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include <zlib.h>

#include "skew/log/log.h"
#include "skew/ntplog.h"
#include "unit.h"

#define DATA TOP "/tests/data/skew/"

static void read_file(const char *name, struct ntp_log *log)
{
    char path[256];
    FILE *f;

    snprintf(path, sizeof(path), "%s%s", DATA, name);
    f = fopen(path, "re");
    if (!f)
        fail_msg("%s: %s", path, strerror(errno));
    assert_int_equal(ntplog_read(f, log), 0);
    fclose(f);
}

static void assert_near(double got, double wanted, double within)
{
    if (!(fabs(got - wanted) <= within))
        fail_msg("got %.9f, wanted %.9f", got, wanted);
}

/*
 * The number of series that a file has (1, if none is given), and what is in
 * the first one.  Members that are 0, false or empty are not given.
 */
/* clang-format off */
static const struct {
    const char *file, *format;
    enum ntp_daemon daemon;
    const char *source;
    size_t series, n;
    double span, first, last; /* seconds */
    size_t nrates;
    double rate; /* ppm, of the first reading */
    size_t nmoves;
    double moved; /* seconds, in all */
    bool unset, undated;
    size_t notes[NTP_NOTES];
} files[] = {
    { .file = "ntpdate-query.txt", .format = "ntpdate", .daemon = NTP_NTPDATE,
      .n = 24, .span = 82800, .first = -0.002, .last = -20.702 },
    { .file = "ntpdate-two.txt", .format = "ntpdate", .daemon = NTP_NTPDATE,
      .n = 2, .span = 1200, .first = -1.25, .last = -10.85, .nmoves = 2,
      .moved = 10.85, .unset = true },
    { .file = "ntpdate-rfc3339.log", .format = "ntpdate",
      .daemon = NTP_NTPDATE, .n = 10, .span = 16200, .first = -0.45,
      .last = -4.5, .nmoves = 5, .moved = 2.25, .unset = true },
    { .file = "ntpdate-syslog.log", .format = "ntpdate",
      .daemon = NTP_NTPDATE, .n = 10, .span = 16200, .first = 0.06,
      .last = 0.6, .unset = true },
    { .file = "ntpdate-autumn.txt", .format = "ntpdate",
      .daemon = NTP_NTPDATE, .n = 120, .span = 119 * 600, .last = -1.428,
      .notes[NTP_ZONE_CHANGED] = 1 },
    { .file = "ntpdate-spring.txt", .format = "ntpdate",
      .daemon = NTP_NTPDATE, .n = 120, .span = 119 * 600, .last = -1.428,
      .notes[NTP_ZONE_CHANGED] = 1 },
    { .file = "ntpdate-february.txt", .format = "ntpdate",
      .daemon = NTP_NTPDATE, .n = 12, .span = 66 * 3600, .last = -1.1 },
    { .file = "ntpdate-leap-year.txt", .format = "ntpdate",
      .daemon = NTP_NTPDATE, .n = 12, .span = 66 * 3600, .last = -1.1 },
    { .file = "ntpdig.txt", .format = "ntpdate", .daemon = NTP_NTPDATE,
      .n = 2, .span = 3600, .first = -0.75, .last = -1, .nmoves = 1,
      .moved = 0.75, .unset = true },
    { .file = "loopstats-1970", .format = "loopstats", .daemon = NTP_NTPD,
      .n = 40, .span = 39 * 64, .first = 1e-5, .last = 4e-4, .nrates = 40,
      .rate = -31.5, .notes[NTP_NO_DATE] = 1 },
    { .file = "loopstats-unset", .format = "loopstats", .daemon = NTP_NTPD,
      .n = 40, .span = 39 * 64, .first = 1e-5, .last = 1e-5, .nrates = 40,
      .rate = -31.5, .notes[NTP_BEFORE_SET] = 1, .notes[NTP_WENT_BACK] = 1 },
    { .file = "peerstats", .format = "peerstats", .daemon = NTP_NTPD,
      .source = "SHM(0)", .series = 3, .n = 20, .span = 19 * 64,
      .first = -1e-3, .last = -1e-3 },
    { .file = "rawstats", .format = "rawstats", .daemon = NTP_NTPD,
      .source = "198.51.100.9", .n = 5, .span = 64, .first = -0.025,
      .last = -0.025, .notes[NTP_NOT_SYNCHRONISED] = 1 },
    { .file = "ntpd-syslog.log", .format = "ntpd", .daemon = NTP_NTPD, .n = 5,
      .span = 2335, .first = -2.185132, .last = 0.225044, .nmoves = 4,
      .moved = 2.643708 },
    { .file = "ntpq-peers.txt", .format = "ntpq -p", .daemon = NTP_NTPD,
      .source = "198.51.100.9", .series = 2, .n = 2, .span = 64,
      .first = 0.000112, .last = 0.000212, .notes[NTP_NOT_SYNCHRONISED] = 2 },
    { .file = "ntpq-rv.txt", .format = "ntpq", .daemon = NTP_NTPD, .n = 1,
      .first = 0.00075, .last = 0.00075, .nrates = 1, .rate = 10.953,
      .notes[NTP_NOT_SYNCHRONISED] = 1 },
    { .file = "ntptime.txt", .format = "ntptime", .daemon = NTP_NTPD, .n = 1,
      .first = -0.0001255, .last = -0.0001255, .nrates = 1, .rate = -4.201,
      .notes[NTP_NOT_SYNCHRONISED] = 1 },
    { .file = "kerninfo.txt", .format = "kerninfo", .daemon = NTP_NTPD,
      .n = 1, .first = 0.002536, .last = 0.002536, .nrates = 1,
      .rate = -20.61, .undated = true },
    { .file = "tracking-step.log", .format = "tracking.log",
      .daemon = NTP_CHRONYD, .n = 32, .span = 1008, .first = -17.25,
      .last = 1.5e-5, .nrates = 32, .rate = 8.25, .nmoves = 1, .moved = 17.25,
      .notes[NTP_NOT_SYNCHRONISED] = 1 },
    { .file = "tracking-slew.log", .format = "tracking.log",
      .daemon = NTP_CHRONYD, .n = 45, .span = 44 * 64, .first = 8.335e-06,
      .last = -1e-6, .nrates = 45, .rate = 8.25 },
    { .file = "tracking-1.24.log", .format = "tracking.log",
      .daemon = NTP_CHRONYD, .n = 12, .span = 3300, .first = -5e-4,
      .last = 6e-4, .nrates = 12, .rate = -77.5 },
    { .file = "tracking.log.2.gz", .format = "tracking.log",
      .daemon = NTP_CHRONYD, .n = 12, .span = 3300, .first = -5e-4,
      .last = 6e-4, .nrates = 12, .rate = -77.5 },
    { .file = "tracking.log.3.xz", .format = "tracking.log",
      .daemon = NTP_CHRONYD, .n = 12, .span = 3300, .first = -5e-4,
      .last = 6e-4, .nrates = 12, .rate = -77.5 },
    { .file = "measurements-1.24.log", .format = "measurements.log",
      .daemon = NTP_CHRONYD, .source = "198.51.100.9", .n = 10, .span = 2700,
      .first = -2e-4, .last = -2e-3 },
    { .file = "measurements.log", .format = "measurements.log",
      .daemon = NTP_CHRONYD, .source = "198.51.100.9", .series = 2, .n = 9,
      .span = 512, .first = -1e-3, .last = -1.08e-3,
      .notes[NTP_NOT_SYNCHRONISED] = 2 },
    { .file = "statistics.log", .format = "statistics.log",
      .daemon = NTP_CHRONYD, .source = "198.51.100.8", .series = 2, .n = 15,
      .span = 896, .last = 1.4e-4 },
    { .file = "chronyd-journal.txt", .format = "chronyd",
      .daemon = NTP_CHRONYD, .n = 2, .span = 28831, .first = -27.518004,
      .last = 9.25, .nmoves = 2, .moved = 18.268004,
      .notes[NTP_NOT_SYNCHRONISED] = 1 },
    { .file = "chronyd-own.log", .format = "chronyd", .daemon = NTP_CHRONYD,
      .n = 1, .first = -1.5, .last = -1.5, .notes[NTP_BEFORE_SET] = 1 },
    { .file = "chronyc-tracking.txt", .format = "tracking",
      .daemon = NTP_CHRONYD, .n = 8, .span = 448, .first = -3e-4,
      .last = -2.3e-4, .nrates = 8, .rate = -21.5,
      .notes[NTP_NOT_SYNCHRONISED] = 1 },
    { .file = "chronyc-tracking.csv", .format = "tracking",
      .daemon = NTP_CHRONYD, .n = 6, .span = 80, .first = -1e-4,
      .last = -6e-4, .nrates = 6, .rate = -21.5,
      .notes[NTP_NOT_SYNCHRONISED] = 1 },
    { .file = "chronyc-sources.txt", .format = "sources",
      .daemon = NTP_CHRONYD, .source = "ntp.example.org", .series = 2, .n = 2,
      .span = 60, .first = -1.59e-4, .last = 1.41e-4,
      .notes[NTP_NOT_SYNCHRONISED] = 2 },
    { .file = "chronyc-sourcestats.txt", .format = "sourcestats",
      .daemon = NTP_CHRONYD, .source = "ntp.example.org", .n = 1,
      .first = -8.78e-4, .last = -8.78e-4, .undated = true,
      .notes[NTP_NOT_SYNCHRONISED] = 1 },
    { .file = "timesync-status.txt", .format = "timesync-status",
      .daemon = NTP_TIMESYNCD, .n = 1, .first = -0.00275, .last = -0.00275,
      .nrates = 1, .rate = -6.125, .undated = true },
    { .file = "timesyncd-journal.txt", .format = "timesyncd",
      .daemon = NTP_TIMESYNCD, .n = 3, .span = 97, .first = -1.5,
      .last = -0.001, .nrates = 3, .nmoves = 1, .moved = 1.5 },
    { .file = "w32tm-dataonly.txt", .format = "w32tm", .daemon = NTP_W32TIME,
      .source = "time.example.org", .n = 3, .span = 3, .first = -0.125,
      .last = 0.001, .notes[NTP_NOT_SYNCHRONISED] = 1 },
    { .file = "w32tm-utf16.txt", .format = "w32tm", .daemon = NTP_W32TIME,
      .source = "time.example.org", .n = 2, .span = 2, .first = 0.0301461,
      .last = 0.0302461 },
    { .file = "phc2sys.txt", .format = "linuxptp", .daemon = NTP_LINUXPTP,
      .source = "CLOCK_REALTIME", .n = 4, .span = 3, .first = -0.0025,
      .last = -1.01e-7, .nrates = 4, .rate = 0.028, .nmoves = 1,
      .moved = 0.0025005 },
    { .file = "ptp4l-syslog.log", .format = "linuxptp",
      .daemon = NTP_LINUXPTP, .n = 2, .span = 1, .first = -6e-9,
      .last = 1.2e-8, .nrates = 2, .rate = -1.879 },
};
/* clang-format on */

static double moved(const struct ntp_series *s)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < s->nmoves; i++)
        sum += s->moves[i].size;
    return sum;
}

static void check_series(size_t i, const struct ntp_series *s)
{
    assert_string_equal(s->source, files[i].source ? files[i].source : "");
    assert_int_equal(s->n, files[i].n);
    assert_near(s->points[s->n - 1].t - s->points[0].t, files[i].span, 1e-5);
    assert_near(s->points[0].error, files[i].first, 1e-6);
    assert_near(s->points[s->n - 1].error, files[i].last, 1e-6);
    assert_int_equal(s->nrates, files[i].nrates);
    if (s->nrates)
        assert_near(s->rates[0], files[i].rate, 1e-9);
    assert_int_equal(s->nmoves, files[i].nmoves);
    assert_near(moved(s), files[i].moved, 1e-9);
    assert_int_equal(s->unset, files[i].unset);
}

static void what_files_say(void **state)
{
    struct ntp_log log;
    size_t i, note;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(files); i++) {
        print_message("%s\n", files[i].file);
        read_file(files[i].file, &log);
        assert_non_null(log.format);
        assert_string_equal(log.format, files[i].format);
        assert_int_equal(log.daemon, files[i].daemon);
        assert_int_equal(log.unknown, 0);
        assert_int_equal(log.n, files[i].series ? files[i].series : 1);
        check_series(i, &log.series[0]);
        assert_int_equal(log.undated, files[i].undated);
        for (note = 0; note < NTP_NOTES; note++)
            assert_int_equal(log.notes[note], files[i].notes[note]);
        ntplog_free(&log);
    }
}

/* While chronyd slews, the clock is off by what it has not slewed yet. */
static void a_slew_in_between(void **state)
{
    struct ntp_log log;
    double worst = 0;
    size_t i;

    (void)state;
    read_file("tracking-slew.log", &log);
    for (i = 0; i < log.series[0].n; i++)
        worst = fmin(worst, log.series[0].points[i].error);
    assert_near(worst, -120, 1e-3);
    assert_near(log.series[0].points[21].error, -120, 1e-3);
    assert_near(log.series[0].points[22].error, -120 + 64 / 12.0, 0.05);
    ntplog_free(&log);
}

static void how_far_each_can_correct(void **state)
{
    struct ntp_log log;

    (void)state;
    read_file("loopstats-1970", &log);
    assert_near(log.limit_ppm, 500, 0);
    assert_int_equal(log.hard, 1);
    ntplog_free(&log);
    read_file("tracking-1.24.log", &log);
    assert_near(log.limit_ppm, 100000, 0);
    ntplog_free(&log);
    read_file("phc2sys.txt", &log);
    assert_true(isnan(log.limit_ppm));
    ntplog_free(&log);
    assert_string_equal(ntplog_daemon_name(NTP_TIMESYNCD), "systemd-timesyncd");
}

/* ---- files that are one log ---- */

static void read_into(struct ntp_file *file, const char *path, const char *name)
{
    *file = (struct ntp_file){ .path = path };
    read_file(name, &file->log);
}

static void days_are_joined(void **state)
{
    struct ntp_file f[3];
    const struct ntp_series *s;

    (void)state;
    read_into(&f[0], "a/loopstats.20240403.gz", "loopstats.20240403");
    read_into(&f[1], "a/loopstats.20240401", "loopstats.20240401");
    read_into(&f[2], "a/loopstats.20240402", "loopstats.20240402");
    assert_int_equal(ntplog_join(f, 3), 0);
    assert_ptr_equal(f[0].joined_to, &f[1]);
    assert_ptr_equal(f[2].joined_to, &f[1]);
    assert_null(f[1].joined_to);
    assert_int_equal(f[0].log.n, 0);
    assert_int_equal(f[1].log.n, 1);
    s = &f[1].log.series[0];
    assert_int_equal(s->n, 60);
    assert_int_equal(s->nrates, 60);
    assert_int_equal(f[1].log.lines, 60);
    assert_near(s->points[59].error - s->points[0].error, -59e-4, 1e-9);
    assert_near(s->points[59].t - s->points[0].t, 2 * 86400 + 19 * 4200, 1e-6);
    ntplog_free(&f[1].log);
}

/* Each pair of names is of one log, the older part first. */
static void names_of_parts(void **state)
{
    static const char *const paths[][2] = {
        { "loopstats.20240401", "loopstats" },
        { "loopstats.2024W13", "loopstats.2024W14" },
        { "a/tracking.log-20240401.xz", "a/tracking.log-20240402" },
        { "tracking.log.10.gz", "tracking.log.9.gz" },
        { "tracking.log.1", "tracking.log" },
    };
    struct ntp_file f[2];
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(paths); i++) {
        print_message("%s\n", paths[i][0]);
        read_into(&f[0], paths[i][0], "loopstats.20240401");
        read_into(&f[1], paths[i][1], "loopstats.20240402");
        assert_int_equal(ntplog_join(f, 2), 0);
        assert_ptr_equal(f[1].joined_to, &f[0]);
        ntplog_free(&f[0].log);
    }
}

/* Corrections by plain ntpdate are added up across joined files. */
static void sums_go_on(void **state)
{
    struct ntp_file f[2];

    (void)state;
    read_into(&f[0], "log.1", "ntpdate-two.txt");
    read_into(&f[1], "log", "ntpdate-two.txt");
    f[1].log.series[0].points[0].t += 86400;
    f[1].log.series[0].points[1].t += 86400;
    f[1].log.series[0].moves[0].t += 86400;
    f[1].log.series[0].moves[1].t += 86400;
    assert_int_equal(ntplog_join(f, 2), 0);
    assert_int_equal(f[0].log.series[0].n, 4);
    assert_near(f[0].log.series[0].points[3].error, -21.7, 1e-9);
    assert_int_equal(f[0].log.series[0].nmoves, 4);
    ntplog_free(&f[0].log);
}

static void others_stay_apart(void **state)
{
    static const char *const paths[][2] = {
        { "a/loopstats.20240401", "b/loopstats.20240402" }, /* directory */
        { "a/loopstats.20240401", "a/peerstats.20240402" }, /* name */
        { "a/web", "a/db" },
        { "mode-0", "mode-1" }, /* somebody's own number */
        { "run.1", "run.2" },   /* logrotate's are older */
        { "loopstats.20240402", "loopstats.20240401" }, /* the wrong date */
        { "10.0.0.2", "10.0.0.1" },
    };
    struct ntp_file f[2];
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(paths); i++) {
        read_into(&f[0], paths[i][0], "loopstats.20240401");
        read_into(&f[1], paths[i][1], "loopstats.20240402");
        assert_int_equal(ntplog_join(f, 2), 0);
        assert_null(f[0].joined_to);
        assert_null(f[1].joined_to);
        ntplog_free(&f[0].log);
        ntplog_free(&f[1].log);
    }
    /* These two overlap, so they are of two clocks. */
    read_into(&f[0], "loopstats.1", "loopstats.20240401");
    read_into(&f[1], "loopstats.2", "loopstats.20240401");
    assert_int_equal(ntplog_join(f, 2), 0);
    assert_null(f[0].joined_to);
    assert_null(f[1].joined_to);
    ntplog_free(&f[0].log);
    ntplog_free(&f[1].log);
}

/* ---- compressed files ---- */

static FILE *gzipped(const char *text, size_t times, size_t cut)
{
    FILE *f = tmpfile();
    gzFile gz = f ? gzdopen(dup(fileno(f)), "wb1") : NULL;
    size_t i;

    assert_non_null(gz);
    for (i = 0; i < times; i++)
        assert_int_equal(gzputs(gz, text), strlen(text));
    gzclose(gz);
    if (cut)
        assert_int_equal(ftruncate(fileno(f), (off_t)cut), 0);
    rewind(f);
    return f;
}

#define A_LINE "54495 1 0.001 -132.5 0.02 239 10\n"

static void no_bomb(void **state)
{
    size_t usual = log_max_bytes;
    struct ntp_log log;
    FILE *f = gzipped(A_LINE, 10000, 0);

    (void)state;
    log_max_bytes = 100000;
    assert_int_equal(ntplog_read(f, &log), -1);
    assert_int_equal(errno, EFBIG);
    assert_non_null(strstr(ntplog_error(EFBIG), "512 MiB"));
    ntplog_free(&log);
    fclose(f);
    log_max_bytes = usual;
    f = gzipped(A_LINE, 10000, 0);
    assert_int_equal(ntplog_read(f, &log), 0);
    assert_int_equal(log.series[0].n, 10000);
    ntplog_free(&log);
    fclose(f);
}

static void cut_off(void **state)
{
    struct ntp_log log;
    FILE *f = gzipped(A_LINE, 10000, 60);

    (void)state;
    assert_int_equal(ntplog_read(f, &log), -1);
    assert_int_equal(errno, EBADMSG);
    ntplog_free(&log);
    fclose(f);
}

/* ---- what is no log ---- */

static void what_it_looks_like(void **state)
{
    static const struct {
        const char *text, *looks_like;
    } known[] = {
        { "<?xml version='1.0'?>\n<domain/>\n", "an XML document" },
        { "{ \"a\": 1 }\n", "a JSON document" },
        { "1 2 3\n4 5 6\n", "a table of numbers" },
        { "\001\002\003 abc\n", "a binary file" },
        { "\x28\xb5\x2f\xfd\x04\x58", "a zstd file (use zstdcat)" },
        { "root:x:0:0:root:/root:/bin/bash\n", NULL },
    };
    struct ntp_log log;
    size_t i;
    FILE *f;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(known); i++) {
        print_message("%s\n", known[i].text);
        f = fmemopen((void *)known[i].text, strlen(known[i].text), "r");
        assert_int_equal(ntplog_read(f, &log), 0);
        fclose(f);
        assert_null(log.format);
        if (known[i].looks_like) {
            assert_non_null(log.looks_like);
            assert_string_equal(log.looks_like, known[i].looks_like);
        } else {
            assert_null(log.looks_like);
        }
        ntplog_free(&log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_files_say),
        cmocka_unit_test(a_slew_in_between),
        cmocka_unit_test(how_far_each_can_correct),
        cmocka_unit_test(days_are_joined),
        cmocka_unit_test(names_of_parts),
        cmocka_unit_test(sums_go_on),
        cmocka_unit_test(others_stay_apart),
        cmocka_unit_test(no_bomb),
        cmocka_unit_test(cut_off),
        cmocka_unit_test(what_it_looks_like),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
