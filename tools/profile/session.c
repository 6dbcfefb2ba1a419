/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts and ends sessions, and prints what was done: see session.h. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "profile/session.h"
#include "cli/operand.h"
#include "output/json.h"
#include "output/report.h"
#include "output/text.h"
#include "tool.h"

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

/* Prints the session's domain @i, or "Xen", for a message. */
static void print_target(FILE *f, const struct profile_run *p, size_t i)
{
    if (p->n)
        print_domain(f, &p->doms[i]);
    else
        fputs("Xen", f);
}

static void note_restore(const struct xentime_profile_change *c)
{
    if (c->restore_failed)
        fprintf(stderr,
                "xentimectl: note: the vPMU mode stays %s: domains that were "
                "created with a vPMU are there.  The first profile command "
                "after their end restores it\n",
                vpmu_word(c->mode));
}

/* Notes who else has the performance monitor now, on a stock Xen. */
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

/*
 * Notes that a guest may not find what it was given: Linux looks for a
 * performance monitor once, when it boots.  A stock Xen gives it to a guest
 * that is yet to be created, or not at all.
 */
static void note_booted(const struct profile_run *p,
                        const struct xentime_profile_change *c)
{
    size_t i, first = p->n, booted = 0;

    if (!c->counted_by_xen || !c->changed || p->t->opt[OPT_PASSIVE])
        return;
    for (i = 0; i < p->n; i++)
        if (p->doms[i].domid && p->doms[i].cpu_time_ns && !booted++)
            first = i;
    if (!booted)
        return;
    fputs("xentimectl: note: ", stderr);
    print_target(stderr, p, first);
    if (booted > 1)
        fprintf(stderr, " and %zu more have", booted - 1);
    fputs(booted > 1 ? "" : " has", stderr);
    fputs(" run already. Linux looks for a performance monitor when it "
          "boots, and not later: for one that booted without a session create "
          "the domain anew with \"xl create -p\", start the session, and then "
          "\"xl unpause\"\n",
          stderr);
}

/*
 * Notes that samples will be of the wrong CPU: Xen hands one of CPU n to dom0's
 * vCPU n modulo their number, for samples of Xen and of passive domains alike.
 */
static void note_pinning(const struct profile_run *p)
{
    struct xentime_pinning pin;

    if ((!p->t->opt[OPT_XEN] && !p->t->opt[OPT_PASSIVE]) ||
        xentime_get_pinning(p->t->xt, &pin) ||
        (pin.pinned == pin.vcpus && pin.vcpus == pin.cpus))
        return;
    fprintf(stderr,
            "xentimectl: note: of dom0's %u vCPUs %u are pinned to the CPU of "
            "their number, on a host of %u: samples come from other CPUs than "
            "they say, or are lost. Boot Xen with dom0_max_vcpus=%u "
            "dom0_vcpus_pin\n",
            pin.vcpus, pin.pinned, pin.cpus, pin.cpus);
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

/* Prints a change; on stderr if there is a program, which has stdout. */
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

int profile_find(struct profile_run *p)
{
    struct tool *t = p->t;

    if (p->doms || t->nargs < 2)
        return EXIT_DONE;
    return find_domains(t, 1, t->nargs, XENTIME_WANT_NAME, &p->doms, &p->n);
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
    note_booted(p, &c);
    note_pinning(p);
    return EXIT_DONE;
}

int profile_end(struct profile_run *p)
{
    struct xentime_profile_change c;

    if (xentime_profile_stop(p->t->xt, p->doms, p->n, p->holder, &c))
        return report_error(p->t);
    print_change(p, "stopped", &c);
    note_restore(&c);
    return EXIT_DONE;
}

int profile_end_all(struct profile_run *p)
{
    struct xentime_profile_change c;

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
