/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines as NTP's tools write them: which clock they tell of, which way it is
 * off, and when.
 */

#include <math.h>
#include <stdio.h>

#include "skew/ntplog.h"
#include "unit.h"

static void read_text(const char *text, struct ntp_log *log)
{
    FILE *f = fmemopen((void *)text, strlen(text), "r");

    assert_non_null(f);
    assert_int_equal(ntplog_read(f, log), 0);
    fclose(f);
}

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) < 1e-9 + 1e-12 * fabs(wanted)))
        fail_msg("got %.9f, wanted %.9f", got, wanted);
}

/* Each text has one reading. */
static const struct {
    const char *text, *format, *source;
    double t, error, rate;
} known[] = {
    { " 1 Feb 15:31:11 ntpdate[1234]: adjust time server 10.0.0.1 offset "
      "-0.012345 sec\n",
      "ntpdate", "", 949419071, 0.012345, NAN },
    { "server 10.0.0.1, stratum 2, offset 0.5, delay 0.02\n"
      "29 Feb 00:00:00 ntpdate[7]: step time server 10.0.0.1 offset 0.5 sec\n",
      "ntpdate", "", 951782400, -0.5, NAN },
    { "2017-08-22 15:22:36.5 (+0200) +0.000214 +/- 0.035 host 10.0.0.1 s2\n",
      "ntpdate", "", 1503408156.5, -0.000214, NAN },
    { "2017-08-22 09:52:36 (-0330) -0.25 +/- 0.035 host 10.0.0.1 s2 no-leap\n",
      "ntpdate", "", 1503408156, 0.25, NAN },
    { "54495 76787.701 -0.045153303 -132.569229 0.020806776 239.735511 10\n",
      "loopstats", "", 1201727987.701, 0.045153303, 132.569229 },
    { "48773 10847.650 127.127.4.1 9714 -0.001605376 0.0 0.001424877 0.0009\n",
      "peerstats", "127.127.4.1", 707281247.650, 0.001605376, NAN },
    { "48773 10847.650 2001:db8::1 97fa -0.0016 0.00000 0.00142\n", "peerstats",
      "2001:db8::1", 707281247.650, 0.0016, NAN },
    { "Reference ID    : CB00710F (ntp.example.net)\nStratum         : 3\n"
      "Ref time (UTC)  : Fri Jan 27 09:49:17 2017\n"
      "System time     : 0.000006523 seconds slow of NTP time\n"
      "Frequency       : 3.225 ppm slow\nLeap status     : Normal\n",
      "tracking", "", 1485510557, -0.000006523, -3.225 },
    { "Ref time (UTC)  : Fri Jan 27 09:49:17 2017\n"
      "System time     : 0.000006523 seconds fast of NTP time\n"
      "Frequency       : 331.898 ppm fast\n",
      "tracking", "", 1485510557, 0.000006523, 331.898 },
    { "=====\n   Date (UTC) Time     IP Address   St   Freq ppm\n=====\n"
      "2017-08-22 13:22:36 203.0.113.15     2     -3.541      0.075 "
      "-8.621e-06 N  1  2.940e-03 -2.084e-04 1.534e-02 1.1e-02 1.2e-02\n",
      "tracking.log", "", 1503408156, -8.621e-06 + 2.084e-04, -3.541 },
    { "2016-11-09 05:40:50 203.0.113.15    N  2 111 111 1111  10 10 1.0 "
      "-4.966e-03  2.296e-01  1.577e-05  1.615e-01  7.446e-03 CB00717B 4B D K"
      "\n",
      "measurements.log", "203.0.113.15", 1478670050, 4.966e-03, NAN },
};

static void what_a_line_says(void **state)
{
    struct ntp_log log;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(known); i++) {
        print_message("%s", known[i].text);
        read_text(known[i].text, &log);
        assert_non_null(log.format);
        assert_string_equal(log.format, known[i].format);
        assert_int_equal(log.n, 1);
        assert_int_equal(log.unknown, 0);
        assert_int_equal(log.series[0].n, 1);
        assert_string_equal(log.series[0].source, known[i].source);
        assert_near(log.series[0].points[0].t, known[i].t);
        assert_near(log.series[0].points[0].error, known[i].error);
        assert_int_equal(log.series[0].nrates, !isnan(known[i].rate));
        if (!isnan(known[i].rate))
            assert_near(log.series[0].rates[0], known[i].rate);
        ntplog_free(&log);
    }
}

