/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl show: one domain, each value with where it comes from. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols/libsmartcols.h>

#include "cli/commands.h"
#include "cli/operand.h"
#include "domain/sheet.h"
#include "output/json.h"
#include "output/report.h"
#include "output/table.h"
#include "output/text.h"
#include "tool.h"

void sheet_add(struct sheet *s, const char *name, const char *source,
               json_object *json, const char *fmt, ...)
{
    struct field *f = &s->fields[s->n++];
    va_list ap;

    f->name = name;
    f->source = source;
    f->json = json;
    va_start(ap, fmt);
    if (vasprintf(&f->value, fmt, ap) < 0)
        f->value = NULL;
    va_end(ap);
}

static void add_identity(struct sheet *s, const struct xentime_domain *d)
{
    char uuid[UUID_TEXT];

    uuid_text(d->uuid, uuid);
    sheet_add(s, "id", "Xen", json_object_new_int64(d->domid), "%u", d->domid);
    sheet_add(s, "name", "xenstore", d->name ? json_text(d->name) : NULL, "%s",
              d->name ? d->name : "-");
    sheet_add(s, "uuid", "Xen", json_uuid(d->uuid), "%s", uuid);
    sheet_add(s, "type", "Xen",
              json_object_new_string(xentime_type_name(d->type)), "%s",
              xentime_type_name(d->type));
    sheet_add(s, "state", "Xen", json_state(d->state), "%s",
              state_word(d->state));
    sheet_add(s, "vcpus", "Xen", json_object_new_int64(d->vcpus), "%u",
              d->vcpus);
    sheet_add(s, "cpu_time_ns", "Xen", json_object_new_int64(d->cpu_time_ns),
              "%" PRIu64, d->cpu_time_ns);
}

static void add_settings(struct sheet *s, const struct xentime_domain *d)
{
    int mode = d->setting[XENTIME_TIMER_MODE];
    int vhpet = d->setting[XENTIME_VHPET];
    const struct xentime_mode_name *m = xentime_mode_name(mode);

    if (m) {
        sheet_add(s, "timer_mode", "HVM parameter", json_object_new_int(mode),
                  "%d (%s)", mode, m->name);
        sheet_add(s, "tickpolicy", "libvirt's word",
                  m->tickpolicy ? json_object_new_string(m->tickpolicy) : NULL,
                  "%s", m->tickpolicy ? m->tickpolicy : "none");
        sheet_add(s, "guest_time", "timer_mode",
                  json_object_new_string(m->guest_time), "%s", m->guest_time);
        sheet_add(s, "missed_ticks", "timer_mode",
                  json_object_new_string(m->missed_ticks), "%s",
                  m->missed_ticks);
    } else if (mode == XENTIME_UNKNOWN) {
        sheet_add(s, "timer_mode", "HVM parameter", NULL, "?");
    } else {
        sheet_add(s, "timer_mode", "none in PV", NULL, "-");
    }
    if (vhpet >= 0)
        sheet_add(s, "vhpet", "HVM parameter", json_object_new_boolean(vhpet),
                  "%s", vhpet ? "on" : "off");
    else if (vhpet == XENTIME_UNKNOWN)
        sheet_add(s, "vhpet", "HVM parameter", NULL, "?");
    else
        sheet_add(s, "vhpet", "HVM only", NULL, "-");
}

/* Adds the number of profiling sessions, if there is a vPMU. */
static void add_sessions(struct sheet *s, const struct xentime_domain *d)
{
    if (d->sessions >= 0)
        sheet_add(s, "profile_sessions", "profile status",
                  json_object_new_int64(d->sessions), "%" PRId64, d->sessions);
    else if (d->sessions == XENTIME_UNKNOWN)
        sheet_add(s, "profile_sessions", "profile status", NULL, "?");
}

/* Says so if the registers cannot be read: the rest is still worth seeing. */
static void add_hpet_timers(struct sheet *s, xentime *xt,
                            const struct xentime_domain *d)
{
    json_object *list;
    unsigned int armed, i;
    char text[16] = "";

    if (!xentime_type_has(d->type, XENTIME_VHPET))
        return;
    if (xentime_hpet_armed(xt, d, &armed)) {
        sheet_add(s, "vhpet_armed", "HPET registers", NULL, "unknown: %s",
                  xentime_last_error(xt)->text);
        return;
    }
    list = json_object_new_array();
    for (i = 0; armed >> i; i++) {
        if (armed & (1u << i)) {
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u",
                     *text ? "," : "", i);
            json_object_array_add(list, json_object_new_int(i));
        }
    }
    sheet_add(s, "vhpet_armed", "HPET registers", list, "%s",
              *text ? text : "none");
}

