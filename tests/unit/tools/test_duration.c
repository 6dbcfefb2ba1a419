/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times as they are typed, with decimals and with units, and what is none. */

#include <stdio.h>

#include "cli/duration.h"
#include "run.h"
#include "tool.h"

#define MAX_WORDS 6

static void durations(void **state)
{
    static const struct {
        const char *text;
        int64_t ns; /* in units of seconds; -1: none */
    } times[] = {
        { "1", 1000000000 },
        { "0", 0 },
        { "0.5", 500000000 },
        { ".25", 250000000 },
        { "1.", 1000000000 },
        { "0.123456789", 123456789 },
        { "0.1234567899", 123456789 },
        { "250ms", 250000000 },
        { "0.5ms", 500000 },
        { "30s", 30000000000 },
        { "10m", 600000000000 },
        { "1.5h", 5400000000000 },
        { "2d", 172800000000000 },
        { "900000000", 900000000000000000 },
        { "9000000000", -1 },
        { "2562047h", 9223369200000000000 },
        { "2562048h", -1 },
        { "99999999999999999999", -1 },
        { "", -1 },
        { ".", -1 },
        { "s", -1 },
        { ".s", -1 },
        { "1.2.3", -1 },
        { "-1", -1 },
        { "+1", -1 },
        { " 1", -1 },
        { "1 s", -1 },
        { "1S", -1 },
        { "1sm", -1 },
        { "1w", -1 },
        { "0x10", -1 },
        { "1e3", -1 },
        { "inf", -1 },
        { "1,5", -1 },
    };
    int64_t ns;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(times); i++) {
        ns = -1;
        if (parse_duration(times[i].text, NS_PER_SEC, &ns) !=
                (times[i].ns >= 0) ||
            ns != times[i].ns)
            fail_because("\"%s\" is %lld", times[i].text, (long long)ns);
    }
    assert_true(parse_duration("1.5", 3600 * NS_PER_SEC, &ns));
    assert_int_equal(ns, 5400 * NS_PER_SEC);
    assert_true(parse_duration("90s", 3600 * NS_PER_SEC, &ns));
    assert_int_equal(ns, 90 * NS_PER_SEC);
}

static void times_with_units(void **state)
{
    static const char *const wrong[][MAX_WORDS] = {
        { "stats", "web", "--interval", "1x" },
        { "stats", "web", "--interval", "1ms" },
        { "stats", "web", "--interval", "25h" },
        { "skew", "web", "-i", "1 m" },
        { "profile", "start", "web", "--for", "1y" },
        { "set-mode", "web", "2", "-w", "25h" },
        { "set-mode", "web", "2", "-w", "" },
        { "simulate", "--hours", "0.5s" },
        { "simulate", "--hours", "417d" },
    };
    char *hour;
    size_t i;

    (void)state;
    fake_add(1, XENTIME_HVM);
    name_domain(1, "web");
    fake->vpmu = 1;
    for (i = 0; i < ARRAY_COUNT(wrong); i++)
        assert_exit(run_args(wrong[i]), 2);
    assert_int_equal(fake_changes(), 0);
    assert_exit(run("set-mode", "web", "2", "-w", "1m"), 0);
    assert_exit(run("set-mode", "web", "3", "-w", "0"), 0);
    assert_exit(run("set-mode", "web", "2", "-w", "0.5"), 0);
    assert_exit(run("profile", "start", "web", "--for", "500ms"), 0);
    assert_exit(run("skew", "web", "-i", "20ms", "-c", "2"), 0);
    hour = strdup(run("simulate", "-m2", "--hours", "0.01")->out);
    assert_string_equal(run("simulate", "-m2", "--hours", "36s")->out, hour);
    free(hour);
}

UNIT_MAIN(TEST(durations), TEST(times_with_units))
