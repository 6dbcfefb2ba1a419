/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl simulate. */

#include <string.h>

#include <libsmartcols/libsmartcols.h>

#include "cli/commands.h"
#include "output/json.h"
#include "output/report.h"
#include "output/table.h"
#include "output/text.h"
#include "predict/predict.h"
#include "predict/sim.h"
#include "tool.h"

static int chosen_modes(const struct tool *t, int *modes, size_t *n)
{
    const char *word = t->opt[OPT_MODE];
    int mode;

    *n = 0;
    if (!word || !strcmp(word, "all")) {
        while (*n < XENTIME_TIMER_MODES) {
            modes[*n] = *n;
            ++*n;
        }
        return EXIT_DONE;
    }
    mode = xentime_parse_mode(word);
    if (mode < 0)
        return report_usage(t, "no timer_mode \"%s\"", word);
    modes[(*n)++] = mode;
    return EXIT_DONE;
}

/* ---- text ---- */

static void add_row(struct libscols_table **table, const struct prediction *p,
                    unsigned int guest)
{
    const struct sim_result *r = &p->result;
    char mode[8], error[DECIMAL_TEXT], day[DECIMAL_TEXT], ticks[DECIMAL_TEXT];
    char wakeups[DECIMAL_TEXT], step[DECIMAL_TEXT];
    const char *const texts[] = {
        mode,
        xentime_mode_name(p->mode)->name,
        sim_guest_names[guest],
        error,
        day,
        ticks,
        wakeups,
        step,
    };

    snprintf(mode, sizeof(mode), "%d", p->mode);
    decimal_text(100 * r->error[guest], 4, true, error);
    decimal_text(seconds_a_day(r->error[guest]), 1, true, day);
    decimal_text(r->ticks, 1, false, ticks);
    decimal_text(r->wakeups, 1, false, wakeups);
    decimal_text(r->step[guest] / 1e6, 3, false, step);
    add_line(table, texts, ARRAY_LEN(texts));
}

static int print_rows(const struct tool *t, const struct prediction *p,
                      size_t n, unsigned int guests)
{
    static const struct table_column cols[] = {
        { "MODE", 1, SCOLS_FL_RIGHT | TABLE_SPARE },
        { "MODE-NAME", 1, 0 },
        { "GUEST", 1, 0 },
        { "ERROR(%)", 1, SCOLS_FL_RIGHT },
        { "S/DAY", 1, SCOLS_FL_RIGHT },
        { "TICKS/S", 1, SCOLS_FL_RIGHT },
        { "WAKEUPS/S", 1, SCOLS_FL_RIGHT },
        { "STEP(ms)", 1, SCOLS_FL_RIGHT },
    };
    struct libscols_table *table = new_table(t, cols, ARRAY_LEN(cols));
    unsigned int guest;
    size_t i;

    for (guest = 0; guest < SIM_GUESTS; guest++)
        for (i = 0; (guests & 1u << guest) && i < n; i++)
            add_row(&table, &p[i], guest);
    return print_table(t, table);
}

/* ---- JSON ---- */

static json_object *row_json(const struct prediction *p, unsigned int guest)
{
    const struct sim_result *r = &p->result;
    json_object *o = json_object_new_object();

    json_object_object_add(o, "mode", json_object_new_int(p->mode));
    json_object_object_add(o, "mode_name",
                           json_object_new_string(
                               xentime_mode_name(p->mode)->name));
    json_object_object_add(o, "guest",
                           json_object_new_string(sim_guest_names[guest]));
    json_object_object_add(o, "error_pct",
                           json_decimals(100 * r->error[guest], 6));
    json_object_object_add(o, "s_a_day",
                           json_decimals(seconds_a_day(r->error[guest]), 3));
    json_object_object_add(o, "ticks_per_s", json_decimals(r->ticks, 3));
    json_object_object_add(o, "lost_ticks_per_s", json_decimals(r->merged, 3));
    json_object_object_add(o, "wakeups_per_s", json_decimals(r->wakeups, 3));
    json_object_object_add(o, "step_ms",
                           json_decimals(r->step[guest] / 1e6, 6));
    json_object_object_add(o, "cpu", json_decimals(r->cpu, 4));
    return o;
}

static int print_as_json(const struct sim_params *params,
                         const struct predict_load *load, bool overloaded,
                         const struct prediction *p, size_t n,
                         unsigned int guests)
{
    json_object *doc = json_object_new_object();
    json_object *rows = json_object_new_array();
    unsigned int guest;
    size_t i;

    predict_add_load(doc, load);
    json_object_object_add(doc, "hz", json_decimals(1e9 / params->period, 3));
    json_object_object_add(doc, "seconds",
                           json_decimals(params->length / 1e9, 3));
    json_object_object_add(doc, "seed", json_object_new_int64(load->seed));
    json_object_object_add(doc, "overloaded",
                           json_object_new_boolean(overloaded));
    for (guest = 0; guest < SIM_GUESTS; guest++)
        for (i = 0; (guests & 1u << guest) && i < n; i++)
            json_object_array_add(rows, row_json(&p[i], guest));
    json_object_object_add(doc, "rows", rows);
    print_json(doc);
    return EXIT_DONE;
}

static int simulate(const struct tool *t, const struct sim_params *params,
                    struct predict_load *load, const int *modes, size_t n,
                    unsigned int guests)
{
    struct prediction predictions[XENTIME_TIMER_MODES];
    char text[OVERLOAD_TEXT];
    bool overloaded = predict_overloaded(params, load, text);

    if (overloaded)
        fprintf(stderr, "xentimectl: note: %s; errors tell of that\n", text);
    predict(params, load, modes, n, predictions);
    if (t->opt[OPT_JSON])
        return print_as_json(params, load, overloaded, predictions, n, guests);
    return print_rows(t, predictions, n, guests);
}

int cmd_simulate(struct tool *t)
{
    int modes[XENTIME_TIMER_MODES], status;
    struct predict_load load;
    struct sim_params params;
    unsigned int guests;
    size_t n;

    status = chosen_modes(t, modes, &n);
    if (!status)
        status = predict_guests(t, &guests);
    if (status)
        return status;
    status = predict_load(t, &load);
    if (!status)
        status = predict_params(t, &load, &params);
    if (!status)
        status = simulate(t, &params, &load, modes, n, guests);
    predict_free(&load);
    return status;
}
