/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl recommend: the modes ranked for one domain; see rank.h. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols/libsmartcols.h>

#include "cli/commands.h"
#include "cli/operand.h"
#include "cli/option.h"
#include "output/json.h"
#include "output/report.h"
#include "output/table.h"
#include "output/text.h"
#include "predict/observe.h"
#include "predict/predict.h"
#include "predict/rank.h"
#include "predict/reason.h"
#include "predict/sim.h"
#include "tool.h"

#define REASON_WIDTH 29

#define LEAST_SIMULATED (120 * NS_PER_SEC)

static const char *const verdict_names[] = {
    [VERDICT_KEEP] = "keep",
    [VERDICT_CHANGE] = "change",
    [VERDICT_NONE] = "none",
    [VERDICT_ASK_GUEST] = "ask-guest",
};

static const char *const tsc_names[] = {
    [TSC_NATIVE] = "native",
    [TSC_EMULATED] = "emulated",
};

/* ---- the domain ---- */

/*
 * A patched Xen tells what the TSC is.  A stock one tells only tsc_mode, which
 * is TSC_MODE_* of Xen's public headers: 1 is always emulated, 2 is never.
 */
static enum tsc tsc_of(const struct advice *a,
                       const struct xentime_status *status)
{
    struct xentime_tsc_info info;

    if (status)
        return status->native_tsc ? TSC_NATIVE : TSC_EMULATED;
    if (xentime_get_tsc(a->t->xt, a->dom, &info))
        return TSC_UNKNOWN;
    return info.mode == 1   ? TSC_EMULATED
           : info.mode == 2 ? TSC_NATIVE
                            : TSC_UNKNOWN;
}

static int get_domain(struct advice *a)
{
    struct xentime_status status;
    bool tells;

    if (xentime_capabilities(a->t->xt, &a->caps))
        return report_error(a->t);
    tells = a->caps & XENTIME_CAP_ONE_TIME;
    if (tells && xentime_status(a->t->xt, a->dom, &status))
        return report_error(a->t);
    a->vcpus = tells ? status.vcpus : a->dom->vcpus;
    a->tsc = tsc_of(a, tells ? &status : NULL);
    return EXIT_DONE;
}

/* ---- output ---- */

/* Writes the domain as a shell takes it: by name if that is easy to type. */
static void operand(const struct xentime_domain *dom, char *out, size_t size)
{
    const char *s = dom->name ? dom->name : "";
    bool plain = *s && *s != '-' && !isdigit((unsigned char)*s), quoted = plain;

    for (; *s; s++) {
        plain &= isalnum((unsigned char)*s) || strchr("_.", *s) || *s == '-';
        quoted &= isprint((unsigned char)*s) && *s != '\'' && *s != ',';
    }
    if (plain)
        snprintf(out, size, "%s", dom->name);
    else if (quoted)
        snprintf(out, size, "'%s'", dom->name);
    else
        snprintf(out, size, "%u", dom->domid);
}

/* Parts a reason in lines for the last column of a table of 80 columns. */
static void wrap_reason(char text[REASON_TEXT])
{
    char *line = text, *blank;

    while (strlen(line) > REASON_WIDTH &&
           (blank = memrchr(line, ' ', REASON_WIDTH + 1))) {
        *blank = '\n';
        line = blank + 1;
    }
}

static void add_rank(const struct advice *a, struct libscols_table **table,
                     const struct rank *r)
{
    char mode[8], error[DECIMAL_TEXT], spread[DECIMAL_TEXT];
    char day[DECIMAL_TEXT], step[DECIMAL_TEXT], reason[REASON_TEXT];
    const char *const texts[] = {
        mode, error, spread, day, step, sim_guest_names[r->guest], reason,
    };
    double value = r->p->result.error[r->guest];

    snprintf(mode, sizeof(mode), "%d%s", r->p->mode,
             r->refused   ? "x"
             : !r->has    ? "!"
             : r->current ? "*"
                          : " ");
    decimal_text(100 * value, 4, true, error);
    decimal_text(100 * r->spread, 4, false, spread);
    decimal_text(seconds_a_day(value), 1, true, day);
    decimal_text(r->p->result.step[r->guest] / 1e6, 1, false, step);
    reason_text(&a->params, &r->p->result, r->guest, reason);
    wrap_reason(reason);
    add_line(table, texts, ARRAY_LEN(texts));
}

