/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The families of metrics.  Their names follow OpenMetrics 1.0: base units,
 * "_total" at counters' samples, "_info" at a metric that is only labels.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/metrics.h"
#include "output/text.h"
#include "tool.h"

enum type { GAUGE, COUNTER, INFO, HISTOGRAM };

struct family;

struct out {
    FILE *f;
    const struct family *family;
    bool openmetrics;
};

struct family {
    const char *name; /* without "_total" and "_info" */
    enum type type;
    const char *unit; /* the end of the name; NULL: it has no unit */
    const char *help;
    void (*emit)(struct out *o, const struct metrics *m);
};

/* ---- samples ---- */

static const char *suffix(enum type type)
{
    return type == COUNTER ? "_total" : type == INFO ? "_info" : "";
}

/* Prints a label's value, and escapes what would end it or its line. */
static void put_value(FILE *f, const char *text)
{
    char *clean = utf8_text(text);
    const char *at;

    for (at = clean ? clean : ""; *at; at++)
        if (*at == '\n')
            fputs("\\n", f);
        else if (*at == '"' || *at == '\\')
            fprintf(f, "\\%c", *at);
        else
            fputc(*at, f);
    free(clean);
}

/* Prints "name{"; the labels follow. */
static void begin(struct out *o)
{
    fprintf(o->f, "xentime_%s%s{", o->family->name, suffix(o->family->type));
}

static void label(struct out *o, const char *name, const char *value)
{
    fprintf(o->f, "%s=\"", name);
    put_value(o->f, value);
    fputc('"', o->f);
}

static void end(struct out *o, uint64_t value)
{
    fprintf(o->f, "} %" PRIu64 "\n", value);
}

/* Prints nanoseconds as seconds, exactly, and with a point in any locale. */
static void end_seconds(struct out *o, int64_t ns)
{
    uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

    fprintf(o->f, "} %s%" PRIu64 ".%09" PRIu64 "\n", ns < 0 ? "-" : "",
            size / 1000000000, size % 1000000000);
}

/* Prints a domain's labels: its UUID, which a reboot keeps, and its name. */
static void begin_domain(struct out *o, const struct xentime_domain *dom)
{
    char uuid[UUID_TEXT];

    uuid_text(dom->uuid, uuid);
    begin(o);
    label(o, "uuid", uuid);
    fputc(',', o->f);
    label(o, "name", dom->name ? dom->name : "");
}

/* ---- the host ---- */

static void emit_host(struct out *o, const struct metrics *m)
{
    char version[64];

    snprintf(version, sizeof(version), "%u.%u%s", m->host.major, m->host.minor,
             m->host.extra);
    begin(o);
    label(o, "xen", version);
    fputc(',', o->f);
    label(o, "changeset", m->host.changeset);
    fputc(',', o->f);
    label(o, "scheduler", m->host.scheduler);
    fputc(',', o->f);
    label(o, "xentimectl", XENTIME_VERSION);
    end(o, 1);
}

static void emit_capabilities(struct out *o, const struct metrics *m)
{
    unsigned int bit;

    for (bit = 1; bit; bit <<= 1) {
        if (!xentime_capability_name(bit))
            continue;
        begin(o);
        label(o, "name", xentime_capability_name(bit));
        end(o, !!(m->host.capabilities & bit));
    }
}

/* ---- domains ---- */

/* An empty list is NULL, to which not even 0 may be added. */
#define FOR_EACH_DOMAIN(d, m) \
    for (const struct metrics_domain *d = (m)->list; \
         d && d < (m)->list + (m)->n; d++) \
        if (!d->gone)

static void emit_domain(struct out *o, const struct metrics *m)
{
    char id[16];

    FOR_EACH_DOMAIN(d, m)
    {
        snprintf(id, sizeof(id), "%u", d->dom->domid);
        begin_domain(o, d->dom);
        fputc(',', o->f);
        label(o, "domid", id);
        fputc(',', o->f);
        label(o, "type", xentime_type_name(d->dom->type));
        end(o, 1);
    }
}

static void emit_cpu(struct out *o, const struct metrics *m)
{
    FOR_EACH_DOMAIN(d, m)
    {
        begin_domain(o, d->dom);
        end_seconds(o, d->dom->cpu_time_ns);
    }
}

static void emit_setting(struct out *o, const struct metrics *m,
                         enum xentime_setting setting)
{
    FOR_EACH_DOMAIN(d, m)
    if (d->dom->setting[setting] >= 0) {
        begin_domain(o, d->dom);
        end(o, d->dom->setting[setting]);
    }
}

static void emit_mode(struct out *o, const struct metrics *m)
{
    emit_setting(o, m, XENTIME_TIMER_MODE);
}

static void emit_vhpet(struct out *o, const struct metrics *m)
{
    emit_setting(o, m, XENTIME_VHPET);
}