static void add_lag(struct sheet *s, const struct xentime_status *st)
{
    json_object *json = json_object_new_object();
    char text[LAG_TEXT];

    lag_text(st->lag_ns, text);
    json_object_object_add(json, "ns", json_object_new_int64(st->lag_ns));
    sheet_add(s, "lag", "vtimer domctl", json, "%s", text);
}

/* Adds the modes that Xen would set for this domain, as "0 1 2 3 5". */
static void add_modes(struct sheet *s, const struct xentime_status *st)
{
    json_object *list = json_object_new_array();
    char text[3 * XENTIME_TIMER_MODES] = "";
    int mode;

    for (mode = 0; mode < XENTIME_TIMER_MODES; mode++)
        if (st->modes & 1u << mode) {
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%d",
                     *text ? " " : "", mode);
            json_object_array_add(list, json_object_new_int(mode));
        }
    sheet_add(s, "timer_modes", "vtimer domctl", list, "%s", text);
}

/*
 * Adds what a Xen tells that gives all vCPUs of a domain one time.  The
 * timekeeper is the vCPU whose waiting for a CPU lets that time stand still.
 */
static void add_one_time(struct sheet *s, const struct xentime_status *st)
{
    add_modes(s, st);
    sheet_add(s, "timekeeper", "vtimer domctl",
              json_object_new_int64(st->timekeeper), "vCPU %u", st->timekeeper);
}

/*
 * Adds what only a patched Xen knows; adds nothing on a stock one.  Returns true
 * if that has one time for all vCPUs: then *st tells of the TSC as well.
 */
static bool add_status(struct sheet *s, xentime *xt, struct xentime_domain *d,
                       struct xentime_status *st)
{
    unsigned int caps;

    if (d->type == XENTIME_PV || xentime_capabilities(xt, &caps) ||
        !(caps & (XENTIME_CAP_RESYNC | XENTIME_CAP_TICK_STATS |
                  XENTIME_CAP_SYNC_WAKEUP)))
        return false;
    if (xentime_status(xt, d, st)) {
        sheet_add(s, "lag", "vtimer domctl", NULL, "unknown: %s",
                  xentime_last_error(xt)->text);
        return false;
    }
    if (caps & XENTIME_CAP_ONE_TIME)
        add_one_time(s, st);
    if (caps & XENTIME_CAP_RESYNC)
        add_lag(s, st);
    if (caps & XENTIME_CAP_TICK_STATS)
        sheet_add(s, "ticks_counted", "vtimer domctl",
                  json_object_new_boolean(st->counting), "%s",
                  st->counting ? "yes" : "no");
    if (caps & XENTIME_CAP_SYNC_WAKEUP) {
        d->setting[XENTIME_SYNC_WAKEUP] = st->sync_wakeup_after;
        sheet_add(s, "sync_wakeup_after", "vtimer domctl",
                  json_object_new_int64(st->sync_wakeup_after), "%u%s",
                  st->sync_wakeup_after,
                  st->sync_wakeup_after ? "" : " (Xen's own rule)");
    }
    return caps & XENTIME_CAP_ONE_TIME;
}

/* Compares a record with the value that Xen has now. */
static const char *verdict(const struct xentime_record *rec, int now)
{
    if (rec->requested != rec->applied)
        return "a change was cut short";
    if (rec->applied != now)
        return "changed since by other means";
    return "in force";
}