static int print_ranks(const struct advice *a)
{
    static const struct table_column cols[] = {
        { "MODE", 1, SCOLS_FL_RIGHT },     { "ERROR(%)", 1, SCOLS_FL_RIGHT },
        { "+-", 1, SCOLS_FL_RIGHT },       { "S/DAY", 1, SCOLS_FL_RIGHT },
        { "STEP(ms)", 1, SCOLS_FL_RIGHT }, { "GUEST", 1, 0 },
        { "BECAUSE", 1, SCOLS_FL_WRAP },
    };
    struct libscols_table *table = new_table(a->t, cols, ARRAY_LEN(cols));
    struct libscols_column *because;
    const char *refused = NULL;
    bool all = true;
    int status;
    size_t i;

    because = scols_table_get_column(table, ARRAY_LEN(cols) - 1);
    scols_column_set_wrapfunc(because, scols_wrapnl_chunksize,
                              scols_wrapnl_nextchunk, NULL);
    scols_column_set_safechars(because, "\n");
    for (i = 0; i < XENTIME_TIMER_MODES; i++) {
        const struct rank *r = &a->all.ranks[i];

        all &= r->has || r->refused;
        if (r->refused)
            refused = xentime_mode_name(r->p->mode)->not_for;
        add_rank(a, &table, r);
    }
    status = print_table(a->t, table);
    if (status)
        return status;
    printf("* what it has now%s\n", all ? "" : "   ! only with a patched Xen");
    if (refused)
        printf("x refused to %s\n", refused);
    return EXIT_DONE;
}

static void print_mode(int mode)
{
    printf("mode %d (%s)", mode, xentime_mode_name(mode)->name);
}

/* Returns a patched Xen's mode if it is clearly better than the best here. */
static int better_mode(const struct advice *a, enum tsc tsc)
{
    int mode = rank_ideal_mode(a, tsc);

    return mode >= 0 && rank_is_better(a, mode) ? mode : -1;
}

/*
 * Prints which mode a patched Xen would have, if that is clearly better; one
 * for each TSC if that is unknown.
 */
static void print_better_still(const struct advice *a)
{
    int native = better_mode(a, a->tsc ? a->tsc : TSC_NATIVE);
    int emulated = better_mode(a, a->tsc ? a->tsc : TSC_EMULATED);

    if (native < 0 && emulated < 0)
        return;
    printf("Better%s, with a patched Xen: ",
           rank_is_useful(rank_best(&a->all)) ? " still" : "");
    if (native == emulated) {
        print_mode(native);
    } else if (native < 0) {
        print_mode(emulated);
        printf(" if its TSC is emulated");
    } else if (emulated < 0) {
        print_mode(native);
        printf(" if its TSC is native");
    } else {
        print_mode(emulated);
        printf(" if its TSC is emulated,\nand ");
        print_mode(native);
        printf(" if it is native");
    }
    puts(".");
}

/* Prints which better modes are refused, and the way out. */
static void print_refused(const struct advice *a)
{
    const struct rank *r = a->all.ranks, *got = rank_best(&a->all);
    const struct xentime_mode_name *m;

    for (; r != got; r++) {
        m = xentime_mode_name(r->p->mode);
        if (r->refused && rank_is_better(a, r->p->mode))
            printf(
                "Mode %d (%s) would be better, and is refused to\n%s:\n%s.\n",
                r->p->mode, m->name, m->not_for, m->instead);
    }
}

/* Prints what to do for each kind of guest. */
static void print_by_kind(const struct advice *a)
{
    const struct rank *best;
    struct ranking ranking;
    unsigned int guest;

    puts("Which mode is right depends on how the guest keeps time.  Say which "
         "it is, as\n--guest takes it:");
    for (guest = 0; guest < SIM_GUESTS; guest++) {
        if (!(a->guests & 1u << guest))
            continue;
        ranking = rank_for(a, 1u << guest);
        best = rank_best(&ranking);
        printf("    %-9s mode %d%s%s\n", sim_guest_names[guest], best->p->mode,
               best->current ? ", as it is now" : "",
               rank_is_useful(best) ? "" : ", and NTP cannot follow in that");
    }
}

static void print_none(const struct advice *a, const struct rank *best)
{
    printf(
        "No mode that this Xen has is of use here: in the best, %d (%s),\n"
        "its clock is off by %.2f %%, and NTP follows 0.05 %%, which is 43 s "
        "a day.\n",
        best->p->mode, xentime_mode_name(best->p->mode)->name,
        100 * best->error);
    if (a->guests & (a->guests - 1))
        puts("That is for any kind of guest: see --guest.");
}