static void emit_sync_wakeup(struct out *o, const struct metrics *m)
{
    emit_setting(o, m, XENTIME_SYNC_WAKEUP);
}

static void emit_sessions(struct out *o, const struct metrics *m)
{
    FOR_EACH_DOMAIN(d, m)
    if (d->dom->sessions >= 0) {
        begin_domain(o, d->dom);
        end(o, d->dom->sessions);
    }
}

static void emit_counting(struct out *o, const struct metrics *m)
{
    FOR_EACH_DOMAIN(d, m)
    if (d->has_status) {
        begin_domain(o, d->dom);
        end(o, d->status.counting);
    }
}

static void emit_lag(struct out *o, const struct metrics *m)
{
    FOR_EACH_DOMAIN(d, m)
    if (d->has_status) {
        begin_domain(o, d->dom);
        end_seconds(o, d->status.lag_ns);
    }
}

/* ---- vCPUs and their timers ---- */

static void begin_vcpu(struct out *o, const struct metrics_domain *d,
                       const struct xentime_vcpu_stats *v)
{
    char vcpu[16];

    snprintf(vcpu, sizeof(vcpu), "%u", v->vcpu);
    begin_domain(o, d->dom);
    fputc(',', o->f);
    label(o, "vcpu", vcpu);
}

#define FOR_EACH_VCPU(v, d) \
    for (const struct xentime_vcpu_stats *v = (d)->vcpus; \
         v && v < (d)->vcpus + (d)->nvcpus; v++)

static void emit_descheduled(struct out *o, const struct metrics *m)
{
    FOR_EACH_DOMAIN(d, m)
    FOR_EACH_VCPU(v, d)
    {
        begin_vcpu(o, d, v);
        end(o, v->descheduled);
    }
}

static void emit_switches(struct out *o, const struct metrics *m)
{
    FOR_EACH_DOMAIN(d, m)
    FOR_EACH_VCPU(v, d)
    {
        begin_vcpu(o, d, v);
        end(o, v->switches);
    }
}

typedef void emit_timer_fn(struct out *o, const struct metrics_domain *d,
                           const struct xentime_vcpu_stats *v, int timer);

/* Calls @emit for each timer that has ever been in use. */
static void each_timer(struct out *o, const struct metrics *m,
                       emit_timer_fn *emit)
{
    int timer;

    FOR_EACH_DOMAIN(d, m)
    FOR_EACH_VCPU(v, d)
    for (timer = 0; timer < XENTIME_TIMERS; timer++)
        if (v->timer[timer].due || v->timer[timer].period_ns)
            emit(o, d, v, timer);
}

static void begin_timer(struct out *o, const struct metrics_domain *d,
                        const struct xentime_vcpu_stats *v, int timer)
{
    begin_vcpu(o, d, v);
    fputc(',', o->f);
    label(o, "timer", xentime_timer_name(timer));
}

