/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiling sessions: what the random walk of test_session_random.c does not
 * meet, or seldom.
 */

#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xenctrl.h>
#include <xen/pmu.h>

#include "session_world.h"
#include "unit.h"

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

static enum xentime_error stop_with(uint32_t id, const char *holder)
{
    struct xentime_domain *d = find_one(id == 1 ? "1" : "2", 0);
    struct xentime_profile_change c;
    enum xentime_error rc = xentime_profile_stop(xt, d, 1, holder, &c);

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

    world_begin(&m, patched, 0);
    world_create(&m, 1);
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

    /* The pid alone is not the process: another one has it by now. */
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
        world_begin(&m, patched, 0);
        world_create(&m, 1);
        assert_done(start_with(1, "t", 0, 3600000));
        assert_int_equal(sessions(), 1);
        /* A start under the same name sets another time. */
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
    world_begin(&m, false, 0);
    world_create(&m, 1);
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

/* The session is over as well, and is being stopped when its domain goes. */
static void a_domain_ends_while_we_tidy(void **state)
{
    struct model m;
    unsigned int k;
    bool struck = true;

    (void)state;
    for (k = 1; struck; k++) {
        world_begin(&m, true, 0);
        world_create(&m, 1);
        assert_done(start_with(1, "t", 0, 1));
        usleep(2000);
        fault_hook(&xen_fault, NULL, k, end_domain_1, NULL);
        assert_int_equal(sessions(), 0);
        struck = xen_fault.struck;
        fault_clear(&xen_fault);
    }
    assert_true(k > 3);
}

static void end_both(void *arg)
{
    (void)arg;
    fake_destroy(1);
    fake_destroy(2);
}

/* Both domains go when the session of one has been started: nothing to undo. */
static void domains_end_while_they_start(void **state)
{
    struct xentime_session_request r = { .holder = "a" };
    struct xentime_profile_change c;
    struct xentime_domain *doms;
    struct model m;
    unsigned int k;
    bool struck = true;
    size_t n;

    (void)state;
    for (k = 1; struck; k++) {
        world_begin(&m, true, 0);
        world_create(&m, 1);
        world_create(&m, 2);
        assert_done(xentime_find(xt, (const char *const[]){ "1", "2" }, 2, 0,
                                 &doms, &n));
        fault_hook(&xen_fault, NULL, k, end_both, NULL);
        if (xentime_profile_start(xt, doms, n, &r, &c))
            assert_null(strstr(error_text(), "NOT be put back"));
        struck = xen_fault.struck;
        fault_clear(&xen_fault);
        assert_int_equal(sessions(), struck ? 0 : 2);
        assert_int_equal(fake->vpmu, struck ? 0 : 1);
        xentime_free_domains(doms, n);
    }
    assert_true(k > 6);
}

/* ---- what is refused before anything is done ---- */

/* Some errors say that Xen, or its security policy, does not know a sysctl. */
static void asking_whether_xen_counts(void **state)
{
    static const struct {
        int error;
        bool is_stock;
    } answers[] = {
        { ENOSYS, true }, { EOPNOTSUPP, true }, { EPERM, true },
        { EIO, false },   { EFAULT, false },
    };
    struct xentime_profile p;
    struct model m;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(answers); i++) {
        world_begin(&m, false, 0);
        fault_fail(&xen_fault, 1, answers[i].error, false);
        if (answers[i].is_stock) {
            assert_done(xentime_get_profile(xt, &p));
            assert_false(p.counted_by_xen);
            xentime_free_profile(&p);
        } else {
            assert_error(xentime_get_profile(xt, &p), XENTIME_ERR_FAIL);
            assert_has(error_text(), "cannot ask who profiles");
        }
        assert_true(xen_fault.struck);
        fault_clear(&xen_fault);
    }
}