/* Prints that no other mode is better, or is so by more than chance. */
static void print_keep(const struct advice *a, const struct rank *best)
{
    bool least = true;
    size_t i;

    for (i = 0; i < XENTIME_TIMER_MODES; i++) {
        const struct rank *r = &a->all.ranks[i];

        least &= !r->has || r->refused || r->error >= best->error;
    }
    printf("%s %d (%s).\n",
           least
               ? "It has the best mode that this Xen has:"
               : "No mode that this Xen has is clearly better than the present "
                 "one:",
           best->p->mode, xentime_mode_name(best->p->mode)->name);
}

static void print_change(const struct advice *a, const struct rank *best)
{
    char dom[256];

    operand(a->dom, dom, sizeof(dom));
    printf("Best: mode %d (%s).  Type:\n    xentimectl set-mode %s %d\n",
           best->p->mode, xentime_mode_name(best->p->mode)->name, dom,
           best->p->mode);
}

/* Prints what mode 0 does to the guest's clocks, other than to keep them right. */
static void print_delay(const struct advice *a)
{
    if (a->vcpus > 1 && !(a->caps & XENTIME_CAP_ONE_TIME))
        printf("In that mode the clocks of its %u vCPUs differ on this Xen, by "
               "what each has just lost.\n",
               a->vcpus);
    if (a->tsc == TSC_NATIVE)
        puts("That mode does not stop a native TSC: while the guest waits for "
             "a CPU, it runs ahead\nof the guest's ticks and of its HPET.");
}

static void print_advice(const struct advice *a)
{
    const struct rank *best = rank_best(&a->all);
    enum verdict verdict = rank_verdict(a, a->guests);

    putchar('\n');
    if (verdict == VERDICT_CHANGE)
        print_change(a, best);
    else if (verdict == VERDICT_KEEP)
        print_keep(a, best);
    else if (verdict == VERDICT_NONE)
        print_none(a, best);
    else
        print_by_kind(a);
    print_better_still(a);
    print_refused(a);
    if (verdict <= VERDICT_CHANGE &&
        best->p->mode == XENTIME_DELAY_FOR_MISSED_TICKS)
        print_delay(a);
}

static void print_domain_facts(const struct advice *a)
{
    printf("It has %u vCPU%s and %s.\n", a->vcpus, a->vcpus == 1 ? "" : "s",
           a->tsc == TSC_NATIVE     ? "a native TSC"
           : a->tsc == TSC_EMULATED ? "an emulated TSC"
                                    : "the default tsc_mode: this Xen does not "
                                      "tell which TSC that is");
}

static int print_text(const struct advice *a)
{
    int status;

    print_domain(stdout, a->dom);
    printf(": timer_mode %d, simulated with ",
           a->dom->setting[XENTIME_TIMER_MODE]);
    print_safe(stdout, a->load.name);
    printf("\n(of that time it had a CPU for %.1f %% and waited for one for "
           "%.1f %%)\n",
           100 * a->load.ran, 100 * a->load.waited);
    print_domain_facts(a);
    status = print_ranks(a);
    if (!status)
        print_advice(a);
    return status;
}

static json_object *rank_json(const struct advice *a, const struct rank *r)
{
    json_object *o = json_object_new_object();
    double error = r->p->result.error[r->guest];
    char reason[REASON_TEXT];

    reason_text(&a->params, &r->p->result, r->guest, reason);
    json_object_object_add(o, "mode", json_object_new_int(r->p->mode));
    json_object_object_add(o, "mode_name",
                           json_object_new_string(
                               xentime_mode_name(r->p->mode)->name));
    json_object_object_add(o, "guest",
                           json_object_new_string(sim_guest_names[r->guest]));
    json_object_object_add(o, "error_pct", json_decimals(100 * error, 6));
    json_object_object_add(o, "spread_pct", json_decimals(100 * r->spread, 6));
    json_object_object_add(o, "s_a_day",
                           json_decimals(seconds_a_day(error), 3));
    json_object_object_add(o, "step_ms",
                           json_decimals(r->p->result.step[r->guest] / 1e6, 6));
    json_object_object_add(o, "lost_pct",
                           json_decimals(100 * reason_lost_share(&r->p->result),
                                         6));
    json_object_object_add(o, "possible",
                           json_object_new_boolean(r->has && !r->refused));
    json_object_object_add(o, "refused", json_object_new_boolean(r->refused));
    json_object_object_add(o, "current", json_object_new_boolean(r->current));
    json_object_object_add(o, "reason", json_object_new_string(reason));
    return o;
}

/* Returns the best mode for these guests; null (NULL) if none can be named. */
static json_object *best_json(const struct advice *a, unsigned int guests)
{
    struct ranking ranking;

    if (rank_verdict(a, guests) > VERDICT_CHANGE)
        return NULL;
    ranking = rank_for(a, guests);
    return json_object_new_int(rank_best(&ranking)->p->mode);
}

