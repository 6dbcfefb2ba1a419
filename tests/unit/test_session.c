/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Profiling sessions, on a stock and on a patched Xen: 20,000 random starts,
 * stops and ends of domains each, a call going wrong in every fourth of them,
 * held against session_model.c after every step; and what a random walk seldom
 * meets.
 */

#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session_model.h"
#include "unit.h"

#define STEPS 20000
#define NAMELESS MODEL_HOLDERS

static unsigned int seed;

static unsigned int below(unsigned int n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % n;
}

/* ---- a world of dom0 to domain 3 ---- */

static void begin(struct model *m, bool patched, int mode)
{
    xentime_close(xt);
    fake_reset();
    store_rm("/tool/xentime");
    if (patched)
        fake_count_sessions();
    fake->vpmu = mode;
    fake_add(0, XENTIME_PV);
    xt = NULL;
    assert_int_equal(xentime_open(&xt, NULL), XENTIME_OK);
    model_start_over(m, patched, mode);
}

static void create(struct model *m, int id)
{
    static unsigned char generation;

    fake_add(id, id == 3 ? XENTIME_PV : XENTIME_HVM)->uuid[0] = ++generation;
    model_create(m, id);
}

/* As the library knows them: those that are gone with the UUID they had. */
static size_t pick(const struct model *m, unsigned int targets,
                   struct xentime_domain *doms)
{
    size_t n = 0;
    int id;

    (void)m;
    for (id = 0; id < MODEL_DOMAINS; id++) {
        if (!(targets & (1u << id)))
            continue;
        memset(&doms[n], 0, sizeof(doms[n]));
        doms[n].domid = id;
        if (fake_exists(id))
            memcpy(doms[n].uuid, fake_domain(id)->uuid, 16);
        n++;
    }
    return n;
}

static void compare_sessions(const struct model *m,
                             const struct xentime_profile *p)
{
    unsigned int n = 0;
    size_t i;
    int t, h;

    for (t = 0; t < MODEL_TARGETS; t++) {
        n += !!m->target[t].nameless;
        for (h = 0; h < MODEL_HOLDERS; h++)
            n += m->target[t].named[h];
    }
    assert_int_equal(p->count, n);
    for (i = 0; i < p->count; i++) {
        const struct xentime_session *s = &p->sessions[i];
        const struct model_target *mt =
            &m->target[s->domid == XENTIME_NO_DOMID ? MODEL_XEN : s->domid];

        assert_int_equal(s->kind, mt->kind);
        if (s->holder[0]) {
            assert_true(mt->named[s->holder[0] - 'a']);
            assert_int_equal(s->count, 1);
        } else {
            assert_int_equal(s->count, mt->nameless);
        }
    }
}

static void compare(struct model *m)
{
    struct xentime_profile p;

    assert_done(xentime_get_profile(xt, &p));
    model_tidy(m);
    if (fake->vpmu != m->mode)
        fail_because("the mode is %d, wanted %d", fake->vpmu, m->mode);
    assert_int_equal(p.mode, m->mode);
    assert_int_equal(p.initial, m->initial < 0 ? m->mode : m->initial);
    assert_int_equal(p.counted_by_xen, m->counted_by_xen);
    compare_sessions(m, &p);
    xentime_free_profile(&p);
}

/* ---- random steps ---- */

/* Now and then a call goes wrong. */
static void maybe_break(void)
{
    static const int errors[] = { EIO, EFAULT, ENOSPC };

    if (below(4))
        return;
    fault_fail(below(2) ? &xen_fault : &store_fault, 1 + below(24),
               errors[below(ARRAY_COUNT(errors))], false);
}

/*
 * Checks the answer.  One that a broken call led to has to be an error, and
 * then nothing has happened: *m becomes @before again.
 */