static void no_vpmu(void **state)
{
    struct xentime_profile p;
    struct model m;

    (void)state;
    world_begin(&m, false, 0);
    fake->vpmu = -1;
    assert_error(xentime_get_profile(xt, &p), XENTIME_ERR_UNSUPPORTED);
    assert_has(error_text(), "booted without vpmu=on");
    assert_has(xentime_last_error(xt)->hint, "add vpmu=on");
    strcpy(fake->commandline, "vpmu=on console=com1");
    assert_error(xentime_get_profile(xt, &p), XENTIME_ERR_UNSUPPORTED);
    assert_has(error_text(), "does not know this CPU");
    assert_false(store_has("/tool/xentime"));
}

/* Whatever call of it is refused, nobody is told to restart the domain. */
static void a_dom0_that_samples_nobody(void **state)
{
    struct xentime_session_request r = { .kind = XENTIME_SESSION_PASSIVE };
    struct xentime_profile_change c;
    struct xentime_domain *d;
    unsigned int k, told = 0;
    bool struck = true;
    struct model m;

    (void)state;
    for (k = 1; struck; k++) {
        world_begin(&m, true, 0);
        world_create(&m, 1);
        d = find_one("1", 0);
        fault_fail(&xen_fault, k, EOPNOTSUPP, false);
        if (xentime_profile_start(xt, d, 1, &r, &c) &&
            strstr(error_text(), "can only sample itself"))
            told++;
        struck = xen_fault.struck;
        fault_clear(&xen_fault);
        free_one(d);
    }
    assert_int_equal(told, 1);
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
    world_begin(&m, false, 0);
    world_create(&m, 1);
    d = find_one("1", 0);
    for (i = 0; i < ARRAY_COUNT(bad); i++)
        assert_error(xentime_profile_start(xt, d, 1, &bad[i], &c),
                     XENTIME_ERR_INVALID);
    free_one(d);
    d = find_one("0", 0);
    assert_error(xentime_profile_start(xt, d, 1, &passive, &c),
                 XENTIME_ERR_INVALID);
    free_one(d);
    world_compare(&m);
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
    size_t i, more;

    (void)state;
    world_begin(&m, false, 0);
    world_create(&m, 1);
    world_create(&m, 2);
    for (i = 0; i < 16; i++)
        snprintf(uuid + 2 * i + (i >= 4) + (i >= 6) + (i >= 8) + (i >= 10),
                 sizeof(uuid) - 2 * i - 4, "%02x%s", fake_domain(1)->uuid[i],
                 i == 3 || i == 5 || i == 7 || i == 9 ? "-" : "");
    snprintf(path, sizeof(path), "/tool/xentime/profile/%02x/dom1-%s/x",
             bucket_of(fake_domain(1)->uuid), uuid);
    for (i = 0; i < ARRAY_COUNT(texts); i++) {
        store_put(path, texts[i]);
        /* Who looks is told of the others, who changes has to mend it. */
        assert_done(xentime_get_profile(xt, &p));
        assert_int_equal(p.count, 0);
        xentime_free_profile(&p);
        assert_has(xentime_warning(xt, &more)->text, path);
        assert_int_equal(more, 0);
        assert_error(start_with(2, "y", 0, 0), XENTIME_ERR_FAIL);
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
    assert_null(xentime_warning(xt, &more));
    store_put("/tool/xentime/profile/initial", "7");
    assert_done(xentime_get_profile(xt, &p));
    assert_int_equal(p.count, 1);
    xentime_free_profile(&p);
    assert_has(xentime_warning(xt, &more)->text, "profile/initial");
    assert_error(start_with(2, "y", 0, 0), XENTIME_ERR_FAIL);
}

/* A session that cannot be read may need the vPMU mode that there is. */
static void the_mode_stays_for_a_damaged_session(void **state)
{
    struct xentime_profile p;
    struct model m;
    char path[128];
    size_t more;

    (void)state;
    world_begin(&m, false, 0);
    world_create(&m, 1);
    assert_done(start_with(1, "x", 0, 0));
    assert_int_equal(fake->vpmu, XENPMU_MODE_SELF);
    snprintf(path, sizeof(path), "/tool/xentime/profile/%02x",
             bucket_of(fake_domain(1)->uuid));
    store_rm(path);
    store_put("/tool/xentime/profile/xen/y", "damaged");
    assert_done(xentime_get_profile(xt, &p));
    xentime_free_profile(&p);
    assert_non_null(xentime_warning(xt, &more));
    assert_int_equal(fake->vpmu, XENPMU_MODE_SELF);
    store_rm("/tool/xentime/profile/xen/y");
    assert_done(xentime_get_profile(xt, &p));
    xentime_free_profile(&p);
    assert_int_equal(fake->vpmu, XENPMU_MODE_OFF);
}

/* More would not fit into a reply of oxenstored. */
static void no_more_than_60_holders(void **state)
{
    char holder[XENTIME_HOLDER_MAX + 1];
    struct model m;
    unsigned int i;

    (void)state;
    world_begin(&m, true, 0);
    world_create(&m, 1);
    world_create(&m, 2);
    for (i = 0; i < XENTIME_HOLDERS_MAX; i++) {
        snprintf(holder, sizeof(holder), "%064u", i);
        assert_done(start_with(1, holder, 0, 0));
    }
    assert_error(start_with(1, "one-more", 0, 0), XENTIME_ERR_BUSY);
    assert_has(error_text(), "60 holders");
    assert_int_equal(sessions(), XENTIME_HOLDERS_MAX);
    assert_done(start_with(1, holder, 0, 0));
    assert_done(start_with(2, "one-more", 0, 0));
    /* All those without a name are one holder. */
    assert_done(stop_with(1, holder));
    assert_done(start_with(1, NULL, 0, 0));
    assert_done(start_with(1, NULL, 0, 0));
    assert_error(start_with(1, holder, 0, 0), XENTIME_ERR_BUSY);
}

/* xentimectl 0.1.0 had its sessions one directory higher. */
static void elsewhere(void **state)
{
    struct model m;

    (void)state;
    world_begin(&m, true, 0);
    world_create(&m, 1);
    store_put("/tool/xentime/profile/"
              "dom1-11111111-1111-1111-1111-111111110001/x",
              "kind=domain state=on count=1 base=0 since=1 until=0 pid=0 "
              "start=0 by=me");
    assert_int_equal(sessions(), 0);
    assert_done(start_with(1, "x", 0, 0));
    assert_int_equal(sessions(), 1);
}

/* Xen counts fewer sessions than have names: others have stopped some. */
static void stopped_behind_our_back(void **state)
{
    struct model m;

    (void)state;
    world_begin(&m, true, 0);
    world_create(&m, 1);
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
    world_begin(&m, false, 0);
    world_create(&m, 1);
    fake->mode_stuck = true;
    assert_error(start_with(1, "a", 0, 0), XENTIME_ERR_FAIL);
    assert_has(error_text(), "reads back as 0");
    assert_has(error_text(), "nothing was changed");
    fake->mode_stuck = false;
    world_compare(&m);
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
        world_begin(&m, patched, 0);
        world_create(&m, 1);
        world_create(&m, 2);
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
    world_begin(&m, false, 0);
    fake->vpmu = -1;
    assert_done(xentime_list(xt, XENTIME_WANT_SESSIONS, &doms, &n));
    assert_int_equal(doms[0].sessions, -1);
    xentime_free_domains(doms, n);
}

UNIT_MAIN(TEST(a_session_ends_with_its_process),
          TEST(a_session_ends_with_its_time),
          TEST(a_dying_domain_has_no_sessions),
          TEST(a_domain_ends_while_we_tidy), TEST(domains_end_while_they_start),
          TEST(asking_whether_xen_counts), TEST(no_vpmu),
          TEST(a_dom0_that_samples_nobody), TEST(requests_that_make_no_sense),
          TEST(names_of_holders), TEST(damaged_sessions),
          TEST(the_mode_stays_for_a_damaged_session),
          TEST(no_more_than_60_holders), TEST(elsewhere),
          TEST(stopped_behind_our_back), TEST(the_mode_does_not_stick),
          TEST(counts_in_a_list))
