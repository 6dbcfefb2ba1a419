/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs of clocks: every reading is a number at a time, times do not go back,
 * and all of them can be fitted.
 *
 * A target has one family of formats, so that the fuzzer gets deep into it;
 * fuzz_ntplog.c has them all, and compressed files.
 */
#ifndef FUZZ_LOG_H
#define FUZZ_LOG_H

#include <math.h>
#include <stdlib.h>

#include "fuzz.h"
#include "skew/log/log.h"

static void check_moves(const struct ntp_series *s)
{
    size_t i;

    for (i = 0; i < s->nmoves; i++)
        if (!isfinite(s->moves[i].t) || !isfinite(s->moves[i].size) ||
            (i && s->moves[i].t < s->moves[i - 1].t))
            abort();
}

static void check_series(struct ntp_series *s)
{
    struct fit fit;
    size_t i;

    if (!s->n || s->nrates > s->n)
        abort();
    for (i = 0; i < s->n; i++)
        if (!isfinite(s->points[i].t) || !isfinite(s->points[i].error) ||
            (i && s->points[i].t < s->points[i - 1].t))
            abort();
    for (i = 0; i < s->nrates; i++)
        if (!isfinite(s->rates[i]))
            abort();
    check_moves(s);
    if (fit_clock(s->points, s->n, 0, &fit) || fit.n != s->n || fit.span < 0 ||
        fit.nsteps > s->n / 3)
        abort();
    fit_free(&fit);
}

/* Reads @data as a log of some families, and checks what comes out. */
static inline int fuzz_log(const uint8_t *data, size_t size,
                           const struct log_family *families, size_t n)
{
    FILE *f = size ? fmemopen((void *)data, size, "r") : NULL;
    struct ntp_log log;
    size_t i;

    if (!f)
        return 0;
    log_max_bytes = 1 << 20;
    if (!log_read(f, &log, families, n) &&
        ((!log.format && log.n) || log.unknown > log.lines))
        abort();
    for (i = 0; log.format && i < log.n; i++)
        check_series(&log.series[i]);
    ntplog_free(&log);
    fclose(f);
    return 0;
}

#define FUZZ_FAMILY(formats) \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) \
    { \
        static const struct log_family family = { "", formats }; \
\
        return fuzz_log(data, size, &family, 1); \
    }

#endif /* FUZZ_LOG_H */