static void judge(enum xentime_error rc, enum xentime_error wanted,
                  const char *what, struct model *m, const struct model *before)
{
    bool struck = xen_fault.struck || store_fault.struck;

    fault_clear(&xen_fault);
    fault_clear(&store_fault);
    if (rc == wanted)
        return;
    if (!struck || !rc)
        fail_because("%s: %d, wanted %d (%s)", what, rc, wanted, error_text());
    *m = *before;
}

static unsigned int some_targets(bool xen)
{
    return xen ? 1u << MODEL_XEN : 1 + below((1u << MODEL_DOMAINS) - 1);
}

static void step_start(struct model *m)
{
    enum xentime_session_kind kind = below(3);
    unsigned int targets = some_targets(kind == XENTIME_SESSION_XEN);
    int holder = below(MODEL_HOLDERS + 1);
    struct xentime_session_request r = { .kind = kind,
                                         .holder = model_holder(holder) };
    struct xentime_domain doms[MODEL_DOMAINS];
    struct xentime_profile_change c;
    struct model before = *m;
    enum xentime_error rc, wanted;
    size_t n;

    /* Most of the time one domain. */
    if (below(3))
        targets &= -targets;
    if (kind == XENTIME_SESSION_PASSIVE)
        targets &= ~1u;
    if (!targets)
        return;
    n = pick(m, targets, doms);
    maybe_break();
    rc = xentime_profile_start(xt, doms, n, &r, &c);
    wanted = model_start(m, targets, kind, holder);
    judge(rc, wanted, "start", m, &before);
}

static void step_stop(struct model *m)
{
    unsigned int targets = some_targets(!below(5));
    int holder = below(MODEL_HOLDERS + 1);
    struct xentime_domain doms[MODEL_DOMAINS];
    struct xentime_profile_change c;
    struct model before = *m;
    enum xentime_error rc, wanted;
    size_t n;

    if (below(4))
        targets &= -targets;
    n = pick(m, targets, doms);
    maybe_break();
    rc = xentime_profile_stop(xt, doms, n, model_holder(holder), &c);
    wanted = model_stop(m, targets, holder);
    judge(rc, wanted, "stop", m, &before);
}

static void step_stop_all(struct model *m)
{
    bool all = !below(3);
    int holder = below(MODEL_HOLDERS);
    struct xentime_profile_change c;

    assert_done(
        xentime_profile_stop_all(xt, all ? NULL : model_holder(holder), &c));
    assert_int_equal(c.changed, model_stop_all(m, all, holder));
}

static void step_domain(struct model *m)
{
    int id = 1 + below(MODEL_DOMAINS - 1);

    if (fake_exists(id)) {
        fake_destroy(id);
        model_destroy(m, id);
    } else {
        model_tidy(m);
        compare(m);
        create(m, id);
    }
}

static void walk(bool patched, int mode, unsigned int steps)
{
    static void (*const kinds[])(struct model *) = {
        step_start, step_start, step_start, step_start,  step_stop,
        step_stop,  step_stop,  step_stop,  step_domain, step_stop_all,
    };
    struct model m;
    unsigned int i;

    begin(&m, patched, mode);
    create(&m, 1);
    for (i = 0; i < steps; i++) {
        kinds[below(ARRAY_COUNT(kinds))](&m);
        compare(&m);
    }
    model_stop_all(&m, true, 0);
    for (i = 1; i < MODEL_DOMAINS; i++)
        if (fake_exists(i)) {
            fake_destroy(i);
            model_destroy(&m, i);
        }
    {
        struct xentime_profile_change c;

        assert_done(xentime_profile_stop_all(xt, NULL, &c));
    }
    assert_int_equal(fake->vpmu, mode);
}

static void random_steps(bool patched)
{
    static const int modes[] = { 0, 1, 2, 4 };
    size_t i;

    for (i = 0; i < ARRAY_COUNT(modes); i++) {
        seed = 1 + i;
        walk(patched, modes[i], STEPS / 4);
    }
}

static void random_steps_on_stock_xen(void **state)
{
    (void)state;
    random_steps(false);
}

static void random_steps_on_patched_xen(void **state)
{
    (void)state;
    random_steps(true);
}