#define EMIT_TICKS(field) \
    static void emit_one_##field(struct out *o, \
                                 const struct metrics_domain *d, \
                                 const struct xentime_vcpu_stats *v, \
                                 int timer) \
    { \
        begin_timer(o, d, v, timer); \
        end(o, v->timer[timer].field); \
    } \
    static void emit_##field(struct out *o, const struct metrics *m) \
    { \
        each_timer(o, m, emit_one_##field); \
    }
EMIT_TICKS(due)
EMIT_TICKS(delivered)
EMIT_TICKS(late)
EMIT_TICKS(collapsed)
EMIT_TICKS(dropped)
EMIT_TICKS(pending)
EMIT_TICKS(wakeups)

static void begin_part(struct out *o, const struct metrics_domain *d,
                       const struct xentime_vcpu_stats *v, int timer,
                       const char *part)
{
    char uuid[UUID_TEXT], vcpu[16];

    uuid_text(d->dom->uuid, uuid);
    snprintf(vcpu, sizeof(vcpu), "%u", v->vcpu);
    fprintf(o->f, "xentime_%s_%s{", o->family->name, part);
    label(o, "uuid", uuid);
    fputc(',', o->f);
    label(o, "name", d->dom->name ? d->dom->name : "");
    fputc(',', o->f);
    label(o, "vcpu", vcpu);
    fputc(',', o->f);
    label(o, "timer", xentime_timer_name(timer));
}

/*
 * Prints a timer's histogram.  Its bins in Xen end at powers of two of
 * microseconds, the last one has no end, and Xen keeps no sum.
 */
static void emit_one_lateness(struct out *o, const struct metrics_domain *d,
                              const struct xentime_vcpu_stats *v, int timer)
{
    const uint64_t *lateness = v->timer[timer].lateness;
    uint64_t sum = 0;
    char le[32];
    int i;

    for (i = 0; i < XENTIME_LATENESS; i++) {
        uint64_t us = UINT64_C(2) << i;

        sum += lateness[i];
        if (i < XENTIME_LATENESS - 1)
            snprintf(le, sizeof(le), "%" PRIu64 ".%06" PRIu64, us / 1000000,
                     us % 1000000);
        else
            strcpy(le, "+Inf");
        begin_part(o, d, v, timer, "bucket");
        fputc(',', o->f);
        label(o, "le", le);
        end(o, sum);
    }
    /* OpenMetrics has a count only beside a sum. */
    if (o->openmetrics)
        return;
    begin_part(o, d, v, timer, "count");
    end(o, sum);
}

static void emit_lateness(struct out *o, const struct metrics *m)
{
    each_timer(o, m, emit_one_lateness);
}

/* ---- the families ---- */

/* clang-format off */
static const struct family families[] = {
    { "host", INFO, NULL, "This host's Xen and xentimectl.", emit_host },
    { "capability", GAUGE, NULL,
      "Whether this Xen has it, as xentimectl info shows.", emit_capabilities },
    { "domain", INFO, NULL, "A domain, its present id and its type.",
      emit_domain },
    { "domain_cpu_seconds", COUNTER, "seconds", "CPU time of all its vCPUs.",
      emit_cpu },
    { "domain_timer_mode", GAUGE, NULL, "Its timer_mode, as a number.", emit_mode },
    { "domain_vhpet", GAUGE, NULL, "Whether it has a virtual HPET.",
      emit_vhpet },
    { "domain_sync_wakeup_after", GAUGE, NULL,
      "Missed ticks until a timer runs on, where they are dropped; 0: Xen's rule.",
      emit_sync_wakeup },
    { "domain_profiling_sessions", GAUGE, NULL, "Its profiling sessions.",
      emit_sessions },
    { "domain_ticks_counted", GAUGE, NULL, "Whether Xen counts its ticks.",
      emit_counting },
    { "domain_lag_seconds", GAUGE, "seconds",
      "The domain's time behind real time.", emit_lag },
    { "vcpu_descheduled", COUNTER, NULL,
      "Times that it lost its CPU while it could run.", emit_descheduled },
    { "vcpu_mode_switches", COUNTER, NULL, "Changes of its timer_mode.",
      emit_switches },
    { "ticks_due", COUNTER, NULL, "Ticks whose time has come.", emit_due },
    { "ticks_delivered", COUNTER, NULL, "Ticks that the guest got.",
      emit_delivered },
    { "ticks_late", COUNTER, NULL,
      "Ticks delivered when the next one was due.", emit_late },
    { "ticks_collapsed", COUNTER, NULL, "Ticks merged into a later one.",
      emit_collapsed },
    { "ticks_dropped", COUNTER, NULL, "Ticks discarded.", emit_dropped },
    { "ticks_pending", GAUGE, NULL, "Ticks still to be delivered.",
      emit_pending },
    { "tick_wakeups", COUNTER, NULL,
      "Timers fired while the vCPU waited for a CPU.", emit_wakeups },
    { "tick_lateness_seconds", HISTOGRAM, "seconds",
      "How late delivered ticks were.", emit_lateness },
};
/* clang-format on */

static const char *const type_names[] = {
    [GAUGE] = "gauge",
    [COUNTER] = "counter",
    [INFO] = "info",
    [HISTOGRAM] = "histogram",
};

/*
 * OpenMetrics' metadata name the family; the text format's name the samples,
 * and know neither "info" nor units.
 */
static void print_metadata(FILE *f, const struct family *fam, bool openmetrics)
{
    const char *end = openmetrics ? "" : suffix(fam->type);
    enum type type = !openmetrics && fam->type == INFO ? GAUGE : fam->type;

    fprintf(f, "# TYPE xentime_%s%s %s\n", fam->name, end, type_names[type]);
    if (openmetrics && fam->unit)
        fprintf(f, "# UNIT xentime_%s %s\n", fam->name, fam->unit);
    fprintf(f, "# HELP xentime_%s%s %s\n", fam->name, end, fam->help);
}

/* Prints a family; prints nothing if it has no samples on this Xen. */
static void print_family(FILE *f, const struct family *fam,
                         const struct metrics *m, bool openmetrics)
{
    char *samples = NULL;
    size_t len;
    struct out o = { open_memstream(&samples, &len), fam, openmetrics };

    if (!o.f)
        return;
    fam->emit(&o, m);
    fclose(o.f);
    if (len) {
        print_metadata(f, fam, openmetrics);
        fwrite(samples, 1, len, f);
    }
    free(samples);
}

void metrics_print(FILE *f, const struct metrics *m, bool openmetrics)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(families); i++)
        print_family(f, &families[i], m, openmetrics);
    if (openmetrics)
        fputs("# EOF\n", f);
}
