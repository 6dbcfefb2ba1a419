/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All or nothing, for profiling sessions.  Each kind of change is made again
 * and again on a stock and on a patched Xen, each time with another call that
 * goes wrong, until none is left: a call into Xen or a xenstore request fails,
 * that one alone, or it and all that follow; the process is killed before it;
 * a domain ends before it; xenstored dies.
 *
 * Afterwards the sessions and the mode are what they were before, or what they
 * were to become, as the answer said; no lock is left; and stopping all
 * brings back the initial mode, with nothing in xenstore.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define INITIAL 0

enum verb { START, STOP, STOP_ALL, LOOK };

/* To begin with, domain 1 has "a" and a session without a name, 2 has "a". */
static const struct change {
    const char *name;
    enum verb verb;
    enum xentime_session_kind kind;
    const char *domains; /* digits; "": Xen */
    const char *holder;
    bool passive; /* to begin with only domain 3 has one, passive */
} changes[] = {
    { "start", START, XENTIME_SESSION_DOMAIN, "1", NULL, false },
    { "start two", START, XENTIME_SESSION_DOMAIN, "23", NULL, false },
    { "start a name", START, XENTIME_SESSION_DOMAIN, "3", "b", false },
    { "start names", START, XENTIME_SESSION_DOMAIN, "123", "b", false },
    { "start a name again", START, XENTIME_SESSION_DOMAIN, "13", "a", false },
    { "start Xen", START, XENTIME_SESSION_XEN, "", NULL, false },
    { "start Xen by name", START, XENTIME_SESSION_XEN, "", "b", false },
    { "start passive", START, XENTIME_SESSION_PASSIVE, "12", "b", true },
    { "stop", STOP, 0, "1", NULL, false },
    { "stop a name", STOP, 0, "1", "a", false },
    { "stop names", STOP, 0, "12", "a", false },
    { "stop passive", STOP, 0, "3", "p", true },
    { "stop all of a name", STOP_ALL, 0, "", "a", false },
    { "look", LOOK, 0, "", NULL, false },
};

static char where[160];

static void remark(const struct change *c, bool patched, const char *what,
                   unsigned int k)
{
    snprintf(where, sizeof(where), "%s, %s Xen, %s %u", c->name,
             patched ? "patched" : "stock", what, k);
}

/* ---- the world ---- */

static enum xentime_error make(const struct change *c)
{
    struct xentime_session_request r = { .kind = c->kind, .holder = c->holder };
    struct xentime_profile_change done;
    struct xentime_domain doms[4] = { { .name = NULL } };
    struct xentime_profile p;
    enum xentime_error rc;
    size_t n = strlen(c->domains), i;

    for (i = 0; i < n; i++) {
        doms[i].domid = c->domains[i] - '0';
        fake_uuid(doms[i].domid, doms[i].uuid);
    }
    switch (c->verb) {
    case START:
        return xentime_profile_start(xt, doms, n, &r, &done);
    case STOP:
        return xentime_profile_stop(xt, doms, n, c->holder, &done);
    case STOP_ALL:
        return xentime_profile_stop_all(xt, c->holder, &done);
    default:
        rc = xentime_get_profile(xt, &p);
        xentime_free_profile(&p);
        return rc;
    }
}

static void make_well(enum verb verb, enum xentime_session_kind kind,
                      const char *domains, const char *holder)
{
    const struct change c = { "", verb, kind, domains, holder, false };

    assert_done(make(&c));
}

static void begin(bool patched, const struct change *c)
{
    uint32_t id;

    xentime_close(xt);
    xt = NULL;
    fake_reset();
    store_rm("/tool/xentime");
    if (patched)
        fake_count_sessions();
    fake->vpmu = INITIAL;
    fake_add(0, XENTIME_PV);
    for (id = 1; id <= 3; id++)
        fake_add(id, XENTIME_HVM);
    assert_int_equal(xentime_open(&xt, NULL), XENTIME_OK);
    if (c->passive) {
        make_well(START, XENTIME_SESSION_PASSIVE, "3", "p");
    } else {
        make_well(START, XENTIME_SESSION_DOMAIN, "12", "a");
        make_well(START, XENTIME_SESSION_DOMAIN, "1", NULL);
    }
}

/* Returns all there is to see as text, to be freed; looking also tidies. */
static char *picture(void)
{
    struct xentime_profile p;
    char *text;
    size_t size, i;
    FILE *f;

    if (xentime_get_profile(xt, &p))
        fail_because("%s: and now it cannot be looked at: %s", where,
                     error_text());
    f = open_memstream(&text, &size);
    fprintf(f, "mode %d (Xen: %d), initially %d\n", p.mode, fake->vpmu,
            p.initial);
    for (i = 0; i < p.count; i++)
        fprintf(f, "%u %s '%s' %u\n", p.sessions[i].domid,
                xentime_session_kind_name(p.sessions[i].kind),
                p.sessions[i].holder, p.sessions[i].count);
    fclose(f);
    xentime_free_profile(&p);
    return text;
}