/* ---- processes and times ---- */

static enum xentime_error start_with(uint32_t id, const char *holder, int pid,
                                     int64_t for_ms)
{
    struct xentime_session_request r = {
        .holder = holder,
        .pid = pid,
        .for_ms = for_ms,
    };
    struct xentime_domain *d = find_one(id == 1 ? "1" : "2", 0);
    struct xentime_profile_change c;
    enum xentime_error rc = xentime_profile_start(xt, d, 1, &r, &c);

    free_one(d);
    return rc;
}

static size_t sessions(void)
{
    struct xentime_profile p;
    size_t n;

    assert_done(xentime_get_profile(xt, &p));
    n = p.count;
    xentime_free_profile(&p);
    return n;
}

static void ends_with_its_process(bool patched)
{
    struct model m;
    pid_t pid;

    begin(&m, patched, 0);
    create(&m, 1);
    pid = fork();
    if (!pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pause();
        _exit(0);
    }
    assert_done(start_with(1, "run", pid, 0));
    assert_int_equal(sessions(), 1);
    assert_int_equal(fake->vpmu, 1);
    assert_error(start_with(1, "run", 0, 0), XENTIME_ERR_BUSY);
    assert_has(error_text(), "process");
    kill(pid, SIGKILL);
    /* A zombie is as good as gone. */
    while (waitid(P_PID, pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT))
        continue;
    assert_int_equal(sessions(), 0);
    assert_int_equal(fake->vpmu, 0);
    waitpid(pid, NULL, 0);

    /* Its pid is not it: another process has it by now. */
    assert_done(start_with(1, "run", getpid(), 0));
    assert_int_equal(sessions(), 1);
    store_put("/tool/xentime/profile/dom1-gone", "");
    {
        char *text = store_dump("/tool/xentime/profile"), *at, path[256];

        at = strstr(text, "/run = ");
        assert_non_null(at);
        while (at > text && at[-1] != '\n')
            at--;
        snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, " "), at);
        store_put(path, "kind=domain state=on count=1 base=0 since=5 until=0 "
                        "pid=1 start=99999999 by=x");
        free(text);
    }
    assert_int_equal(sessions(), 0);
    assert_int_equal(fake->vpmu, 0);
}

static void a_session_ends_with_its_process(void **state)
{
    (void)state;
    ends_with_its_process(false);
    ends_with_its_process(true);
}

static void a_session_ends_with_its_time(void **state)
{
    int patched;
    struct model m;

    (void)state;
    for (patched = 0; patched < 2; patched++) {
        begin(&m, patched, 0);
        create(&m, 1);
        assert_done(start_with(1, "t", 0, 3600000));
        assert_int_equal(sessions(), 1);
        /* Again under its name: another time. */
        assert_done(start_with(1, "t", 0, 1));
        usleep(2000);
        assert_int_equal(sessions(), 0);
        assert_int_equal(fake->vpmu, 0);
    }
}

/* ---- domains that end ---- */

/* xl destroy can take minutes; nobody can profile what it takes apart. */
static void a_dying_domain_has_no_sessions(void **state)
{
    struct model m;

    (void)state;
    begin(&m, false, 0);
    create(&m, 1);
    assert_done(start_with(1, "a", 0, 0));
    fake_domain(1)->flags |= XEN_DOMINF_dying;
    assert_int_equal(sessions(), 0);
    assert_int_equal(fake->vpmu, 0);
}

static void end_domain_1(void *arg)
{
    (void)arg;
    fake_destroy(1);
}

/* Its session is over as well, and is being stopped when the domain goes. */
static void a_domain_ends_while_we_tidy(void **state)
{
    struct model m;
    unsigned int k;
    bool struck = true;

    (void)state;
    for (k = 1; struck; k++) {
        begin(&m, true, 0);
        create(&m, 1);
        assert_done(start_with(1, "t", 0, 1));
        usleep(2000);
        fault_hook(&xen_fault, NULL, k, end_domain_1, NULL);
        assert_int_equal(sessions(), 0);
        struck = xen_fault.struck;
        fault_clear(&xen_fault);
    }
    assert_true(k > 3);
}

