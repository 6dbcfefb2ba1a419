/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl list: a table of domains. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libsmartcols/libsmartcols.h>

#include "cli/commands.h"
#include "cli/operand.h"
#include "cli/suggest.h"
#include "output/json.h"
#include "output/report.h"
#include "output/table.h"
#include "output/text.h"
#include "tool.h"

#define TEXT_SIZE 64
#define MAX_COLUMNS 32

/*
 * A column writes its value into @buf and returns it, or returns another
 * string that lives as long as the domain does; NULL: does not apply.
 */
struct list_column {
    struct table_column col;
    const char *key; /* in JSON */
    const char *help;
    unsigned int want; /* enum xentime_want */
    const char *(*text)(const struct xentime_domain *d, char *buf);
    json_object *(*json)(const struct xentime_domain *d);
};

static const char *id_text(const struct xentime_domain *d, char *buf)
{
    snprintf(buf, TEXT_SIZE, "%u", d->domid);
    return buf;
}

static json_object *id_json(const struct xentime_domain *d)
{
    return json_object_new_int64(d->domid);
}

static const char *name_text(const struct xentime_domain *d, char *buf)
{
    (void)buf;
    return d->name;
}

static json_object *name_json(const struct xentime_domain *d)
{
    return d->name ? json_text(d->name) : NULL;
}

static const char *uuid_column(const struct xentime_domain *d, char *buf)
{
    uuid_text(d->uuid, buf);
    return buf;
}

static json_object *uuid_json(const struct xentime_domain *d)
{
    return json_uuid(d->uuid);
}

static const char *type_text(const struct xentime_domain *d, char *buf)
{
    (void)buf;
    return xentime_type_name(d->type);
}

static json_object *type_json(const struct xentime_domain *d)
{
    return json_object_new_string(xentime_type_name(d->type));
}

static const char *state_text(const struct xentime_domain *d, char *buf)
{
    (void)buf;
    return state_word(d->state);
}

static json_object *states_json(const struct xentime_domain *d)
{
    return json_state(d->state);
}

static const char *vcpus_text(const struct xentime_domain *d, char *buf)
{
    snprintf(buf, TEXT_SIZE, "%u", d->vcpus);
    return buf;
}

static json_object *vcpus_json(const struct xentime_domain *d)
{
    return json_object_new_int64(d->vcpus);
}

static const char *time_text(const struct xentime_domain *d, char *buf)
{
    snprintf(buf, TEXT_SIZE, "%.1f", d->cpu_time_ns / 1e9);
    return buf;
}

static json_object *time_json(const struct xentime_domain *d)
{
    return json_object_new_int64(d->cpu_time_ns);
}

/* Returns the text for a value below 0: it does not apply, or is damaged. */
static const char *damaged_text(int64_t value)
{
    return value == XENTIME_UNKNOWN ? "?" : NULL;
}

static const char *mode_text(const struct xentime_domain *d, char *buf)
{
    int mode = d->setting[XENTIME_TIMER_MODE];

    if (mode < 0)
        return damaged_text(mode);
    snprintf(buf, TEXT_SIZE, "%d", mode);
    return buf;
}

static const char *mode_name_text(const struct xentime_domain *d, char *buf)
{
    int mode = d->setting[XENTIME_TIMER_MODE];

    (void)buf;
    return mode < 0 ? damaged_text(mode) : xentime_mode_name(mode)->name;
}

static json_object *mode_json(const struct xentime_domain *d)
{
    int mode = d->setting[XENTIME_TIMER_MODE];

    return mode < 0 ? NULL : json_object_new_int(mode);
}

static json_object *mode_name_json(const struct xentime_domain *d)
{
    const struct xentime_mode_name *m = xentime_mode_name(
        d->setting[XENTIME_TIMER_MODE]);

    return m ? json_object_new_string(m->name) : NULL;
}

static const char *vhpet_text(const struct xentime_domain *d, char *buf)
{
    int vhpet = d->setting[XENTIME_VHPET];

    (void)buf;
    return vhpet < 0 ? damaged_text(vhpet) : vhpet ? "on" : "off";
}

static json_object *vhpet_json(const struct xentime_domain *d)
{
    int vhpet = d->setting[XENTIME_VHPET];

    return vhpet < 0 ? NULL : json_object_new_boolean(vhpet);
}

static const char *profile_text(const struct xentime_domain *d, char *buf)
{
    if (d->sessions < 0)
        return damaged_text(d->sessions);
    snprintf(buf, TEXT_SIZE, "%lld", (long long)d->sessions);
    return buf;
}

static json_object *profile_json(const struct xentime_domain *d)
{
    return d->sessions < 0 ? NULL : json_object_new_int64(d->sessions);
}