static void over_new_year(void **state)
{
    struct ntp_log log;

    (void)state;
    read_text("31 Dec 23:59:30 ntpdate[1]: adjust time server a offset 1 sec\n"
              " 1 Jan 00:00:30 ntpdate[2]: adjust time server a offset 1 sec\n"
              "31 Dec 23:59:59 ntpdate[3]: adjust time server a offset 1 sec\n"
              "31 Dec 23:59:58 ntpdate[3]: adjust time server a offset 1 sec\n",
              &log);
    assert_int_equal(log.series[0].n, 3);
    assert_int_equal(log.notes[NTP_YEAR_TURNED], 1);
    assert_int_equal(log.notes[NTP_WENT_BACK], 1);
    assert_near(log.series[0].points[1].t - log.series[0].points[0].t, 60);
    assert_near(log.series[0].points[2].t - log.series[0].points[1].t,
                364 * 86400.0 + 86369);
    ntplog_free(&log);
}

static void a_series_for_each_peer(void **state)
{
    struct ntp_log log;

    (void)state;
    read_text("48773 1 10.0.0.1 9714 0.1 0 0.001\n"
              "48773 2 10.0.0.2 9714 0.2 0 0.001\n"
              "48773 3 10.0.0.1 9714 0.3 0 0.001\n",
              &log);
    assert_int_equal(log.n, 2);
    assert_int_equal(log.series[0].n, 2);
    assert_near(log.series[0].points[1].error, -0.3);
    assert_string_equal(log.series[1].source, "10.0.0.2");
    ntplog_free(&log);
}

static void hard_work(void **state)
{
    struct ntp_log log;

    (void)state;
    read_text("54495 1 0 0 0 1000 10\n54495 2 0 0 0 1000.1 10\n"
              "54495 3 0 0 0 2000 10\n",
              &log);
    assert_int_equal(log.hard, 2);
    ntplog_free(&log);
}

/* The first line that is known tells what the others have to be. */
static void lines_of_something_else(void **state)
{
    struct ntp_log log;

    (void)state;
    read_text("# a comment\n\nhello\n54495 1 0 0 0 1 10\n"
              "48773 1 10.0.0.1 9714 0.1 0 0.001\n54495 2 0 0 0 1\n",
              &log);
    assert_string_equal(log.format, "loopstats");
    assert_int_equal(log.lines, 4);
    assert_int_equal(log.unknown, 3);
    assert_int_equal(log.series[0].n, 1);
    ntplog_free(&log);
}

static void nothing_known(void **state)
{
    static const char *const texts[] = {
        "\n",
        "# only a comment\n",
        "root:x:0:0:root:/root:/bin/bash\n",
        "54495 1 nan 0 0 1 10\n",
        "54495 1 inf 0 0 1 10\n",
        "54495 1 0x10 0 0 1 10\n",
        "54495 90000 0 0 0 1 10\n",
        "54495.5 1 0 0 0 1 10\n",
        "-1 1 0 0 0 1 10\n",
        "32 Feb 15:31:11 ntpdate[1]: adjust time server a offset 1 sec\n",
        "1 Fev 15:31:11 ntpdate[1]: adjust time server a offset 1 sec\n",
        "1 Feb 5:31:11 ntpdate[1]: adjust time server a offset 1 sec\n",
        "2017-13-22 13:22:36 203.0.113.15 2 -3.541 0.075 -8.6e-06 N 1 2\n",
        "2017-08-22 13:22 203.0.113.15 2 -3.541 0.075 -8.6e-06 N 1 2\n",
        "Some title : and something\n",
        "Frequency       : 3.225 ppm slow\n",
    };
    struct ntp_log log;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(texts); i++) {
        print_message("%s", texts[i]);
        read_text(texts[i], &log);
        assert_null(log.format);
        assert_int_equal(log.n, 0);
        ntplog_free(&log);
    }
}

/* Prefixes of syslog and journalctl, each with the same time. */
static void stamps_of_messages(void **state)
{
    static const struct {
        const char *stamp;
        double t;
    } stamps[] = {
        { "2024-09-02T06:00:11.5+00:00 vm", 1725256811.5 },
        { "2024-09-02T08:00:11+0200 vm", 1725256811 },
        { "2024-09-02T02:30:11-03:30 vm", 1725256811 },
        { "2024-09-02T08:00:11+02 vm", 1725256811 },
        { "2024-09-02T06:00:11Z", 1725256811 },
        { "2024-09-02 06:00:11 vm", 1725256811 },
        { "Mon 2024-09-02 06:00:11 UTC vm", 1725256811 },
        { "Mon Sep  2 06:00:11 2024 daemon.warn", 1725256811 },
        { "1725256811.250000 vm", 1725256811.25 },
        { "Sep 02 06:00:11 vm", 946684800 + 244 * 86400.0 + 21611 },
        { "Sep  2 06:00:11.250000 vm", 946684800 + 244 * 86400.0 + 21611.25 },
        { " 2 Sep 06:00:11", 946684800 + 244 * 86400.0 + 21611 },
        { " 9\346\234\210 02 06:00:11 vm", 946684800 + 244 * 86400.0 + 21611 },
    };
    struct ntp_log log;
    char text[256];
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(stamps); i++) {
        print_message("%s\n", stamps[i].stamp);
        snprintf(text, sizeof(text),
                 "%s chronyd[811]: System clock wrong by "
                 "2.5 seconds\n",
                 stamps[i].stamp);
        read_text(text, &log);
        assert_non_null(log.format);
        assert_int_equal(log.n, 1);
        assert_near(log.series[0].points[0].t, stamps[i].t);
        assert_near(log.series[0].points[0].error, -2.5);
        assert_string_equal(log.series[0].source, "");
        ntplog_free(&log);
    }
}

