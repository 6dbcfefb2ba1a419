/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl skew, and skew analyze: how fast a guest's clock drifts. */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

#include "skew/skew.h"
#include "cli/commands.h"
#include "output/report.h"
#include "output/text.h"
#include "skew/clock-fit.h"
#include "skew/ntplog.h"
#include "skew/plot.h"
#include "tool.h"

static int fail_memory(const struct tool *t)
{
    return report(t, EXIT_FAILED, "out of memory");
}

/*
 * A clock that was set after most of its readings has no rate between them: one
 * error was gone when the next came up.
 */
static void forget_rate(struct clock *c)
{
    fit_free(&c->fit);
    c->fit.rate = c->fit.interval = NAN;
}

/* Makes a clock of a series, which gives up what it has. */
static int add_clock(const struct tool *t, const char *file,
                     const struct ntp_log *log, struct ntp_series *s,
                     struct clocks *all)
{
    struct clock *c = clocks_add(all, file, s->source);

    if (!c || fit_clock(s->points, s->n, 0, &c->fit))
        return fail_memory(t);
    c->points = s->points;
    c->moves = s->moves;
    c->nmoves = s->nmoves;
    s->points = NULL;
    s->moves = NULL;
    c->format = log->format;
    c->daemon = log->daemon;
    c->limit_ppm = log->limit_ppm;
    c->unset = s->unset;
    c->hard = log->hard;
    memcpy(c->notes, log->notes, sizeof(c->notes));
    if (s->nrates)
        c->corrected = gsl_stats_median(s->rates, 1, s->nrates);
    else if (!c->unset && c->nmoves && 2 * c->nmoves >= c->fit.n)
        forget_rate(c);
    return EXIT_DONE;
}

static int add_series(const struct tool *t, const char *file,
                      struct ntp_log *log, struct clocks *all)
{
    int status = EXIT_DONE;
    size_t i;

    for (i = 0; i < log->n && !status; i++)
        status = add_clock(t, file, log, &log->series[i], all);
    return status;
}

/* Says what is wrong with a log that was read, if anything is. */
static int check_log(const struct tool *t, const char *file,
                     const struct ntp_log *log)
{
    if (!log->lines && !log->looks_like)
        return report(t, EXIT_FAILED, "%s: there is nothing in it", file);
    if (!log->format)
        return report(t, EXIT_FAILED, "%s: %s%snot a log of these: %s", file,
                      log->looks_like ? log->looks_like : "",
                      log->looks_like ? ", " : "", ntplog_forms());
    if (!log->n)
        return report(t, EXIT_FAILED,
                      "%s: no line tells a clock's error at a time", file);
    if (log->unknown)
        print_warning("%s: %zu of %zu lines are not of %s", file, log->unknown,
                      log->lines, log->format);
    return EXIT_DONE;
}

static int read_file(const struct tool *t, struct ntp_file *file)
{
    FILE *f = strcmp(file->path, "-") ? fopen(file->path, "re") : stdin;
    int status;

    if (!f)
        return report(t, EXIT_FAILED, "%s: %s", file->path, strerror(errno));
    if (ntplog_read(f, &file->log))
        status = report(t, EXIT_FAILED, "%s: %s", file->path,
                        ntplog_error(errno));
    else
        status = check_log(t, file->path, &file->log);
    if (f != stdin)
        fclose(f);
    return status;
}

/* Reads all files, and makes clocks of what is left of them when joined. */
static int read_files(const struct tool *t, struct ntp_file *files, size_t n,
                      struct clocks *all)
{
    int status = EXIT_DONE;
    size_t i;

    for (i = 0; i < n && !status; i++) {
        files[i].path = t->args[i + 1];
        status = read_file(t, &files[i]);
    }
    if (!status && ntplog_join(files, n))
        status = fail_memory(t);
    for (i = 0; i < n && !status; i++)
        status = add_series(t, files[i].path, &files[i].log, all);
    return status;
}

static int analyze_files(const struct tool *t)
{
    size_t n = (size_t)t->nargs - 1, i;
    struct ntp_file *files = calloc(n, sizeof(*files));
    struct clocks all = { NULL, 0 };
    int status;

    if (!files)
        return fail_memory(t);
    status = read_files(t, files, n, &all);
    if (!status)
        status = clocks_report(t, &all, NULL);
    for (i = 0; i < n; i++)
        ntplog_free(&files[i].log);
    free(files);
    clocks_free(&all);
    return status;
}

const char *skew_verb(size_t i)
{
    return i ? NULL : "analyze";
}

/* The British spelling is a word that people type, and no domain's name here. */
static bool is_analyze(const char *word)
{
    return !strcmp(word, skew_verb(0)) || !strcmp(word, "analyse");
}

int cmd_skew(struct tool *t)
{
    int status = t->opt[OPT_PLOT] ? plot_check(t, t->opt[OPT_PLOT]) : EXIT_DONE;

    if (status)
        return status;
    if (!is_analyze(t->args[0]))
        return skew_domain(t);
    if (t->nargs < 2)
        return report_usage(t, "analyze what? expected FILE...");
    if (t->opt[OPT_INTERVAL] || t->opt[OPT_COUNT])
        return report_usage(t, "--interval and --count are for skew DOM");
    return analyze_files(t);
}