static void add_found_record(struct sheet *s, const char *const names[2],
                             const struct xentime_record *rec, int now)
{
    char when[DATE_TEXT] = "at an unknown time";
    json_object *json = json_object_new_object();

    if (rec->when)
        date_text(rec->when, when);

    json_object_object_add(json, "status",
                           json_object_new_string(verdict(rec, now)));
    json_object_object_add(json, "requested",
                           json_object_new_int(rec->requested));
    json_object_object_add(json, "applied",
                           rec->applied < 0
                               ? NULL
                               : json_object_new_int(rec->applied));
    json_object_object_add(json, "persist",
                           json_object_new_boolean(rec->persist));
    sheet_add(s, names[0], "xenstore", json, "%d, %s", rec->requested,
              verdict(rec, now));

    json = json_object_new_object();
    json_object_object_add(json, "when",
                           rec->when ? json_object_new_string(when) : NULL);
    json_object_object_add(json, "by", json_text(rec->by));
    sheet_add(s, names[1], "xenstore", json, "%s by %s", when,
              rec->by[0] ? rec->by : "?");
}

static void add_record(struct sheet *s, xentime *xt,
                       const struct xentime_domain *d,
                       enum xentime_setting setting)
{
    static const char *const names[XENTIME_SETTINGS][2] = {
        [XENTIME_TIMER_MODE] = { "timer_mode_record", "timer_mode_change" },
        [XENTIME_VHPET] = { "vhpet_record", "vhpet_change" },
        [XENTIME_SYNC_WAKEUP] = { "sync_wakeup_after_record",
                                  "sync_wakeup_after_change" },
    };
    struct xentime_record rec = { 0 };
    bool found;

    if (!xentime_type_has(d->type, setting))
        return;
    if (xentime_record_read(xt, d->uuid, setting, &rec, &found))
        sheet_add(s, names[setting][0], "xenstore", NULL, "unknown: %s",
                  xentime_last_error(xt)->text);
    else if (!found)
        sheet_add(s, names[setting][0], "xenstore", NULL, "none");
    else
        add_found_record(s, names[setting], &rec, d->setting[setting]);
}

/* ---- printing ---- */

static int print_as_table(const struct tool *t, const struct sheet *s)
{
    static const struct table_column cols[] = {
        { "FIELD", 12, 0 },
        { "VALUE", 0.5, SCOLS_FL_WRAP },
        { "SOURCE", 8, 0 },
    };
    struct libscols_table *table = new_table(t, cols, ARRAY_LEN(cols));
    size_t i;

    for (i = 0; i < s->n; i++) {
        const char *texts[] = { s->fields[i].name, s->fields[i].value,
                                s->fields[i].source };

        add_line(&table, texts, ARRAY_LEN(texts));
    }
    return print_table(t, table);
}

static void print_as_json(const struct sheet *s)
{
    json_object *domain = json_object_new_object();
    json_object *doc = json_object_new_object();
    size_t i;

    for (i = 0; i < s->n; i++) {
        json_object *f = json_object_new_object();

        json_object_object_add(f, "value", json_object_get(s->fields[i].json));
        json_object_object_add(f, "source",
                               json_object_new_string(s->fields[i].source));
        json_object_object_add(domain, s->fields[i].name, f);
    }
    json_object_object_add(doc, "domain", domain);
    print_json(doc);
}

int cmd_show(struct tool *t)
{
    struct sheet sheet = { .n = 0 };
    struct xentime_status st;
    bool has_status;
    struct xentime_domain *d;
    size_t i;
    int status = open_one_domain(t,
                                 XENTIME_WANT_NAME | XENTIME_WANT_SETTINGS |
                                     XENTIME_WANT_SESSIONS,
                                 &d);

    if (status)
        return status;

    add_identity(&sheet, d);
    add_settings(&sheet, d);
    add_hpet_timers(&sheet, t->xt, d);
    add_sessions(&sheet, d);
    has_status = add_status(&sheet, t->xt, d, &st);
    sheet_add_clocks(&sheet, t->xt, d, has_status ? &st : NULL);
    add_record(&sheet, t->xt, d, XENTIME_TIMER_MODE);
    add_record(&sheet, t->xt, d, XENTIME_VHPET);
    if (d->setting[XENTIME_SYNC_WAKEUP] >= 0)
        add_record(&sheet, t->xt, d, XENTIME_SYNC_WAKEUP);
    if (t->opt[OPT_JSON])
        print_as_json(&sheet);
    else
        status = print_as_table(t, &sheet);

    for (i = 0; i < sheet.n; i++) {
        free(sheet.fields[i].value);
        json_object_put(sheet.fields[i].json);
    }
    xentime_free_domains(d, 1);
    return status;
}
