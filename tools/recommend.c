/* SPDX-License-Identifier: GPL-2.0-only */
/* xentimectl recommend: the modes ranked for one domain. */

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols/libsmartcols.h>

#include "asm/hvm/vpt-policy.h"
#include "observe.h"
#include "predict.h"

/* Errors closer than that are the same: 0.001 %, a second a day. */
#define SAME_ERROR 1e-5

/* 0.05 %, which is 43 s a day. */
#define NTP_LIMIT 5e-4

#define LEAST_LENGTH (600 * INT64_C(1000000000))

/* What a mode comes to, for the worst of the guests in question. */
struct rank {
    const struct prediction *p;
    unsigned int guest; /* whose it is */
    double error;       /* its size */
    bool possible;      /* to set, on this Xen */
    bool current;
};

struct question {
    struct tool *t;
    const struct xentime_domain *dom;
    unsigned int guests;
    struct sim_params params;
    struct predict_load load;
    struct prediction predictions[XENTIME_TIMER_MODES];
    struct rank ranks[XENTIME_TIMER_MODES]; /* the best first */
};

/* In lines, for a table of 80 columns. */
static const char *const reasons[SIM_GUESTS][XENTIME_TIMER_MODES] = {
    [SIM_TICK] = {
        "no tick is lost, and its time stands\nstill while it waits",
        "no tick is lost; late ones come in a\nburst",
        "a tick that it misses is lost to its\nclock",
        "of the ticks that it misses all but\none are lost to its clock",
        "no tick is lost, and each comes at\nits own guest time",
    },
    [SIM_TICK_TSC] = {
        "ticks that are late after a wake-up\ncount twice",
        "late ticks count twice: it makes up\nfor them, and gets them as well",
        "it makes up for missed ticks; now\nand then one counts twice",
        "it makes up for missed ticks; now\nand then one counts twice",
        "no tick is missing, so there is none\nto make up for",
    },
    [SIM_CLOCK] = {
        "its clock stands still while it\nwaits, and comes back with the ticks",
        "its clock goes on, and its scheduler\ngets every tick",
        "its clock goes on; its scheduler\nloses the ticks that it misses",
        "its clock goes on; its scheduler gets\none tick for those it misses",
        "its clock stands still while it\nwaits, and comes back with the ticks",
    },
};

/* ---- the ranking ---- */

/* On this Xen, without --force. */
static bool is_possible(int mode, unsigned int caps)
{
    if (mode == XENTIME_PACED_MISSED_TICKS)
        return caps & XENTIME_CAP_PACED_MODE;
    if (mode == XENTIME_DELAY_FOR_MISSED_TICKS)
        return caps & XENTIME_CAP_SAFE_SWITCH;
    return true;
}

static struct rank rank_of(const struct question *q, const struct prediction *p,
                           unsigned int caps)
{
    struct rank r = { .p = p };
    unsigned int guest;

    for (guest = 0; guest < SIM_GUESTS; guest++)
        if ((q->guests & 1u << guest) &&
            (r.error < fabs(p->result.error[guest]) ||
             !(q->guests & 1u << r.guest))) {
            r.error = fabs(p->result.error[guest]);
            r.guest = guest;
        }
    r.current = p->mode == q->dom->setting[XENTIME_TIMER_MODE];
    r.possible = r.current || is_possible(p->mode, caps);
    return r;
}

static int compare(double a, double b)
{
    return a < b ? -1 : a > b;
}

/*
 * By error; else by how far the clock jumps, lost ticks, and what it has.
 * Then mode 4 is before mode 0, which is as good only while nothing sleeps.
 */
static int by_worth(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    int order = compare(floor(x->error / SAME_ERROR),
                        floor(y->error / SAME_ERROR));

    if (!order)
        order = compare(x->p->result.step[x->guest],
                        y->p->result.step[y->guest]);
    if (!order)
        order = compare(floor(x->p->result.merged), floor(y->p->result.merged));
    if (!order)
        order = y->current - x->current;
    return order ? order : y->p->mode - x->p->mode;
}

