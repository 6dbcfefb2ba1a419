/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See predict.h. */

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "predict/predict.h"
#include "cli/commands.h"
#include "cli/option.h"
#include "cli/run.h"
#include "output/json.h"
#include "output/report.h"
#include "output/text.h"
#include "predict/sim-cost.h"
#include "predict/sim-load.h"
#include "predict/sim.h"
#include "predict/tick-phase.h"
#include "predict/xentrace.h"
#include "tool.h"

#define PIT_HZ 1193182LL
#define NS_PER_US 1000LL

/* A record that is shorter than this is repeated for an hour. */
#define LEAST_RECORD (10 * NS_PER_SEC)

/*
 * Ticks that need this share of the CPU that they can have are an overload: in
 * the simulation a backlog begins to grow at 0.93 to 0.97 of it, by the load.
 */
#define OVERLOAD 0.9

/* A vCPU whose turns are shorter than this on average has not run. */
#define LEAST_TURN NS_PER_US

const char *const sim_guest_names[SIM_GUESTS] = {
    [SIM_TICK] = "tick",
    [SIM_TICK_TSC] = "tick-tsc",
    [SIM_CLOCK] = "clock",
};

const char *guest_word(size_t i)
{
    if (!i)
        return "all";
    return i <= SIM_GUESTS ? sim_guest_names[i - 1] : NULL;
}

const char *load_word(size_t i)
{
    return sim_load_models[i].name;
}

double seconds_a_day(double error)
{
    return error * 86400;
}

/*
 * Returns the timer's period in ns: that of the count which guests write to the
 * PIT, rounded as Xen rounds it (arch/x86/emul-i8254.c).
 */
static int64_t pit_period(long hz)
{
    int64_t count = (PIT_HZ + hz / 2) / hz;

    return (count * NS_PER_SEC + PIT_HZ / 2) / PIT_HZ;
}

int predict_params(const struct tool *t, const struct predict_load *load,
                   struct sim_params *params)
{
    int64_t length = load->length;
    long hz = 1000, latency = 2, wakeup_after = 0;
    int status = option_number(t, OPT_HZ, 20, 10000, &hz);

    if (length < LEAST_RECORD)
        length = 3600 * NS_PER_SEC;
    if (!status)
        status = option_number(t, OPT_LATENCY, 1, 10000, &latency);
    if (!status)
        status = option_number(t, OPT_SYNC_WAKEUP, 0, XENTIME_SYNC_WAKEUP_MAX,
                               &wakeup_after);
    if (!status)
        status = option_hours(t, OPT_HOURS, &length);
    *params = (struct sim_params){
        .period = pit_period(hz),
        .phase = pit_period(hz),
        .length = length,
        .wakeup_after = wakeup_after,
    };
    sim_cost(latency, &params->cost);
    return status;
}

int predict_guests(const struct tool *t, unsigned int *guests)
{
    const char *word = t->opt[OPT_GUEST];
    char known[WORDS_TEXT];
    unsigned int i;

    *guests = (1u << SIM_GUESTS) - 1;
    if (!word || !strcmp(word, "all"))
        return EXIT_DONE;
    for (i = 0; i < SIM_GUESTS; i++)
        if (!strcmp(word, sim_guest_names[i])) {
            *guests = 1u << i;
            return EXIT_DONE;
        }
    words_text(guest_word, " or ", known);
    return report_usage(t, "--guest takes %s, not \"%s\"", known, word);
}

/* ---- a load that was recorded ---- */

/*
 * The TSC of every CPU that Xen has run on counts at 100 MHz to 10 GHz.  Those
 * ranges of kHz, MHz and Hz do not overlap, so that a number tells its unit.
 */
#define TSC_KHZ_MIN 100000L
#define TSC_KHZ_MAX 10000000L

/* Returns the unit that --tsc-khz can only be in, if that is not kHz. */
static const char *other_unit(const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (end == text || (*end && *end != '.'))
        return NULL;
    if (n >= TSC_KHZ_MIN / 1000 && n <= TSC_KHZ_MAX / 1000)
        return "MHz";
    if (n >= TSC_KHZ_MIN * 1000 && n <= TSC_KHZ_MAX * 1000)
        return "Hz";
    return NULL;
}

static int tsc_khz_option(const struct tool *t, long *khz)
{
    const char *text = t->opt[OPT_TSC_KHZ];
    const char *unit = text ? other_unit(text) : NULL;

    if (unit)
        return report_usage(t,
                            "--tsc-khz takes kHz, %ld to %ld: \"%s\" can only "
                            "be in %s",
                            TSC_KHZ_MIN, TSC_KHZ_MAX, text, unit);
    return option_number(t, OPT_TSC_KHZ, TSC_KHZ_MIN, TSC_KHZ_MAX, khz);
}

