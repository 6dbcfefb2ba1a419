/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options, and their values: see option.h. */

#include <errno.h>
#include <stdlib.h>

#include "cli/option.h"
#include "cli/duration.h"
#include "output/report.h"
#include "tool.h"

/* In seconds. */
#define HOUR INT64_C(3600)
#define DAY 86400

/* clang-format off */
const struct option_def option_defs[OPTIONS] = {
    [OPT_ALL] = { "all", 'a', NULL,
        "every domain that has the setting (not PV); every session" },
    [OPT_COLUMNS] = { "output", 'o', "COLUMNS",
        "the columns to show, separated by commas; +COLUMN adds to the usual", .value = COLUMN },
    [OPT_COUNT] = { "count", 'c', "N", "how many times (with --interval)" },
    [OPT_DRY_RUN] = { "dry-run", 0, NULL,
        "show what would be changed, and change nothing" },
    [OPT_FOR] = { "for", 0, "SECONDS", "end the session after that time" },
    [OPT_FORCE] = { "force", 'f', NULL,
        "also where a known defect of this Xen would be hit" },
    [OPT_FORMAT] = { "format", 0, "FORMAT",
        "the form; all but the default are of one domain", .value = FORMAT,
        .default_first = true },
    [OPT_GUEST] = { "guest", 'g', "KIND",
        "how it keeps time", .value = GUEST, .default_first = true },
    [OPT_HELP] = { "help", 'h', NULL, "show this help" },
    [OPT_HOLDER] = { "holder", 'H', "NAME",
        "the session's name: up to 64 of A-Z a-z 0-9 - _", .value = HOLDER },
    [OPT_HOURS] = { "hours", 0, "H", "of simulated time (default 1; the trace's)" },
    [OPT_HZ] = { "hz", 0, "N", "the guest's ticks a second (default 1000)" },
    [OPT_INTERVAL] = { "interval", 'i', "SECONDS",
        "print rates, or read clocks, every so often (default 1)" },
    [OPT_JSON] = { "json", 'J', NULL,
        "print one JSON document, errors included" },
    [OPT_LATENCY] = { "latency", 0, "US",
        "from tick to the guest's reading its clocks (default 2)" },
    [OPT_LOAD] = { "load", 'l', "NAME", "its load", .value = LOAD,
        .default_first = true },
    [OPT_MODE] = { "mode", 'm', "MODE", "one timer_mode, or all (default)",
        .value = MODE },
    [OPT_NOHEADINGS] = { "noheadings", 'n', NULL, "leave out the heading" },
    [OPT_OBSERVE] = { "observe", 0, "SECONDS",
        "let xentrace watch the domain for so long (default 10)" },
    [OPT_OFF] = { "off", 0, NULL, "stop counting", .changes = true },
    [OPT_PASSIVE] = { "passive", 0, NULL,
        "dom0 samples the domain, which does not know of it" },
    [OPT_PERSIST] = { "persist", 0, NULL,
        "for \"watch\" to do again after a reboot; without, it is over" },
    [OPT_PLOT] = { "plot", 0, "FILE",
        "draw the errors: FILE.svg, FILE.png, without FILE as text", "-", FILES },
    [OPT_POLICY] = { "policy", 'p', "FILE",
        "the policy (default /etc/xentime/policy.xml)", .value = FILES },
    [OPT_RAW] = { "raw", 'r', NULL,
        "one blank between columns, blanks in values as \\x20" },
    [OPT_RESET] = { "reset", 0, NULL, "start counting at zero",
        .changes = true },
    [OPT_SEED] = { "seed", 0, "N", "of the random numbers in a load (default 1)" },
    [OPT_SYNC_WAKEUP] = { "sync-wakeup-after", 0, "N",
        "modes that drop ticks as \"tune\" would have them (default 0)" },
    [OPT_TEXTFILE] = { "textfile", 0, "PATH",
        "into that file, as node_exporter's textfile collector takes it",
        .value = FILES },
    [OPT_TRACE] = { "trace", 't', "FILE",
        "the load as \"xentrace -e 0x21000 FILE\" has recorded it",
        .value = FILES },
    [OPT_TSC_KHZ] = { "tsc-khz", 0, "N",
        "of the host that recorded it, in kHz (default: this one)" },
    [OPT_VCPU] = { "vcpu", 0, "DOMID.VCPU",
        "whose load it is (default: who changed its state most)" },
    [OPT_VERBOSE] = { "verbose", 'v', NULL,
        "show libxenctrl's own messages on stderr" },
    [OPT_WAIT] = { "wait", 'w', "SECONDS",
        "how long to wait for a domain that somebody else is changing "
        "(default 10; 0: do not wait)" },
    [OPT_XEN] = { "xen", 0, NULL, "samples of Xen itself, for dom0" },
};
/* clang-format on */

int option_number(const struct tool *t, enum opt opt, long min, long max,
                  long *value)
{
    const char *text = t->opt[opt];
    char *end;
    long n;

    if (!text)
        return EXIT_DONE;
    errno = 0;
    n = strtol(text, &end, 10);
    if (errno || end == text || *end || n < min || n > max)
        return report_usage(t, "--%s takes %ld to %ld, not \"%s\"",
                            option_defs[opt].name, min, max, text);
    *value = n;
    return EXIT_DONE;
}

int option_hours(const struct tool *t, enum opt opt, int64_t *ns)
{
    const char *text = t->opt[opt];
    int64_t parsed;

    if (!text)
        return EXIT_DONE;
    if (!parse_duration(text, HOUR * NS_PER_SEC, &parsed) ||
        parsed < NS_PER_SEC || parsed > 10000 * HOUR * NS_PER_SEC)
        return report_usage(t, "--%s takes 0.0003 to 10000, not \"%s\"",
                            option_defs[opt].name, text);
    *ns = parsed;
    return EXIT_DONE;
}

int option_seconds(const struct tool *t, enum opt opt, int64_t *ns)
{
    const char *text = t->opt[opt];
    int64_t parsed;

    if (!text)
        return EXIT_DONE;
    if (!parse_duration(text, NS_PER_SEC, &parsed) || parsed < 10000000 ||
        parsed > DAY * NS_PER_SEC)
        return report_usage(t,
                            "--%s takes 0.01 to %d seconds, or a time such as "
                            "10m or 1h, not \"%s\"",
                            option_defs[opt].name, DAY, text);
    *ns = parsed;
    return EXIT_DONE;
}

int set_wait(const struct tool *t)
{
    const char *text = t->opt[OPT_WAIT];
    int64_t ns;

    if (!text)
        return EXIT_DONE;
    if (!parse_duration(text, NS_PER_SEC, &ns) || ns > DAY * NS_PER_SEC)
        return report_usage(t,
                            "--%s takes 0 to %d seconds, or a time such as 5m, "
                            "not \"%s\"",
                            option_defs[OPT_WAIT].name, DAY, text);
    xentime_set_lock_timeout(t->xt, ns / 1000000);
    return EXIT_DONE;
}