/* ---- what is refused before anything is done ---- */

static void no_vpmu(void **state)
{
    struct xentime_profile p;
    struct model m;

    (void)state;
    begin(&m, false, 0);
    fake->vpmu = -1;
    assert_error(xentime_get_profile(xt, &p), XENTIME_ERR_UNSUPPORTED);
    assert_has(error_text(), "booted without vpmu=on");
    assert_has(xentime_last_error(xt)->hint, "add vpmu=on");
    strcpy(fake->commandline, "vpmu=on console=com1");
    assert_error(xentime_get_profile(xt, &p), XENTIME_ERR_UNSUPPORTED);
    assert_has(error_text(), "does not know this CPU");
    assert_false(store_has("/tool/xentime"));
}

static void requests_that_make_no_sense(void **state)
{
    static const struct xentime_session_request bad[] = {
        { .kind = 3 },
        { .kind = XENTIME_SESSION_XEN },
        { .holder = "" },
        { .holder = "a b" },
        { .holder = "a/b" },
        { .holder = "@" },
        { .pid = 5 },
        { .for_ms = 5 },
        { .holder = "x", .pid = -1 },
        { .holder = "x", .for_ms = -1 },
    };
    struct xentime_session_request passive = {
        .kind = XENTIME_SESSION_PASSIVE,
    };
    struct xentime_profile_change c;
    struct xentime_domain *d;
    struct model m;
    size_t i;

    (void)state;
    begin(&m, false, 0);
    create(&m, 1);
    d = find_one("1", 0);
    for (i = 0; i < ARRAY_COUNT(bad); i++)
        assert_error(xentime_profile_start(xt, d, 1, &bad[i], &c),
                     XENTIME_ERR_INVALID);
    free_one(d);
    d = find_one("0", 0);
    assert_error(xentime_profile_start(xt, d, 1, &passive, &c),
                 XENTIME_ERR_INVALID);
    free_one(d);
    compare(&m);
}

static void names_of_holders(void **state)
{
    char longest[XENTIME_HOLDER_MAX + 2];

    (void)state;
    memset(longest, 'x', sizeof(longest));
    longest[XENTIME_HOLDER_MAX] = '\0';
    assert_true(xentime_is_holder(longest));
    longest[XENTIME_HOLDER_MAX] = 'x';
    longest[XENTIME_HOLDER_MAX + 1] = '\0';
    assert_false(xentime_is_holder(longest));
    assert_true(xentime_is_holder("A-z_09"));
    assert_false(xentime_is_holder(""));
    assert_false(xentime_is_holder("a.b"));
    assert_false(xentime_is_holder("\xc3\xa4"));
}

/* ---- what is in xenstore and should not ---- */

