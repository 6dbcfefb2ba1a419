/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs of NTP tools: every reading is a number at a time, and can be fitted.
 */

#include <math.h>
#include <stdlib.h>

#include "fuzz.h"
#include "skew/ntplog.h"

static void check_series(struct ntp_series *s)
{
    struct fit fit;
    size_t i;

    if (!s->n || s->nrates > s->n)
        abort();
    for (i = 0; i < s->n; i++)
        if (!isfinite(s->points[i].t) || !isfinite(s->points[i].error))
            abort();
    for (i = 0; i < s->nrates; i++)
        if (!isfinite(s->rates[i]))
            abort();
    if (fit_clock(s->points, s->n, 0, &fit) || fit.n != s->n || fit.span < 0 ||
        fit.nsteps > s->n / 3)
        abort();
    fit_free(&fit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FILE *f = size ? fmemopen((void *)data, size, "r") : NULL;
    struct ntp_log log;
    size_t i;

    if (!f)
        return 0;
    if (ntplog_read(f, &log) || (!log.format && log.n) ||
        log.unknown > log.lines)
        abort();
    for (i = 0; i < log.n; i++)
        check_series(&log.series[i]);
    ntplog_free(&log);
    fclose(f);
    return 0;
}
