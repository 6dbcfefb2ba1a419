/* SPDX-License-Identifier: GPL-2.0-only */
/* xentimectl profile: who uses the performance monitor. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libsmartcols/libsmartcols.h>

#include "cli/commands.h"
#include "cli/operand.h"
#include "cli/option.h"
#include "cli/run.h"
#include "cover.h"
#include "output/json.h"
#include "output/report.h"
#include "output/table.h"
#include "output/text.h"
#include "tool.h"

/* ---- the request ---- */

static struct xentime_session_request request_of(const struct profile_run *p)
{
    struct xentime_session_request r = {
        .kind = p->t->opt[OPT_XEN]       ? XENTIME_SESSION_XEN
                : p->t->opt[OPT_PASSIVE] ? XENTIME_SESSION_PASSIVE
                                         : XENTIME_SESSION_DOMAIN,
        .holder = p->holder,
        .pid = p->pid,
        .for_ms = p->for_ns / 1000000,
    };

    return r;
}

/* For messages: the first domain, or Xen. */
static void print_target(FILE *f, const struct profile_run *p, size_t i)
{
    if (p->n)
        print_domain(f, &p->doms[i]);
    else
        fputs("Xen", f);
}

/* ---- what came of it ---- */

static void note_restore(const struct xentime_profile_change *c)
{
    if (c->restore_failed)
        fprintf(stderr,
                "xentimectl: note: the vPMU mode stays %s: domains that were "
                "created with a vPMU are there.  The first profile command "
                "after their end restores it\n",
                vpmu_word(c->mode));
}

/* On stock Xen nobody can have it alone. */
static void note_others(const struct profile_run *p,
                        const struct xentime_profile_change *c)
{
    if (c->counted_by_xen)
        return;
    fprintf(stderr, "xentimectl: note: in the vPMU mode %s of a stock Xen %s\n",
            vpmu_word(c->mode),
            p->t->opt[OPT_PASSIVE]
                ? "dom0 samples all domains, not only these"
                : "every domain created meanwhile has a vPMU, not only those "
                  "with a session");
}

static json_object *change_json(const struct profile_run *p,
                                const struct xentime_profile_change *c)
{
    json_object *doc = json_object_new_object();
    json_object *list = json_object_new_array();
    size_t i;

    for (i = 0; i < p->n; i++)
        json_object_array_add(list, json_domain(&p->doms[i]));
    json_object_object_add(doc, "domains", list);
    json_object_object_add(doc, "holder",
                           p->holder ? json_text(p->holder) : NULL);
    json_object_object_add(doc, "changed", json_object_new_int64(c->changed));
    json_object_object_add(doc, "counted_by_xen",
                           json_object_new_boolean(c->counted_by_xen));
    json_object_object_add(doc, "vpmu_before",
                           json_text(vpmu_word(c->mode_before)));
    json_object_object_add(doc, "vpmu", json_text(vpmu_word(c->mode)));
    json_object_object_add(doc, "restore_failed",
                           json_object_new_boolean(c->restore_failed));
    return doc;
}

static void print_modes(FILE *f, const struct xentime_profile_change *c)
{
    if (c->mode != c->mode_before)
        fprintf(f, "vPMU mode %s -> %s\n", vpmu_word(c->mode_before),
                vpmu_word(c->mode));
}

/* With a program stdout is the program's. */
static void print_change(const struct profile_run *p, const char *what,
                         const struct xentime_profile_change *c)
{
    FILE *f = p->t->program ? stderr : stdout;
    size_t i, n = p->n ? p->n : 1;

    if (p->t->opt[OPT_JSON]) {
        print_json(change_json(p, c));
        return;
    }
    for (i = 0; i < n; i++) {
        if (p->t->program)
            fputs("xentimectl: ", f);
        print_target(f, p, i);
        fprintf(f, ": profiling %s", what);
        if (p->holder)
            fprintf(f, " (%s)", p->holder);
        fputc('\n', f);
    }
    if (p->t->program && c->mode != c->mode_before)
        fputs("xentimectl: ", f);
    print_modes(f, c);
}

/* ---- start and stop ---- */

