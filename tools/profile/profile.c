/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl profile: who uses the performance monitor. */

#include <string.h>

#include "cli/commands.h"
#include "cli/option.h"
#include "cli/run.h"
#include "output/report.h"
#include "output/text.h"
#include "profile/bound.h"
#include "profile/session.h"
#include "profile/status.h"
#include "tool.h"

/* ---- start and stop ---- */

static int open_and_find(struct profile_run *p)
{
    int status = tool_open(p->t);

    return status ? status : profile_find(p);
}

static int start(struct profile_run *p)
{
    struct profile_timer timer;
    int status;

    if (p->t->program)
        return profile_bound_program(p);
    if (!p->for_ns) {
        status = open_and_find(p);
        return status ? status : profile_begin(p);
    }
    /* The timer comes first: nothing can fail once the session is there. */
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
    int status = tool_open(p->t);

    return status ? status : profile_end_all(p);
}

static int stop(struct profile_run *p)
{
    int status;

    if (p->t->opt[OPT_ALL])
        return stop_all(p);
    status = open_and_find(p);
    return status ? status : profile_end(p);
}

/* ---- status ---- */

static int status(struct profile_run *p)
{
    return profile_status(p->t);
}

/* ---- the command line ---- */

static const struct verb {
    const char *name;
    int (*run)(struct profile_run *p);
    uint64_t opts;   /* options that it takes, and not every verb does */
    uint64_t target; /* one of these, or DOM, has to be there; 0: none */
    bool takes_program;
} verbs[] = {
    { "start", start, OPT(FOR) | OPT(HOLDER) | OPT(PASSIVE) | OPT(XEN),
      OPT(XEN), true },
    { "stop", stop, OPT(ALL) | OPT(HOLDER) | OPT(XEN), OPT(ALL) | OPT(XEN),
      false },
    { "status", status, 0, 0, false },
};

const char *profile_verb(size_t i)
{
    return i < ARRAY_LEN(verbs) ? verbs[i].name : NULL;
}

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
    char known[WORDS_TEXT];
    int rc;

    words_text(profile_verb, " or ", known);
    if (!v)
        return report_usage(t, "\"%s\" is not %s", t->args[0], known);
    rc = check_line(t, v);
    if (!rc)
        rc = option_seconds(t, OPT_FOR, &p.for_ns);
    if (!rc)
        rc = v->run(&p);
    xentime_free_domains(p.doms, p.n);
    return rc;
}
