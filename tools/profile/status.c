/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl profile status: who has a session. */

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>
#include <libsmartcols/libsmartcols.h>

#include "profile/status.h"
#include "cli/run.h"
#include "output/json.h"
#include "output/report.h"
#include "output/table.h"
#include "output/text.h"
#include "tool.h"

static const struct xentime_domain *domain_of(const struct xentime_domain *doms,
                                              size_t n,
                                              const struct xentime_session *s)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (doms[i].domid == s->domid &&
            !memcmp(doms[i].uuid, s->uuid, sizeof(s->uuid)))
            return &doms[i];
    return NULL;
}

static json_object *session_json(const struct xentime_session *s,
                                 const struct xentime_domain *dom)
{
    json_object *o = dom ? json_domain(dom) : json_object_new_object();
    const char *kind = xentime_session_kind_name(s->kind);

    json_object_object_add(o, "kind", json_object_new_string(kind));
    json_object_object_add(o, "holder",
                           s->holder[0] ? json_text(s->holder) : NULL);
    json_object_object_add(o, "count", json_object_new_int64(s->count));
    json_object_object_add(o, "since",
                           s->since ? json_object_new_int64(s->since) : NULL);
    json_object_object_add(o, "ends_in_seconds",
                           s->ends_in_ms < 0
                               ? NULL
                               : json_decimal(s->ends_in_ms / 1e3));
    json_object_object_add(o, "pid",
                           s->pid ? json_object_new_int(s->pid) : NULL);
    json_object_object_add(o, "by", s->by[0] ? json_text(s->by) : NULL);
    return o;
}

static void status_json(const struct xentime_profile *pr,
                        const struct xentime_domain *doms, size_t n)
{
    json_object *doc = json_object_new_object();
    json_object *list = json_object_new_array();
    size_t i;

    json_object_object_add(doc, "vpmu", json_text(vpmu_word(pr->mode)));
    json_object_object_add(doc, "vpmu_initial",
                           json_text(vpmu_word(pr->initial)));
    json_object_object_add(doc, "counted_by_xen",
                           json_object_new_boolean(pr->counted_by_xen));
    for (i = 0; i < pr->count; i++)
        json_object_array_add(list, session_json(&pr->sessions[i],
                                                 domain_of(doms, n,
                                                           &pr->sessions[i])));
    json_object_object_add(doc, "sessions", list);
    print_json(doc);
}

/* Writes in words when the session ends. */
static void end_text(const struct xentime_session *s, char *buf, size_t size)
{
    if (s->pid)
        snprintf(buf, size, "process %d", s->pid);
    else if (s->ends_in_ms >= 0)
        snprintf(buf, size, "in %.0f s", s->ends_in_ms / 1e3);
    else
        snprintf(buf, size, "-");
}

static void add_session(struct libscols_table **table,
                        const struct xentime_session *s,
                        const struct xentime_domain *dom)
{
    char id[16] = "-", count[16], since[DATE_TEXT] = "-", end[32];
    const char *name = s->kind == XENTIME_SESSION_XEN ? "(Xen)"
                       : dom && dom->name             ? dom->name
                                                      : "-";
    const char *texts[] = {
        id,
        name,
        xentime_session_kind_name(s->kind),
        *s->holder ? s->holder : "-",
        count,
        since,
        end,
    };

    if (s->kind != XENTIME_SESSION_XEN)
        snprintf(id, sizeof(id), "%u", s->domid);
    snprintf(count, sizeof(count), "%u", s->count);
    if (s->since)
        date_text(s->since, since);
    end_text(s, end, sizeof(end));
    add_line(table, texts, ARRAY_LEN(texts));
}

static int status_table(const struct tool *t, const struct xentime_profile *pr,
                        const struct xentime_domain *doms, size_t n)
{
    static const struct table_column columns[] = {
        { "ID", 1, SCOLS_FL_RIGHT },
        { "NAME", 1, TABLE_CUT },
        { "KIND", 7, 0 },
        { "HOLDER", 1, TABLE_CUT },
        { "COUNT", 1, SCOLS_FL_RIGHT },
        { "SINCE", 20, 0 },
        { "ENDS", 1, 0 },
    };
    struct libscols_table *table;
    size_t i;

    printf("vPMU mode:   %s", vpmu_word(pr->mode));
    if (pr->initial != pr->mode)
        printf(" (%s before the first session)", vpmu_word(pr->initial));
    printf("\ncounted by:  %s\n",
           pr->counted_by_xen
               ? "Xen, which opens the vPMU to domains with a session"
               : "xentimectl; the mode is the same for all domains");
    if (!pr->count) {
        puts("no sessions");
        return EXIT_DONE;
    }
    table = new_table(t, columns, ARRAY_LEN(columns));
    for (i = 0; i < pr->count; i++)
        add_session(&table, &pr->sessions[i],
                    domain_of(doms, n, &pr->sessions[i]));
    return print_table(t, table);
}

int profile_status(struct tool *t)
{
    struct xentime_domain *doms;
    struct xentime_profile pr;
    size_t n;
    int rc = tool_open(t);

    if (rc)
        return rc;
    if (xentime_get_profile(t->xt, &pr))
        return report_error(t);
    report_damage(t);
    if (xentime_list(t->xt, XENTIME_WANT_NAME, &doms, &n)) {
        rc = report_error(t);
    } else if (t->opt[OPT_JSON]) {
        status_json(&pr, doms, n);
        xentime_free_domains(doms, n);
    } else {
        rc = status_table(t, &pr, doms, n);
        xentime_free_domains(doms, n);
    }
    xentime_free_profile(&pr);
    return rc;
}