/* clang-format off */
static const struct list_column columns[] = {
    { { "ID", 1, SCOLS_FL_RIGHT }, "id", "domain id", 0, id_text, id_json },
    { { "NAME", 1, TABLE_CUT }, "name", "name",
      XENTIME_WANT_NAME, name_text, name_json },
    { { "UUID", 1, TABLE_WRAP }, "uuid", "UUID", 0, uuid_column, uuid_json },
    { { "TYPE", 3, 0 }, "type", "PV, HVM or PVH", 0, type_text, type_json },
    { { "STATE", 7, 0 }, "state", "the gravest of its states",
      0, state_text, states_json },
    { { "VCPUS", 1, SCOLS_FL_RIGHT }, "vcpus", "vCPUs online",
      0, vcpus_text, vcpus_json },
    { { "TIME", 1, SCOLS_FL_RIGHT }, "cpu_time_ns",
      "CPU time used (seconds; nanoseconds in JSON)",
      0, time_text, time_json },
    { { "MODE", 1, SCOLS_FL_RIGHT }, "timer_mode", "timer_mode, as a number",
      XENTIME_WANT_SETTINGS, mode_text, mode_json },
    { { "MODE-NAME", 1, TABLE_WRAP }, "timer_mode_name",
      "timer_mode as xl and Xen's headers spell it",
      XENTIME_WANT_SETTINGS, mode_name_text, mode_name_json },
    { { "VHPET", 3, 0 }, "vhpet", "virtual HPET",
      XENTIME_WANT_SETTINGS, vhpet_text, vhpet_json },
    { { "PROFILE", 1, SCOLS_FL_RIGHT }, "profile_sessions",
      "profiling sessions", XENTIME_WANT_SESSIONS, profile_text, profile_json },
};
/* clang-format on */

#define DEFAULT_COLUMNS "ID,NAME,TYPE,STATE,MODE,VHPET,PROFILE"

const char *list_column(size_t i, const char **help)
{
    if (i >= ARRAY_LEN(columns))
        return NULL;
    if (help)
        *help = columns[i].help;
    return columns[i].col.name;
}

static const char *column_word(size_t i)
{
    return list_column(i, NULL);
}

static const struct list_column *find_column(const char *name, size_t len)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(columns); i++)
        if (strlen(columns[i].col.name) == len &&
            !strncasecmp(columns[i].col.name, name, len))
            return &columns[i];
    return NULL;
}

/* Adds the columns to @picked; a usage error is reported. */
static int add_columns(const struct tool *t, const char *names,
                       const struct list_column **picked, size_t *n)
{
    char name[64];
    size_t len;

    for (;; names += len + 1) {
        len = strcspn(names, ",");
        if (*n == MAX_COLUMNS)
            return report_usage(t, "more than %d columns", MAX_COLUMNS);
        picked[*n] = find_column(names, len);
        if (!picked[*n]) {
            snprintf(name, sizeof(name), "%.*s", (int)len, names);
            return report_unknown(t, "no column", name, column_word);
        }
        (*n)++;
        if (!names[len])
            return EXIT_DONE;
    }
}

/* Fills @picked with the columns of --output, of which "+" adds to the usual. */
static int pick_columns(const struct tool *t, const struct list_column **picked,
                        size_t *n)
{
    const char *names = t->opt[OPT_COLUMNS];
    bool more = names && *names == '+';
    int status = EXIT_DONE;

    *n = 0;
    if (!names && t->opt[OPT_JSON])
        for (; *n < ARRAY_LEN(columns); ++*n)
            picked[*n] = &columns[*n];
    else if (!names || more)
        status = add_columns(t, DEFAULT_COLUMNS, picked, n);
    if (names && !status)
        status = add_columns(t, names + more, picked, n);
    return status;
}

static int print_as_table(const struct tool *t,
                          const struct xentime_domain *doms, size_t count,
                          const struct list_column **picked, size_t n)
{
    struct table_column cols[MAX_COLUMNS];
    const char *texts[MAX_COLUMNS];
    char bufs[MAX_COLUMNS][TEXT_SIZE];
    struct libscols_table *table;
    size_t i, k;

    for (k = 0; k < n; k++)
        cols[k] = picked[k]->col;
    table = new_table(t, cols, n);
    for (i = 0; i < count; i++) {
        for (k = 0; k < n; k++) {
            texts[k] = picked[k]->text(&doms[i], bufs[k]);
            if (!texts[k] || !*texts[k])
                texts[k] = "-";
        }
        add_line(&table, texts, n);
    }
    return print_table(t, table);
}

static int print_as_json(const struct xentime_domain *doms, size_t count,
                         const struct list_column **picked, size_t n)
{
    json_object *doc = json_object_new_object();
    json_object *list = json_object_new_array();
    size_t i, k;

    for (i = 0; i < count; i++) {
        json_object *d = json_object_new_object();

        for (k = 0; k < n; k++)
            json_object_object_add(d, picked[k]->key,
                                   picked[k]->json(&doms[i]));
        json_object_array_add(list, d);
    }
    json_object_object_add(doc, "domains", list);
    print_json(doc);
    return EXIT_DONE;
}

int cmd_list(struct tool *t)
{
    const struct list_column *picked[MAX_COLUMNS];
    struct xentime_domain *doms;
    unsigned int want = 0;
    size_t n, count, k;
    int status = pick_columns(t, picked, &n);

    if (status)
        return status;
    for (k = 0; k < n; k++)
        want |= picked[k]->want;

    status = open_domains(t, 0, want, &doms, &count);
    if (status)
        return status;
    status = t->opt[OPT_JSON] ? print_as_json(doms, count, picked, n)
                              : print_as_table(t, doms, count, picked, n);
    xentime_free_domains(doms, count);
    return status;
}
