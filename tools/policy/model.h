/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy in memory: what settings domains are to have. */
#ifndef XENTIMECTL_POLICY_MODEL_H
#define XENTIMECTL_POLICY_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xentime.h"

/* The settings that a rule, or the defaults, ask for; -1: not asked for. */
struct policy_want {
    int setting[XENTIME_SETTINGS];
    int profiling; /* whether sessions are allowed */
    /* TSC_MODE_* of libxl.  Only exports have it: a domain gets it when it is
       created, by its toolstack. */
    int tsc_mode;
};

/* A domain matches if every condition that is given holds; NULL: not given. */
struct policy_match {
    char *name;          /* a pattern of fnmatch(3) */
    char *label, *value; /* value is a pattern too */
    bool has_uuid;
    uint8_t uuid[16];
    int type; /* enum xentime_type, -1: any */
};

struct policy_rule {
    char *name;                 /* NULL: it has none */
    struct policy_match *match; /* one of them is enough */
    size_t nmatch;
    struct policy_want want;
    int line; /* in the file */
};

struct policy {
    struct policy_want defaults;
    struct policy_rule *rules;
    size_t nrules;
};

/*
 * Returns a policy without rules, which the caller frees with policy_free();
 * NULL: out of memory.
 */
struct policy *policy_new(void);
void policy_free(struct policy *p);

/* Frees what the rule consists of, and not the rule itself. */
void policy_free_rule(struct policy_rule *rule);

/* Sets all of *want to nothing. */
void policy_want_nothing(struct policy_want *want);

/*
 * These add a rule that wants nothing and matches nothing, and a match that
 * takes any domain; NULL: out of memory. The pointers that they returned before
 * are no longer valid.
 */
struct policy_rule *policy_add_rule(struct policy *p);
struct policy_match *policy_add_match(struct policy_rule *rule);

/*
 * Returns libvirt's word for a timer_mode, or our own where libvirt has none;
 * NULL: there is no such mode.
 */
const char *policy_tickpolicy(size_t mode);

/* The words for a tsc_mode; NULL: the default, or there is no such mode. */
struct policy_tsc_word {
    const char *xl, *libvirt;
};
const struct policy_tsc_word *policy_tsc_word(int mode);

#endif /* XENTIMECTL_POLICY_MODEL_H */
