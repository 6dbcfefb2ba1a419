/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl metrics: what is read, and how it is printed. */
#ifndef XENTIMECTL_HOST_METRICS_H
#define XENTIMECTL_HOST_METRICS_H

#include "tool.h"

struct metrics_domain {
    struct xentime_domain *dom;
    bool gone;       /* has ended since it was listed, or is a twin */
    bool has_status; /* this Xen is patched, and the domain is not PV */
    struct xentime_status status;
    struct xentime_vcpu_stats *vcpus; /* where ticks are counted */
    size_t nvcpus;
};

struct metrics {
    struct xentime_host host;
    struct xentime_domain *doms;
    struct metrics_domain *list; /* one for each of @doms */
    size_t n;
};

/*
 * Prints @m in the format of OpenMetrics 1.0, or otherwise in Prometheus' text
 * format 0.0.4, which is what node_exporter's textfile collector reads.
 */
void metrics_print(FILE *f, const struct metrics *m, bool openmetrics);

#endif /* XENTIMECTL_HOST_METRICS_H */