static void no_stamps(void **state)
{
    static const char *const stamps[] = {
        "2024-13-02T06:00:11Z",
        "2024-09-02T06:00:11+2",
        "2024-09-02T24:00:11Z",
        "Sep 32 06:00:11",
        "Sep 02 06:00",
        "Foo 02 06:00:11",
        "13\346\234\210 02 06:00:11",
    };
    struct ntp_log log;
    char text[256];
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(stamps); i++) {
        print_message("%s\n", stamps[i]);
        snprintf(text, sizeof(text),
                 "%s vm chronyd[811]: System clock wrong by "
                 "2.5 seconds\n",
                 stamps[i]);
        read_text(text, &log);
        assert_null(log.format);
        ntplog_free(&log);
    }
}

/* A host that collects the logs of others has several clocks in one file. */
static void a_series_for_each_host(void **state)
{
    struct ntp_log log;

    (void)state;
    read_text("Sep 02 06:00:10 alpha sshd[1]: hello\n"
              "Sep 02 06:00:11 alpha ntpd[8]: time reset +1.5 s\n"
              "Sep 02 06:00:12 beta ntpd[9]: time reset -2.5 s\n"
              "Sep 02 06:00:13 alpha ntpd[8]: time reset +3.5 s\n",
              &log);
    assert_int_equal(log.unknown, 0);
    assert_int_equal(log.n, 2);
    assert_string_equal(log.series[0].source, "alpha");
    assert_int_equal(log.series[0].n, 2);
    assert_int_equal(log.series[0].nmoves, 2);
    assert_near(log.series[0].moves[1].size, 3.5);
    assert_string_equal(log.series[1].source, "beta");
    assert_near(log.series[1].points[0].error, 2.5);
    ntplog_free(&log);
}

/* The newer file is the first, as "cat tracking.log*" has it. */
static void two_files_the_newer_first(void **state)
{
    struct ntp_log log;

    (void)state;
    read_text("54496 1 0.1 -3 0 1 10\n54496 2 0.2 -4 0 1 10\n"
              "54495 1 0.3 -1 0 1 10\n54495 2 0.4 -2 0 1 10\n",
              &log);
    assert_int_equal(log.notes[NTP_WENT_BACK], 0);
    assert_int_equal(log.series[0].n, 4);
    assert_near(log.series[0].points[0].error, -0.3);
    assert_near(log.series[0].points[3].error, -0.2);
    assert_near(log.series[0].rates[0], 1);
    assert_near(log.series[0].rates[3], 4);
    ntplog_free(&log);
}

/* A line that is missing at night is no summer time, but when that begins. */
static void a_line_is_missing(void **state)
{
    static const char *const days[] = { "12 May", "24 Oct", "20 Mar" };
    struct ntp_log log;
    char text[512];
    size_t i, k, at;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(days); i++) {
        for (k = 0, at = 0; k < 4; k++)
            at += (size_t)snprintf(
                text + at, sizeof(text) - at,
                "%s 0%zu:07:00 ntpdate[7]: adjust time server a offset 1 sec\n",
                days[i], k < 2 ? k : k + 1);
        read_text(text, &log);
        assert_int_equal(log.notes[NTP_ZONE_CHANGED], 0);
        assert_near(log.series[0].points[3].t - log.series[0].points[0].t,
                    4 * 3600);
        ntplog_free(&log);
    }
}

/* A move that is all that is known of an error tells of it as well. */
static void stepped_and_nothing_else(void **state)
{
    struct ntp_log log;

    (void)state;
    read_text("Sep 02 06:00:11 vm chronyd[811]: System clock was stepped by "
              "-7.25 seconds\n",
              &log);
    assert_int_equal(log.series[0].n, 1);
    assert_near(log.series[0].points[0].error, 7.25);
    assert_int_equal(log.series[0].nmoves, 1);
    assert_near(log.series[0].moves[0].size, -7.25);
    ntplog_free(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_line_says),
        cmocka_unit_test(over_new_year),
        cmocka_unit_test(a_series_for_each_peer),
        cmocka_unit_test(hard_work),
        cmocka_unit_test(lines_of_something_else),
        cmocka_unit_test(nothing_known),
        cmocka_unit_test(stamps_of_messages),
        cmocka_unit_test(no_stamps),
        cmocka_unit_test(a_series_for_each_host),
        cmocka_unit_test(two_files_the_newer_first),
        cmocka_unit_test(a_line_is_missing),
        cmocka_unit_test(stepped_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