static int tsc_khz(struct tool *t, long *khz)
{
    struct xentime_host host;
    int status;

    *khz = 0;
    status = tsc_khz_option(t, khz);
    if (status || *khz)
        return status;
    status = t->xt ? EXIT_DONE : tool_open(t);
    if (!status && xentime_get_host(t->xt, &host))
        status = report_error(t);
    if (status) {
        fprintf(stderr, "xentimectl: without Xen, say the host's: --tsc-khz "
                        "(\"xl info\" has it as cpu_mhz, in MHz)\n");
        return status;
    }
    *khz = host.khz;
    if (!*khz)
        return report(t, EXIT_CANNOT,
                      "this Xen does not tell how fast its TSC is: --tsc-khz "
                      "says it");
    return EXIT_DONE;
}

static bool parse_u16(const char *text, char end, const char **rest,
                      uint16_t *value)
{
    char *stop;
    unsigned long n;

    errno = 0;
    n = strtoul(text, &stop, 10);
    if (errno || stop == text || *text == '-' || *text == '+' || *stop != end ||
        n > 0x7fff)
        return false;
    *value = n;
    *rest = stop + (*stop != '\0');
    return true;
}

static int find_vcpu(const struct tool *t, const struct xentrace *trace,
                     const char *file, const char *text, uint16_t *domid,
                     uint16_t *vcpu)
{
    const char *rest = text;

    if (!text) {
        if (xentrace_busiest(trace, domid, vcpu))
            return report(t, EXIT_FAILED,
                          "%s: no domain but dom0 has run in it", file);
        return EXIT_DONE;
    }
    if (!parse_u16(text, '.', &rest, domid) ||
        !parse_u16(rest, '\0', &rest, vcpu))
        return report_usage(t, "--vcpu takes DOMID.VCPU, as 3.0, not \"%s\"",
                            text);
    return EXIT_DONE;
}

static int take_turns(const struct tool *t, const struct xentrace *trace,
                      const char *file, const char *vcpu_text, long khz,
                      struct predict_load *load)
{
    uint16_t domid = 0, vcpu = 0;
    int status = find_vcpu(t, trace, file, vcpu_text, &domid, &vcpu);
    int64_t total = 0, ran = 0, waited = 0, preempted = 0;
    size_t i;

    if (status)
        return status;
    if (xentrace_turns(trace, domid, vcpu, khz, &load->turns, &load->n))
        return report(t, EXIT_FAILED, "out of memory");
    for (i = 0; i < load->n && total < INT64_MAX / 4; i++) {
        ran += load->turns[i].run;
        waited += load->turns[i].wait;
        preempted += load->turns[i].block ? 0 : load->turns[i].wait;
        total += load->turns[i].run + load->turns[i].block +
                 load->turns[i].wait;
    }
    if (i < load->n)
        return report(t, EXIT_FAILED, "%s: longer than 70 years", file);
    if (!load->n || total / (int64_t)load->n < LEAST_TURN)
        return report(t, EXIT_FAILED,
                      "%s: domain %u vCPU %u has not run twice in it", file,
                      domid, vcpu);
    load->length = total;
    load->ran = (double)ran / total;
    load->waited = (double)waited / total;
    load->share = 1 - (double)preempted / total;
    snprintf(load->name, sizeof(load->name), "%.60s, domain %u vCPU %u", file,
             domid, vcpu);
    return EXIT_DONE;
}

int predict_trace_from(struct tool *t, FILE *f, const char *file,
                       const char *vcpu, struct predict_load *load)
{
    struct xentrace trace = { .n = 0 };
    int status = EXIT_DONE;
    long khz = 0;

    memset(load, 0, sizeof(*load));
    if (xentrace_read(f, &trace))
        status = report(t, EXIT_FAILED, "%s: %s", file, strerror(errno));
    else if (trace.error[0])
        status = report(t, EXIT_FAILED, "%s: %s", file, trace.error);
    if (!status)
        status = tsc_khz(t, &khz);
    if (!status && trace.lost)
        print_warning("%s: Xen lost %llu records; a larger buffer helps "
                      "(xentrace -S)",
                      file, (unsigned long long)trace.lost);
    if (!status)
        status = take_turns(t, &trace, file, vcpu, khz, load);
    xentrace_free(&trace);
    return status;
}

int predict_trace(struct tool *t, const char *file, const char *vcpu,
                  struct predict_load *load)
{
    FILE *f = strcmp(file, "-") ? fopen(file, "re") : stdin;
    int status;

    memset(load, 0, sizeof(*load));
    if (!f)
        return report(t, EXIT_FAILED, "%s: %s", file, strerror(errno));
    status = predict_trace_from(t, f, file, vcpu, load);
    if (f != stdin)
        fclose(f);
    return status;
}

/* ---- a load of the table ---- */

int predict_seed(const struct tool *t, struct predict_load *load)
{
    long seed = 1;
    int status = option_number(t, OPT_SEED, 0, LONG_MAX, &seed);

    load->seed = seed;
    return status;
}