static void damaged_sessions(void **state)
{
    static const char *const texts[] = {
        "",
        "kind=domain",
        "kind=domain state=on count=0 base=0 since=1 until=0 pid=0 start=0 by=",
        "kind=xen state=on count=1 base=0 since=1 until=0 pid=0 start=0 by=x",
        "kind=domain state=off count=1 base=0 since=1 until=0 pid=0 start=0 "
        "by=x",
        "kind=domain state=on count=1 base=0 since=-1 until=0 pid=0 start=0 "
        "by=x",
        "kind=domain state=on count=1 base=0 since=1 until=0 pid=-7 start=0 "
        "by=x",
        "kind=horse state=on count=1 base=0 since=1 until=0 pid=0 start=0 by=x",
    };
    char path[128], uuid[40];
    struct xentime_profile p;
    struct model m;
    size_t i;

    (void)state;
    begin(&m, false, 0);
    create(&m, 1);
    for (i = 0; i < 16; i++)
        snprintf(uuid + 2 * i + (i >= 4) + (i >= 6) + (i >= 8) + (i >= 10),
                 sizeof(uuid) - 2 * i - 4, "%02x%s", fake_domain(1)->uuid[i],
                 i == 3 || i == 5 || i == 7 || i == 9 ? "-" : "");
    snprintf(path, sizeof(path), "/tool/xentime/profile/dom1-%s/x", uuid);
    for (i = 0; i < ARRAY_COUNT(texts); i++) {
        store_put(path, texts[i]);
        assert_error(xentime_get_profile(xt, &p), XENTIME_ERR_FAIL);
        assert_has(error_text(), path);
        assert_has(xentime_last_error(xt)->hint, "xenstore-rm");
        assert_int_equal(fake->vpmu, 0);
    }
    store_put(path, "kind=domain state=on count=1 base=0 since=1 until=0 pid=0 "
                    "start=0 by=me and you");
    assert_done(xentime_get_profile(xt, &p));
    assert_int_equal(p.count, 1);
    assert_string_equal(p.sessions[0].by, "me and you");
    xentime_free_profile(&p);
    store_put("/tool/xentime/profile/initial", "7");
    assert_error(xentime_get_profile(xt, &p), XENTIME_ERR_FAIL);
}

/* Xen knows of fewer than have names: somebody stopped them without us. */
static void stopped_behind_our_back(void **state)
{
    struct model m;

    (void)state;
    begin(&m, true, 0);
    create(&m, 1);
    assert_done(start_with(1, "a", 0, 0));
    assert_done(start_with(1, "b", 0, 0));
    assert_int_equal(sessions(), 2);
    fake_domain(1)->sessions = 0;
    assert_int_equal(sessions(), 0);
    assert_false(store_has("/tool/xentime/profile/xen"));
    assert_done(start_with(1, "a", 0, 0));
    assert_int_equal(fake_domain(1)->sessions, 1);
}

static void the_mode_does_not_stick(void **state)
{
    struct model m;

    (void)state;
    begin(&m, false, 0);
    create(&m, 1);
    fake->mode_stuck = true;
    assert_error(start_with(1, "a", 0, 0), XENTIME_ERR_FAIL);
    assert_has(error_text(), "reads back as 0");
    assert_has(error_text(), "nothing was changed");
    fake->mode_stuck = false;
    compare(&m);
}

/* ---- xentime_list() ---- */

static void counts_in_a_list(void **state)
{
    struct xentime_domain *doms;
    struct model m;
    size_t n;
    int patched;

    (void)state;
    for (patched = 0; patched < 2; patched++) {
        begin(&m, patched, 0);
        create(&m, 1);
        create(&m, 2);
        assert_done(start_with(1, "a", 0, 0));
        assert_done(start_with(1, NULL, 0, 0));
        assert_done(start_with(1, NULL, 0, 0));
        assert_done(xentime_list(xt, XENTIME_WANT_SESSIONS, &doms, &n));
        assert_int_equal(n, 3);
        assert_int_equal(doms[0].sessions, 0);
        assert_int_equal(doms[1].sessions, 3);
        assert_int_equal(doms[2].sessions, 0);
        xentime_free_domains(doms, n);
    }
    begin(&m, false, 0);
    fake->vpmu = -1;
    assert_done(xentime_list(xt, XENTIME_WANT_SESSIONS, &doms, &n));
    assert_int_equal(doms[0].sessions, -1);
    xentime_free_domains(doms, n);
}

UNIT_MAIN(TEST(random_steps_on_stock_xen), TEST(random_steps_on_patched_xen),
          TEST(a_session_ends_with_its_process),
          TEST(a_session_ends_with_its_time),
          TEST(a_dying_domain_has_no_sessions),
          TEST(a_domain_ends_while_we_tidy), TEST(no_vpmu),
          TEST(requests_that_make_no_sense), TEST(names_of_holders),
          TEST(damaged_sessions), TEST(stopped_behind_our_back),
          TEST(the_mode_does_not_stick), TEST(counts_in_a_list))