/* Takes the pictures before and after the change when nothing goes wrong. */
static void pictures(bool patched, const struct change *c, char **before,
                     char **after)
{
    begin(patched, c);
    *before = picture();
    assert_done(make(c));
    *after = picture();
}

static void assert_ends_well(void)
{
    struct xentime_profile_change done;
    char *left;

    assert_int_not_equal(access(LOCK_DIR "/profile", F_OK), 0);
    assert_done(xentime_profile_stop_all(xt, NULL, &done));
    if (fake->vpmu != INITIAL)
        fail_because("%s: in the end the mode is %d", where, fake->vpmu);
    left = store_dump("/tool/xentime/profile");
    if (strchr(left, '\n') && strcmp(left, "/tool/xentime/profile = \n") != 0)
        fail_because("%s: in the end there is left:\n%s", where, left);
    free(left);
}

static void assert_picture(const char *wanted, const char * or)
{
    char *now = picture();

    if (strcmp(now, wanted) != 0 && (! or || strcmp(now, or) != 0))
        fail_because("%s:\n%sinstead of:\n%s", where, now, wanted);
    free(now);
}

/* The change is half done: each session is as it was or as it was to be. */
static void assert_between(const char *before, const char *after)
{
    char *now = picture(), *line, *rest = NULL;

    for (line = strtok_r(now, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest))
        if (!strstr(before, line) && !strstr(after, line))
            fail_because("%s:\n%s\nis neither of:\n%sand:\n%s", where, line,
                         before, after);
    free(now);
}

static void no_more_faults(void)
{
    fault_clear(&xen_fault);
    fault_clear(&store_fault);
}

/* ---- every call ---- */

/* Returns false when no call was left to fail. */
typedef bool trial(bool patched, const struct change *c, unsigned int k,
                   const char *before, const char *after);

static void each_change(trial *try)
{
    char *before, *after;
    unsigned int patched, k;
    size_t i;

    for (patched = 0; patched < 2; patched++)
        for (i = 0; i < ARRAY_COUNT(changes); i++) {
            snprintf(where, sizeof(where), "%s", changes[i].name);
            pictures(patched, &changes[i], &before, &after);
            for (k = 1; try(patched, &changes[i], k, before, after); k++)
                continue;
            assert_true(k > 2);
            free(before);
            free(after);
        }
}

static bool fails(struct fault *fault, int err, bool onwards, bool late,
                  bool patched, const struct change *c, unsigned int k,
                  const char *before, const char *after)
{
    enum xentime_error rc;
    bool struck;

    remark(c, patched, fault == &xen_fault ? "Xen" : "xenstore", k);
    begin(patched, c);
    fault_fail(fault, k, err, onwards);
    fault->late = late;
    rc = make(c);
    struck = fault->struck;
    no_more_faults();
    if (!rc)
        assert_picture(after, NULL);
    else if (strstr(error_text(), "could NOT be put back"))
        assert_between(before, after);
    else
        assert_picture(before, NULL);
    assert_ends_well();
    return struck;
}

static bool xen_fails(bool patched, const struct change *c, unsigned int k,
                      const char *before, const char *after)
{
    return fails(&xen_fault, EFAULT, false, false, patched, c, k, before,
                 after);
}

static bool xen_fails_onwards(bool patched, const struct change *c,
                              unsigned int k, const char *before,
                              const char *after)
{
    return fails(&xen_fault, EFAULT, true, false, patched, c, k, before, after);
}

static bool store_fails(bool patched, const struct change *c, unsigned int k,
                        const char *before, const char *after)
{
    return fails(&store_fault, EIO, false, false, patched, c, k, before, after);
}

static bool store_fails_late(bool patched, const struct change *c,
                             unsigned int k, const char *before,
                             const char *after)
{
    return fails(&store_fault, EIO, false, true, patched, c, k, before, after);
}

static bool store_fails_onwards(bool patched, const struct change *c,
                                unsigned int k, const char *before,
                                const char *after)
{
    return fails(&store_fault, ENOSPC, true, false, patched, c, k, before,
                 after);
}

static void a_call_into_xen_fails(void **state)
{
    (void)state;
    each_change(xen_fails);
}

static void xen_fails_from_a_call_on(void **state)
{
    (void)state;
    each_change(xen_fails_onwards);
}

static void a_request_fails(void **state)
{
    (void)state;
    each_change(store_fails);
}