int profile_find(struct profile_run *p)
{
    struct tool *t = p->t;
    char *list;
    int status = EXIT_DONE;

    if (p->doms || t->nargs < 2)
        return EXIT_DONE;
    list = strdup(t->args[1]);
    if (!list)
        return report(t, EXIT_FAILED, "out of memory");
    if (find_domain_list(t, list, &p->doms, &p->n))
        status = report_error(t);
    free(list);
    return status;
}

int profile_begin(struct profile_run *p)
{
    struct xentime_session_request r = request_of(p);
    struct xentime_profile_change c;

    if (xentime_profile_start(p->t->xt, p->doms, p->n, &r, &c))
        return report_error(p->t);
    p->mode = c.mode;
    print_change(p, c.changed ? "started" : "goes on", &c);
    note_others(p, &c);
    return EXIT_DONE;
}

static int end(struct profile_run *p)
{
    struct xentime_profile_change c;

    if (xentime_profile_stop(p->t->xt, p->doms, p->n, p->holder, &c))
        return report_error(p->t);
    print_change(p, "stopped", &c);
    note_restore(&c);
    return EXIT_DONE;
}

int profile_over(struct profile_run *p)
{
    struct xentime_profile_change c = { .mode_before = p->mode };
    struct xentime_profile pr;

    if (xentime_get_profile(p->t->xt, &pr))
        return report_error(p->t);
    c.mode = pr.mode;
    c.counted_by_xen = pr.counted_by_xen;
    c.restore_failed = !pr.count && pr.mode != pr.initial;
    print_change(p, "stopped", &c);
    note_restore(&c);
    xentime_free_profile(&pr);
    return EXIT_DONE;
}

static int open_and_find(struct profile_run *p)
{
    int status = tool_open(p->t);

    if (!status)
        status = set_wait(p->t);
    return status ? status : profile_find(p);
}

static int start(struct profile_run *p)
{
    struct profile_timer timer;
    int status;

    if (p->t->program)
        return profile_cover_program(p);
    if (!p->for_ns) {
        status = open_and_find(p);
        return status ? status : profile_begin(p);
    }
    /* First, so that nothing is left to fail once the session is there. */
    status = profile_timer_make(p, &timer);
    if (!status)
        status = open_and_find(p);
    if (!status)
        status = profile_begin(p);
    profile_timer_go(&timer, !status);
    return status;
}

static int stop_all(struct profile_run *p)
{
    struct xentime_profile_change c;
    int status = tool_open(p->t);

    if (!status)
        status = set_wait(p->t);
    if (status)
        return status;
    if (xentime_profile_stop_all(p->t->xt, p->holder, &c))
        return report_error(p->t);
    if (p->t->opt[OPT_JSON]) {
        print_json(change_json(p, &c));
    } else {
        printf("%zu session%s stopped\n", c.changed, c.changed == 1 ? "" : "s");
        print_modes(stdout, &c);
    }
    note_restore(&c);
    return EXIT_DONE;
}

static int stop(struct profile_run *p)
{
    int status;

    if (p->t->opt[OPT_ALL])
        return stop_all(p);
    status = open_and_find(p);
    return status ? status : end(p);
}

/* ---- status ---- */

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

/* When it ends, in words. */
static void end_text(const struct xentime_session *s, char *buf, size_t size)
{
    if (s->pid)
        snprintf(buf, size, "process %d", s->pid);
    else if (s->ends_in_ms >= 0)
        snprintf(buf, size, "in %.0f s", s->ends_in_ms / 1e3);
    else
        snprintf(buf, size, "-");
}

static bool add_session(struct libscols_table *table,
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
    return add_line(table, texts, ARRAY_LEN(texts));
}

