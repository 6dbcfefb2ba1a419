/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies: what settings domains are to have, by an XML file. */
#ifndef XENTIMECTL_POLICY_H
#define XENTIMECTL_POLICY_H

#include "tool.h"

/* Where a policy is unless a command is told. */
#define POLICY_FILE "/etc/xentime/policy.xml"

/* What a rule, or the defaults, say; -1: nothing. */
struct policy_want {
    int setting[XENTIME_SETTINGS];
    int profiling;           /* may there be sessions? */
};

/* All that is there has to hold; NULL: is not there. */
struct policy_match {
    char *name;              /* fnmatch(3)'s pattern */
    char *label, *value;     /* value: a pattern too */
    bool has_uuid;
    uint8_t uuid[16];
    int type;                /* enum xentime_type, -1: any */
};

struct policy_rule {
    char *name;              /* NULL: it has none */
    struct policy_match *match; /* one of them is enough */
    size_t nmatch;
    struct policy_want want;
    int line;                /* in the file */
};

struct policy {
    struct policy_want defaults;
    struct policy_rule *rules;
    size_t nrules;
};

/*
 * Reads and checks @file ("-": standard input), up to 1 MiB, without network,
 * DTD or entities.  What is wrong is reported with its line.  Returns an exit
 * status; *p is then set, and freed by policy_free(), only where that is
 * EXIT_DONE.
 */
int policy_read(const struct tool *t, const char *file, struct policy **p);
void policy_free(struct policy *p);

void policy_want_nothing(struct policy_want *want);

/*
 * One more rule that wants nothing and matches nothing; NULL: out of memory.
 * Those that were there before may move.
 */
struct policy_rule *policy_add_rule(struct policy *p);
struct policy_match *policy_add_match(struct policy_rule *rule);

/* libvirt's word for a timer_mode, or where it has none our own. */
const char *policy_tickpolicy(int mode);

/* ---- policy-match.c ---- */

enum policy_source {
    POLICY_SILENT,           /* nothing says anything: leave it as it is */
    POLICY_DEFAULTS,         /* the policy's <defaults> */
    POLICY_RULE,             /* the first rule that the domain matches */
    POLICY_RECORD,           /* set-mode --persist and its like, of which the
                                record in xenstore tells: before any policy */
};

/* What is wished for one domain. */
struct policy_wish {
    struct policy_want want;
    enum policy_source source[XENTIME_SETTINGS];
    const struct policy_rule *rule; /* that it matches, of the policy; NULL */
};

/*
 * @p may be NULL: then it is the records alone.  Settings that its type of
 * domain does not have are left out.  @dom has to have its name.
 */
enum xentime_error policy_wish(xentime *xt, const struct policy *p,
                               const struct xentime_domain *dom,
                               struct policy_wish *wish);

/* What is to change, so that domains are as is wished. */
struct policy_plan {
    struct policy_wish *wishes;      /* one a domain, in their order */
    struct xentime_change *changes;  /* for xentime_apply(); "old" is set, -1
                                        where this Xen does not know it */
    size_t nchanges;
    struct xentime_permission *permissions; /* that are to change */
    size_t npermissions;
};

/*
 * The plan for @doms, which stay the caller's and have to live as long; they
 * have to have their names.  Reads the settings as Xen has them now; a domain
 * that has ended meanwhile has no changes.  policy_free_plan() also after an
 * error.
 */
enum xentime_error policy_plan(xentime *xt, const struct policy *p,
                               const struct xentime_domain *doms, size_t n,
                               struct policy_plan *plan);
void policy_free_plan(struct policy_plan *plan);

/*
 * Makes it so: all of the plan, or nothing.  Records that persist go on doing
 * so.  @flags: XENTIME_FORCE, or 0.
 */
enum xentime_error policy_carry_out(xentime *xt, struct policy_plan *plan,
                                    unsigned int flags);

/* ---- subcommands ---- */

int policy_apply(struct tool *t);
int policy_export(struct tool *t);
int policy_import(struct tool *t);

/* ---- policy-write.c: on stdout; EXIT_DONE, or reported ---- */

int policy_write(const struct tool *t, const struct policy *p);

/* Whether a stock toolstack knows the timer_mode; false for -1. */
bool policy_is_stock_mode(int mode);

/* For the one domain that the rule matches, by its UUID. */
int policy_write_libvirt(const struct tool *t, const struct policy_rule *rule);
int policy_write_xl(const struct tool *t, const struct policy_rule *rule);

#endif /* XENTIMECTL_POLICY_H */