static int named_load(const struct tool *t, struct predict_load *load)
{
    const char *name = t->opt[OPT_LOAD] ? t->opt[OPT_LOAD] : load_word(0);
    const struct sim_load_model *m;
    char known[WORDS_TEXT];
    int status = predict_seed(t, load);

    words_text(load_word, " and ", known);
    for (m = sim_load_models; m->name && strcmp(m->name, name) != 0; m++)
        ;
    if (!status && !m->name)
        return report_usage(t, "no load \"%s\"; there are %s", name, known);
    load->model = m;
    load->share = sim_load_share(m);
    snprintf(load->name, sizeof(load->name), "%s", name);
    return status;
}

int predict_load(struct tool *t, struct predict_load *load)
{
    memset(load, 0, sizeof(*load));
    if (!t->opt[OPT_TRACE])
        return named_load(t, load);
    if (t->opt[OPT_LOAD])
        return report_usage(t, "either --load or --trace");
    return predict_trace(t, t->opt[OPT_TRACE], t->opt[OPT_VCPU], load);
}

void predict_add_load(json_object *doc, const struct predict_load *load)
{
    json_object_object_add(doc, "load", json_text(load->name));
    if (!load->n)
        return;
    json_object_object_add(doc, "ran", json_decimals(load->ran, 4));
    json_object_object_add(doc, "waited", json_decimals(load->waited, 4));
}

void predict_free(struct predict_load *load)
{
    free(load->turns);
    load->turns = NULL;
}

/* ---- running it ---- */

/*
 * Corrects the record's clock, and puts the first tick where it is due in it.
 * Returns false if the record does not tell.
 */
static bool find_phase(struct predict_load *load, struct sim_params *params)
{
    int64_t phase;

    phase_align(load->turns, load->n, params->period);
    if (!phase_find(load->turns, load->n, params->period, &phase))
        return false;
    phase -= params->cost.wake;
    params->phase = phase > 0 ? phase : phase + params->period;
    return true;
}

/* How far a series of simulations is. */
struct progress {
    size_t done, all;
    time_t start;
    bool said;
};

static void say_progress(struct progress *p)
{
    p->done++;
    if (!isatty(STDERR_FILENO) || time(NULL) - p->start < 2)
        return;
    p->said = true;
    fprintf(stderr, "\rxentimectl: %zu of %zu simulations done", p->done,
            p->all);
}

static void end_progress(const struct progress *p)
{
    if (p->said)
        fputs("\r\033[K", stderr);
}

void predict(const struct sim_params *params, struct predict_load *load,
             const int *modes, size_t n, struct prediction *out)
{
    struct progress progress = { .all = n, .start = time(NULL) };
    struct sim_params p = *params;
    struct sim_random_load random;
    struct sim_trace_load recorded;
    size_t i;

    if (load->n)
        find_phase(load, &p);
    for (i = 0; i < n; i++) {
        struct sim_load *l = &random.load;

        p.mode = modes[i];
        if (load->model) {
            sim_random_load(&random, load->model, load->seed);
        } else {
            sim_trace_load(&recorded, load->turns, load->n);
            l = &recorded.load;
        }
        out[i] = (struct prediction){ .mode = modes[i] };
        sim_run(&p, l, &out[i].result);
        say_progress(&progress);
    }
    end_progress(&progress);
}

static void widen(struct prediction *p, const struct sim_result *r)
{
    unsigned int guest;

    for (guest = 0; guest < SIM_GUESTS; guest++)
        p->spread[guest] = fmax(p->spread[guest],
                                fabs(r->error[guest] - p->result.error[guest]));
}

void predict_spread(const struct sim_params *params, struct predict_load *load,
                    const int *modes, size_t n, struct prediction *out)
{
    struct progress progress = { .all = n * (1 + PREDICT_DRAWS),
                                 .start = time(NULL) };
    struct sim_params p = *params;
    struct sim_resampled_load l;
    struct sim_result r;
    int64_t keep = p.period;
    uint64_t seed;
    size_t i, draw;

    /* Ticks whose place in the record is unknown need not keep it. */
    if (!find_phase(load, &p))
        keep = 1;
    for (i = 0; i < n; i++) {
        p.mode = modes[i];
        out[i] = (struct prediction){ .mode = modes[i] };
        for (draw = 0; draw <= PREDICT_DRAWS; draw++) {
            seed = load->seed * PREDICT_DRAWS + draw;
            sim_resampled_load(&l, load->turns, load->n, keep,
                               draw ? &seed : NULL);
            sim_run(&p, &l.load, draw ? &r : &out[i].result);
            if (draw)
                widen(&out[i], &r);
            say_progress(&progress);
        }
    }
    end_progress(&progress);
}

bool predict_overloaded(const struct sim_params *params,
                        const struct predict_load *load,
                        char text[OVERLOAD_TEXT])
{
    int64_t tick = params->cost.latency + params->cost.handler;

    snprintf(
        text, OVERLOAD_TEXT,
        "the guest is overloaded: a tick takes it %.0f us, one comes every "
        "%.0f us, and it can have a CPU for %.1f %% of the time",
        tick / 1e3, params->period / 1e3, 100 * load->share);
    return tick > OVERLOAD * load->share * params->period;
}