static json_object *ideal_json(const struct advice *a, enum tsc tsc)
{
    int mode = rank_ideal_mode(a, tsc);

    return mode < 0 ? NULL : json_object_new_int(mode);
}

/* Adds the best mode by kind of guest, and on a patched Xen by its TSC. */
static void add_answers(json_object *doc, const struct advice *a)
{
    json_object *kinds = json_object_new_object();
    json_object *patched = json_object_new_object();
    unsigned int guest;
    enum tsc tsc;

    for (guest = 0; guest < SIM_GUESTS; guest++)
        if (a->guests & 1u << guest)
            json_object_object_add(kinds, sim_guest_names[guest],
                                   best_json(a, 1u << guest));
    for (tsc = TSC_NATIVE; tsc <= TSC_EMULATED; tsc++)
        json_object_object_add(patched, tsc_names[tsc], ideal_json(a, tsc));
    json_object_object_add(doc, "advice",
                           json_object_new_string(
                               verdict_names[rank_verdict(a, a->guests)]));
    json_object_object_add(doc, "best", best_json(a, a->guests));
    json_object_object_add(doc, "best_by_guest", kinds);
    json_object_object_add(doc, "best_patched", patched);
}

static int print_as_json(const struct advice *a)
{
    json_object *doc = json_domain(a->dom);
    json_object *list = json_object_new_array();
    size_t i;

    predict_add_load(doc, &a->load);
    json_object_object_add(doc, "hz", json_decimals(1e9 / a->params.period, 3));
    json_object_object_add(doc, "seconds",
                           json_decimals(a->params.length / 1e9, 3));
    json_object_object_add(doc, "seed", json_object_new_int64(a->load.seed));
    json_object_object_add(doc, "vcpus", json_object_new_int64(a->vcpus));
    json_object_object_add(doc, "tsc",
                           a->tsc ? json_object_new_string(tsc_names[a->tsc])
                                  : NULL);
    add_answers(doc, a);
    for (i = 0; i < XENTIME_TIMER_MODES; i++)
        json_object_array_add(list, rank_json(a, &a->all.ranks[i]));
    json_object_object_add(doc, "ranking", list);
    print_json(doc);
    return EXIT_DONE;
}

/* ---- the command ---- */

static int get_load(struct advice *a, int64_t observe)
{
    char vcpu[16];
    int status;

    snprintf(vcpu, sizeof(vcpu), "%u.0", a->dom->domid);
    if (a->t->opt[OPT_TRACE])
        status = predict_trace(a->t, a->t->opt[OPT_TRACE], vcpu, &a->load);
    else
        status = observe_vcpu(a->t, observe, vcpu, &a->load);
    return status ? status : predict_seed(a->t, &a->load);
}

/* No mode is right for a guest that cannot handle its ticks in time. */
static int refuse_overload(const struct advice *a)
{
    char text[OVERLOAD_TEXT];

    if (!predict_overloaded(&a->params, &a->load, text))
        return EXIT_DONE;
    return report(a->t, EXIT_FAILED, "no timer_mode can be told best: %s",
                  text);
}

static int answer(struct advice *a, int64_t observe)
{
    int status, mode;

    /* The library says that a PV domain has no timer_mode. */
    if (xentime_get(a->t->xt, a->dom, XENTIME_TIMER_MODE, &mode))
        return report_error(a->t);
    status = get_domain(a);
    if (!status)
        status = get_load(a, observe);
    if (!status)
        status = predict_params(a->t, &a->load, &a->params);
    /* A shorter record is repeated, so that its ends matter little. */
    a->params.length = a->load.length < LEAST_SIMULATED ? LEAST_SIMULATED
                                                        : a->load.length;
    if (!status)
        status = refuse_overload(a);
    if (status)
        return status;
    rank_modes(a);
    return a->t->opt[OPT_JSON] ? print_as_json(a) : print_text(a);
}

int cmd_recommend(struct tool *t)
{
    struct advice a = { .t = t };
    int64_t observe = OBSERVE_DEFAULT;
    struct xentime_domain *dom;
    int status;

    if (t->opt[OPT_TRACE] && t->opt[OPT_OBSERVE])
        return report_usage(t, "either --trace or --observe");
    status = predict_guests(t, &a.guests);
    if (!status)
        status = option_seconds(t, OPT_OBSERVE, &observe);
    if (!status)
        status = open_one_domain(t, XENTIME_WANT_NAME | XENTIME_WANT_SETTINGS,
                                 &dom);
    if (status)
        return status;
    a.dom = dom;
    status = answer(&a, observe);
    predict_free(&a.load);
    xentime_free_domains(dom, 1);
    return status;
}
