/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints as JSON what was found of clocks. */

#include <math.h>

#include "output/json.h"
#include "skew/words.h"

static void add_number(json_object *o, const char *key, double value,
                       int decimals)
{
    json_object_object_add(o, key, json_decimals(value, decimals));
}

static void add_count(json_object *o, const char *key, size_t count)
{
    json_object_object_add(o, key, json_object_new_int64(count));
}

/* ---- lists of what happened, each with its time ---- */

static double add_step(json_object *o, const struct clock *c, size_t i)
{
    add_number(o, "size_s", c->fit.step[i].size, 9);
    add_number(o, "interval_s", c->fit.step[i].interval, 9);
    return c->fit.step[i].t;
}

static double add_jump(json_object *o, const struct clock *c, size_t i)
{
    add_number(o, "size_s", c->verdict.jumps[i].size, 9);
    add_number(o, "lasted_s", c->verdict.jumps[i].lasted, 3);
    return c->verdict.jumps[i].t;
}

static double add_move(json_object *o, const struct clock *c, size_t i)
{
    add_number(o, "size_s", c->moves[i].size, 9);
    return c->moves[i].t;
}

static double add_gap(json_object *o, const struct clock *c, size_t i)
{
    add_number(o, "length_s", c->verdict.gaps[i].length, 3);
    return c->verdict.gaps[i].t;
}

/* Returns a list of @n objects; @add fills one in, and returns its time. */
static json_object *list_json(const struct clock *c, size_t n,
                              double (*add)(json_object *o,
                                            const struct clock *c, size_t i))
{
    json_object *list = json_object_new_array();
    size_t i;

    for (i = 0; i < n; i++) {
        json_object *o = json_object_new_object();
        double t = add(o, c, i);

        add_number(o, "after_s", t - clock_begin(c), 3);
        json_object_array_add(list, o);
    }
    return list;
}

static json_object *repetition_json(const struct repetition *r)
{
    json_object *o;

    if (!r->count)
        return NULL;
    o = json_object_new_object();
    add_number(o, "interval_s", r->interval, 3);
    add_number(o, "size_s", r->size, 9);
    return o;
}

/* Returns how many lines have each of the notes from @from to before @to. */
static json_object *notes_json(const struct clock *c, enum ntp_note from,
                               enum ntp_note to)
{
    static const char *const keys[NTP_NOTES] = {
        [NTP_NOT_SYNCHRONISED] = "not_synchronised",
        [NTP_NO_DATE] = "no_date",
        [NTP_BEFORE_SET] = "before_set",
        [NTP_WENT_BACK] = "went_back",
        [NTP_ZONE_CHANGED] = "zone_changed",
        [NTP_YEAR_TURNED] = "year_turned",
    };
    json_object *o = json_object_new_object();
    unsigned int i;

    for (i = from; i < to; i++)
        add_count(o, keys[i], c->notes[i]);
    return o;
}

static void add_readings(json_object *o, const struct clock *c)
{
    const struct verdict *v = &c->verdict;

    add_count(o, "readings", c->fit.n);
    add_count(o, "outliers", c->fit.wild);
    json_object_object_add(o, "left_out", notes_json(c, 0, NTP_MENDED));
    json_object_object_add(o, "mended", notes_json(c, NTP_MENDED, NTP_NOTES));
    add_number(o, "span_s", c->fit.span, 3);
    add_number(o, "first_error_s", c->fit.n ? c->fit.first : NAN, 9);
    add_number(o, "error_s", c->fit.n ? c->fit.last : NAN, 9);
    add_number(o, "worst_error_s", v->worst, 9);
    add_number(o, "worst_after_s", v->worst_t - c->fit.start, 3);
    add_number(o, "noise_s", c->fit.noise, 9);
    add_number(o, "correlation", c->fit.correlation, 3);
    add_number(o, "reading_error_s", c->reading_error, 9);
    add_count(o, "hard", c->hard);
}

static void add_rate(json_object *o, const struct clock *c)
{
    static const char *const claims[] = {
        [CLAIM_NOTHING] = "none",      [CLAIM_CANNOT_TELL] = "too-few",
        [CLAIM_NO_DRIFT] = "no-drift", [CLAIM_TWO] = "two-readings",
        [CLAIM_DRIFT] = "drift",
    };
    const struct verdict *v = &c->verdict;
    bool told = v->claim != CLAIM_NOTHING && v->claim != CLAIM_CANNOT_TELL;

    add_number(o, "rate_ppm", c->fit.rate, 6);
    add_number(o, "interval_ppm", c->fit.interval, 6);
    add_number(o, "correction_ppm", c->corrected, 6);
    add_number(o, "own_rate_ppm", own_rate(c), 6);
    json_object_object_add(o, "claim",
                           json_object_new_string(claims[v->claim]));
    add_number(o, "s_a_day", told ? v->rate / PPM_PER_S_A_DAY : NAN, 6);
    json_object_object_add(o, "daemon",
                           c->daemon == NTP_UNKNOWN
                               ? NULL
                               : json_object_new_string(
                                     ntplog_daemon_name(c->daemon)));
    add_number(o, "limit_ppm", c->limit_ppm, 3);
    json_object_object_add(o, "at_limit", json_object_new_boolean(v->at_limit));
    json_object_object_add(o, "ntp_can_follow",
                           v->follows < 0
                               ? NULL
                               : json_object_new_boolean(v->follows));
}

static json_object *clock_json(const struct clock *c)
{
    json_object *o = json_object_new_object();

    json_object_object_add(o, "clock", json_text(c->name));
    json_object_object_add(o, "format", json_object_new_string(c->format));
    add_readings(o, c);
    add_rate(o, c);
    json_object_object_add(o, "steps", list_json(c, c->fit.nsteps, add_step));
    json_object_object_add(o, "steps_repeat",
                           repetition_json(&c->verdict.steps));
    json_object_object_add(o, "jumps",
                           list_json(c, c->verdict.njumps, add_jump));
    json_object_object_add(o, "moves", list_json(c, c->nmoves, add_move));
    json_object_object_add(o, "moves_undone",
                           json_object_new_boolean(c->unset));
    json_object_object_add(o, "moves_repeat",
                           repetition_json(&c->verdict.moves));
    json_object_object_add(o, "gaps", list_json(c, c->verdict.ngaps, add_gap));
    json_object_object_add(o, "next", json_object_new_string(next_step(c)));
    return o;
}

void clocks_json(const struct clocks *all, json_object *doc)
{
    json_object *list = json_object_new_array();
    size_t i;

    for (i = 0; i < all->n; i++)
        json_object_array_add(list, clock_json(&all->c[i]));
    json_object_object_add(doc, "clocks", list);
    json_object_object_add(doc, "drift_alike",
                           json_object_new_boolean(drift_alike(all)));
    print_json(doc);
}