static int status_table(const struct tool *t, const struct xentime_profile *pr,
                        const struct xentime_domain *doms, size_t n)
{
    static const struct table_column columns[] = {
        { "ID", 1, SCOLS_FL_RIGHT },
        { "NAME", 0.2, SCOLS_FL_TRUNC },
        { "KIND", 7, 0 },
        { "HOLDER", 0.2, SCOLS_FL_TRUNC },
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
    if (!table)
        return EXIT_FAILED;
    for (i = 0; i < pr->count; i++) {
        if (!add_session(table, &pr->sessions[i],
                         domain_of(doms, n, &pr->sessions[i]))) {
            scols_unref_table(table);
            return report(t, EXIT_FAILED, "out of memory");
        }
    }
    print_table(table);
    return EXIT_DONE;
}

static int status(struct profile_run *p)
{
    struct xentime_domain *doms;
    struct xentime_profile pr;
    struct tool *t = p->t;
    size_t n;
    int rc = tool_open(t);

    if (!rc)
        rc = set_wait(t);
    if (rc)
        return rc;
    if (xentime_get_profile(t->xt, &pr))
        return report_error(t);
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

/* ---- the command line ---- */

static const struct verb {
    const char *name;
    int (*run)(struct profile_run *p);
    uint64_t opts;   /* of those that not every verb takes */
    uint64_t target; /* one of these, or DOM, has to be there; 0: none */
    bool takes_program;
} verbs[] = {
    { "start", start, OPT(FOR) | OPT(HOLDER) | OPT(PASSIVE) | OPT(XEN),
      OPT(XEN), true },
    { "stop", stop, OPT(ALL) | OPT(HOLDER) | OPT(XEN), OPT(ALL) | OPT(XEN),
      false },
    { "status", status, 0, 0, false },
};

static const struct verb *find_verb(const char *name)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(verbs); i++)
        if (!strcmp(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

static int check_target(const struct tool *t, const struct verb *v)
{
    int targets = t->nargs > 1, o;

    for (o = 0; o < OPTIONS; o++)
        targets += t->opt[o] && (v->target & (UINT64_C(1) << o));
    if (!v->target && t->nargs > 1)
        return report_usage(t, "one argument too many: %s", t->args[1]);
    if (v->target && targets != 1)
        return report_usage(t, "profile %s takes one of %s", v->name,
                            v->target & OPT(ALL) ? "DOM, --xen and --all"
                                                 : "DOM and --xen");
    if (t->opt[OPT_XEN] && t->opt[OPT_PASSIVE])
        return report_usage(t, "--xen and --passive do not go together");
    return EXIT_DONE;
}

static int check_program(const struct tool *t, const struct verb *v)
{
    if (!t->program)
        return EXIT_DONE;
    if (!v->takes_program)
        return report_usage(t, "profile %s takes no program", v->name);
    if (!t->program[0])
        return report_usage(t, "which program is to follow \"--\"?");
    if (t->opt[OPT_FOR])
        return report_usage(t, "--for and a program do not go together");
    if (t->opt[OPT_JSON])
        return report_usage(t, "--json and a program do not go together");
    return EXIT_DONE;
}

static int check_line(const struct tool *t, const struct verb *v)
{
    const uint64_t special = OPT(ALL) | OPT(FOR) | OPT(HOLDER) | OPT(PASSIVE) |
                             OPT(XEN);
    int o, status;

    for (o = 0; o < OPTIONS; o++)
        if (t->opt[o] && (special & ~v->opts & (UINT64_C(1) << o)))
            return report_usage(t, "profile %s has no --%s", v->name,
                                option_defs[o].name);
    status = check_target(t, v);
    if (!status)
        status = check_program(t, v);
    if (!status && t->opt[OPT_HOLDER] && !xentime_is_holder(t->opt[OPT_HOLDER]))
        status = report_usage(t,
                              "a holder's name is 1 to %d of A-Z a-z 0-9 - _",
                              XENTIME_HOLDER_MAX);
    return status;
}

int cmd_profile(struct tool *t)
{
    const struct verb *v = find_verb(t->args[0]);
    struct profile_run p = { .t = t, .holder = t->opt[OPT_HOLDER] };
    int rc;

    if (!v)
        return report_usage(t, "profile %s? It is start, stop or status",
                            t->args[0]);
    rc = check_line(t, v);
    if (!rc)
        rc = option_seconds(t, OPT_FOR, &p.for_ns);
    if (!rc)
        rc = v->run(&p);
    xentime_free_domains(p.doms, p.n);
    return rc;
}