static int rank_modes(struct question *q)
{
    int modes[XENTIME_TIMER_MODES], i;
    unsigned int caps;

    if (xentime_capabilities(q->t->xt, &caps))
        return report_error(q->t);
    for (i = 0; i < XENTIME_TIMER_MODES; i++)
        modes[i] = i;
    predict(&q->params, &q->load, modes, XENTIME_TIMER_MODES, q->predictions);
    for (i = 0; i < XENTIME_TIMER_MODES; i++)
        q->ranks[i] = rank_of(q, &q->predictions[i], caps);
    qsort(q->ranks, XENTIME_TIMER_MODES, sizeof(q->ranks[0]), by_worth);
    return EXIT_DONE;
}

static const struct rank *best(const struct question *q, bool possible)
{
    const struct rank *r = q->ranks;

    while (possible && !r->possible)
        r++;
    return r;
}

static const char *reason(const struct rank *r)
{
    return reasons[r->guest][r->p->mode];
}

/* ---- output ---- */

/* The domain as a shell takes it: its name where that is easy to type. */
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

static bool add_rank(struct libscols_table *table, const struct rank *r)
{
    char mode[8], error[DECIMAL_TEXT], day[DECIMAL_TEXT], step[DECIMAL_TEXT];
    const char *const texts[] = {
        mode, error, day, step, sim_guest_names[r->guest], reason(r),
    };
    double value = r->p->result.error[r->guest];

    snprintf(mode, sizeof(mode), "%d%s", r->p->mode,
             !r->possible ? "!"
             : r->current ? "*"
                          : " ");
    decimal_text(100 * value, 4, true, error);
    decimal_text(seconds_a_day(value), 1, true, day);
    decimal_text(r->p->result.step[r->guest] / 1e6, 1, false, step);
    return add_line(table, texts, ARRAY_LEN(texts));
}

static int print_ranks(const struct question *q)
{
    static const struct table_column cols[] = {
        { "MODE", 1, SCOLS_FL_RIGHT },
        { "ERROR(%)", 1, SCOLS_FL_RIGHT },
        { "S/DAY", 1, SCOLS_FL_RIGHT },
        { "STEP(ms)", 1, SCOLS_FL_RIGHT },
        { "GUEST", 1, 0 },
        { "BECAUSE", 1, SCOLS_FL_WRAP },
    };
    struct libscols_table *table = new_table(q->t, cols, ARRAY_LEN(cols));
    struct libscols_column *because;
    bool all = true;
    size_t i;

    if (!table)
        return EXIT_FAILED;
    because = scols_table_get_column(table, ARRAY_LEN(cols) - 1);
    scols_column_set_wrapfunc(because, scols_wrapnl_chunksize,
                              scols_wrapnl_nextchunk, NULL);
    scols_column_set_safechars(because, "\n");
    for (i = 0; i < XENTIME_TIMER_MODES; i++) {
        all &= q->ranks[i].possible;
        if (!add_rank(table, &q->ranks[i])) {
            scols_unref_table(table);
            return report(q->t, EXIT_FAILED, "out of memory");
        }
    }
    print_table(table);
    printf("* what it has now%s\n", all ? "" : "   ! only with a patched Xen");
    return EXIT_DONE;
}

static void print_advice(const struct question *q)
{
    const struct rank *r = best(q, true), *ideal = best(q, false);
    char dom[256];

    operand(q->dom, dom, sizeof(dom));
    putchar('\n');
    if (r->current)
        printf("It has the best mode that this Xen has: %d (%s).\n", r->p->mode,
               xentime_mode_name(r->p->mode)->name);
    else
        printf("Best: mode %d (%s).  Type:\n    xentimectl set-mode %s %d\n",
               r->p->mode, xentime_mode_name(r->p->mode)->name, dom,
               r->p->mode);
    if (r != ideal)
        printf("Better still, with a patched Xen: mode %d (%s).\n",
               ideal->p->mode, xentime_mode_name(ideal->p->mode)->name);
    if (r->error > NTP_LIMIT)
        printf(
            "NTP cannot follow that: it is more than 43 s a day.%s\n",
            q->guests & (q->guests - 1)
                ? "  It may be better to know how\nthe guest keeps time: see "
                  "--guest."
                : "");
    if (vpt_freezes_time(r->p->mode) && q->dom->vcpus > 1)
        printf("In that mode the clocks of its %u vCPUs differ by what each "
               "has just lost.\n",
               q->dom->vcpus);
}