static void a_request_fails_but_took_effect(void **state)
{
    (void)state;
    each_change(store_fails_late);
}

static void xenstore_fails_from_a_request_on(void **state)
{
    (void)state;
    each_change(store_fails_onwards);
}

/* ---- killed ---- */

/* ASan makes a fork take long, and says nothing of a process that is killed. */
#ifdef __SANITIZE_ADDRESS__
#define KILLED
#else
#define KILLED , TEST(killed_in_a_call_into_xen), TEST(killed_in_a_request)

struct death {
    const struct change *c;
    struct fault *fault;
    unsigned int at;
};

static void die_now(void *arg)
{
    (void)arg;
    kill(getpid(), SIGKILL);
}

static void make_and_die(void *arg)
{
    const struct death *d = arg;

    no_more_faults();
    fault_hook(d->fault, NULL, d->at, die_now, NULL);
    make(d->c);
}

static bool dies(struct fault *fault, bool patched, const struct change *c,
                 unsigned int k, const char *before, const char *after)
{
    struct death d = { c, fault, k };
    int status;

    remark(c, patched, fault == &xen_fault ? "death in Xen" : "death in store",
           k);
    begin(patched, c);
    status = in_child(make_and_die, &d);
    xentime_set_lock_timeout(xt, 0);
    assert_picture(before, after);
    assert_ends_well();
    return WIFSIGNALED(status);
}

static bool dies_in_xen(bool patched, const struct change *c, unsigned int k,
                        const char *before, const char *after)
{
    return dies(&xen_fault, patched, c, k, before, after);
}

static bool dies_in_store(bool patched, const struct change *c, unsigned int k,
                          const char *before, const char *after)
{
    return dies(&store_fault, patched, c, k, before, after);
}

static void killed_in_a_call_into_xen(void **state)
{
    (void)state;
    each_change(dies_in_xen);
}

static void killed_in_a_request(void **state)
{
    (void)state;
    each_change(dies_in_store);
}

#endif /* !__SANITIZE_ADDRESS__ */

/* ---- domains that end, and xenstored ---- */

static void end_domain_2(void *arg)
{
    (void)arg;
    fake_destroy(2);
}

static bool ends(struct fault *fault, bool patched, const struct change *c,
                 unsigned int k)
{
    struct xentime_profile p;
    bool struck;
    size_t i;

    remark(c, patched, "end of domain 2, call", k);
    begin(patched, c);
    fault_hook(fault, NULL, k, end_domain_2, NULL);
    make(c);
    struck = fault->struck;
    no_more_faults();
    assert_done(xentime_get_profile(xt, &p));
    for (i = 0; struck && i < p.count; i++)
        assert_int_not_equal(p.sessions[i].domid, 2);
    xentime_free_profile(&p);
    assert_ends_well();
    return struck;
}

static bool ends_in_xen(bool patched, const struct change *c, unsigned int k,
                        const char *before, const char *after)
{
    (void)before, (void)after;
    return ends(&xen_fault, patched, c, k);
}

static bool ends_in_store(bool patched, const struct change *c, unsigned int k,
                          const char *before, const char *after)
{
    (void)before, (void)after;
    return ends(&store_fault, patched, c, k);
}

static void a_domain_ends(void **state)
{
    (void)state;
    each_change(ends_in_xen);
    each_change(ends_in_store);
}

static void kill_xenstored(void *arg)
{
    (void)arg;
    store_stop();
}

/*
 * Sessions that a patched Xen counts outlive xenstored, but not their names.
 * A stock Xen's sessions are lost with it, and nobody can bring them back.
 */
static void xenstored_dies(void **state)
{
    const struct change c = { "stop", STOP, 0, "1", NULL, false };
    unsigned int k, n;
    bool struck = true;

    (void)state;
    for (k = 1; struck; k++) {
        remark(&c, true, "death of xenstored", k);
        begin(true, &c);
        n = fake_domain(1)->sessions;
        fault_hook(&store_fault, NULL, k, kill_xenstored, NULL);
        if (make(&c)) {
            assert_int_equal(xentime_last_error(xt)->code, XENTIME_ERR_NOXEN);
            assert_int_equal(fake_domain(1)->sessions, n);
        }
        struck = store_fault.struck;
        no_more_faults();
        store_start();
    }
    assert_true(k > 3);
}

UNIT_MAIN(TEST(a_call_into_xen_fails), TEST(xen_fails_from_a_call_on),
          TEST(a_request_fails), TEST(a_request_fails_but_took_effect),
          TEST(xenstore_fails_from_a_request_on), TEST(a_domain_ends),
          TEST(xenstored_dies) KILLED)