static int print_text(const struct question *q)
{
    int status;

    print_domain(stdout, q->dom);
    printf(": timer_mode %d, simulated with %s\n"
           "(of that time it had a CPU for %.1f %% and waited for one for "
           "%.1f %%)\n",
           q->dom->setting[XENTIME_TIMER_MODE], q->load.name, 100 * q->load.ran,
           100 * q->load.waited);
    status = print_ranks(q);
    if (!status)
        print_advice(q);
    return status;
}

static json_object *json_reason(const struct rank *r)
{
    char text[96], *line;

    snprintf(text, sizeof(text), "%s", reason(r));
    line = strchr(text, '\n');
    if (line)
        *line = ' ';
    return json_object_new_string(text);
}

static json_object *rank_json(const struct rank *r)
{
    json_object *o = json_object_new_object();
    double error = r->p->result.error[r->guest];

    json_object_object_add(o, "mode", json_object_new_int(r->p->mode));
    json_object_object_add(o, "mode_name",
                           json_object_new_string(
                               xentime_mode_name(r->p->mode)->name));
    json_object_object_add(o, "guest",
                           json_object_new_string(sim_guest_names[r->guest]));
    json_object_object_add(o, "error_pct", json_decimals(100 * error, 6));
    json_object_object_add(o, "s_a_day",
                           json_decimals(seconds_a_day(error), 3));
    json_object_object_add(o, "step_ms",
                           json_decimals(r->p->result.step[r->guest] / 1e6, 6));
    json_object_object_add(o, "possible", json_object_new_boolean(r->possible));
    json_object_object_add(o, "current", json_object_new_boolean(r->current));
    json_object_object_add(o, "reason", json_reason(r));
    return o;
}

static int print_as_json(const struct question *q)
{
    json_object *doc = json_domain(q->dom);
    json_object *list = json_object_new_array();
    size_t i;

    predict_add_load(doc, &q->load);
    json_object_object_add(doc, "best",
                           json_object_new_int(best(q, true)->p->mode));
    for (i = 0; i < XENTIME_TIMER_MODES; i++)
        json_object_array_add(list, rank_json(&q->ranks[i]));
    json_object_object_add(doc, "ranking", list);
    print_json(doc);
    return EXIT_DONE;
}

/* ---- the command ---- */

static int get_load(struct question *q, int64_t observe)
{
    char vcpu[16];

    snprintf(vcpu, sizeof(vcpu), "%u.0", q->dom->domid);
    if (q->t->opt[OPT_TRACE])
        return predict_trace(q->t, q->t->opt[OPT_TRACE], vcpu, &q->load);
    return observe_vcpu(q->t, observe, vcpu, &q->load);
}

static int answer(struct question *q, int64_t observe)
{
    int status;

    if (!xentime_type_has(q->dom->type, XENTIME_TIMER_MODE))
        return report(q->t, EXIT_CANNOT, "a PV domain has no timer_mode");
    status = get_load(q, observe);
    if (!status)
        status = predict_params(q->t, &q->load, &q->params);
    /* What was recorded, as often as it takes for chance to even out. */
    q->params.length = q->load.length < LEAST_LENGTH ? LEAST_LENGTH
                                                     : q->load.length;
    if (!status)
        status = rank_modes(q);
    if (status)
        return status;
    return q->t->opt[OPT_JSON] ? print_as_json(q) : print_text(q);
}

int cmd_recommend(struct tool *t)
{
    struct question q = { .t = t };
    int64_t observe = OBSERVE_DEFAULT;
    struct xentime_domain *dom;
    int status;
    size_t n;

    if (t->opt[OPT_TRACE] && t->opt[OPT_OBSERVE])
        return report_usage(t, "either --trace or --observe");
    status = predict_guests(t, &q.guests);
    if (!status)
        status = option_seconds(t, OPT_OBSERVE, &observe);
    if (!status)
        status = tool_open(t);
    if (status)
        return status;
    if (xentime_find(t->xt, (const char *const *)t->args, 1,
                     XENTIME_WANT_NAME | XENTIME_WANT_SETTINGS, &dom, &n))
        return report_error(t);
    q.dom = dom;
    status = answer(&q, observe);
    predict_free(&q.load);
    xentime_free_domains(dom, n);
    return status;
}
