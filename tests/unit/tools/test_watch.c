/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl watch on the fake Xen and the real xenstored: domains that come,
 * once and in thousands, without a name yet, again with the same UUID; a
 * policy that is read again; sessions of holders that are gone; a xenstored
 * that ends; nothing to do, and nothing left behind.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

#define MODE XENTIME_TIMER_MODE
#define POLICY "policy.xml"
#define RULE(name, word) \
    "<rule><match name='" name "'/><clock><timer name='platform' " \
    "tickpolicy='" word "'/></clock></rule>\n"
#define DISCARD "1 (no_delay_for_missed_ticks) -> 2 (no_missed_ticks_pending)"

/* Long enough for a machine that does much else. */
#define PATIENCE_MS 20000

static void write_policy(const char *inside)
{
    write_file(POLICY, "<xentime-policy version='1'>\n%s</xentime-policy>\n",
               inside);
}

/* ---- one that runs ---- */

static pid_t watcher;
static int said_fd = -1;
static char said[1 << 18];    /* all that it has said, of which */
static size_t said_len, seen; /* so much was looked for already */

static void start_with(const char *const *args)
{
    int fds[2];

    /* A read has what one write wrote. */
    assert_int_equal(pipe2(fds, O_CLOEXEC | O_DIRECT), 0);
    watcher = run_start_logged(fds[1], args);
    close(fds[1]);
    said_fd = fds[0];
    said_len = seen = 0;
    said[0] = '\0';
}

static void start(void)
{
    start_with((const char *const[]){ "watch", "--policy", POLICY, NULL });
}

/* Returns false at the end of what it says; @wanted is for the failure. */
static bool hear_more(const char *wanted)
{
    struct pollfd p = { said_fd, POLLIN, 0 };
    ssize_t n;

    if (poll(&p, 1, PATIENCE_MS) <= 0)
        fail_because("no \"%s\" after: %s", wanted, said);
    n = read(said_fd, said + said_len, sizeof(said) - said_len - 1);
    if (n <= 0)
        return false;
    said_len += n;
    said[said_len] = '\0';
    if (said[said_len - 1] != '\n')
        fail_because("half a line in one write: %s", said);
    return true;
}

/* Waits until it says @text, after what was waited for last. */
static void wait_for(const char *text)
{
    char *at;

    while (!(at = strstr(said + seen, text)))
        if (!hear_more(text))
            fail_because("it ended without \"%s\": %s", text, said);
    seen = at - said + strlen(text);
}

static void assert_ends(int status)
{
    int is;

    while (hear_more("its end"))
        ;
    close(said_fd);
    said_fd = -1;
    is = wait_child(watcher);
    watcher = 0;
    if (!WIFEXITED(is) || WEXITSTATUS(is) != status)
        fail_because("status 0x%x after: %s", is, said);
}

static void stop(void)
{
    kill(watcher, SIGTERM);
    assert_ends(0);
}

static int mode_of(uint32_t id)
{
    return fake_domain(id)->param[MODE];
}

static struct fake_domain *arrive(uint32_t id, const char *name)
{
    struct fake_domain *d = fake_add(id, XENTIME_HVM);

    if (name)
        name_domain(id, name);
    store_introduce(id);
    return d;
}

/* ---- domains that come ---- */

static void those_there_and_those_that_come(void **state)
{
    (void)state;
    write_policy(RULE("web-*", "discard"));
    arrive(1, "web-1");
    arrive(2, "db");
    start();
    wait_for("web-1 (1): timer_mode " DISCARD " (line 2)");
    wait_for("watching");
    arrive(3, "web-3");
    wait_for("web-3 (3): timer_mode " DISCARD);
    arrive(4, "old billing");
    arrive(5, "web-5");
    wait_for("web-5 (5): timer_mode " DISCARD);
    stop();
    assert_true(mode_of(1) == 2 && mode_of(2) == 1 && mode_of(3) == 2 &&
                mode_of(4) == 1 && mode_of(5) == 2);
    assert_lacks(said, "billing");
}

/* xenstored tells of a domain before somebody else has named it. */
static void without_a_name_yet(void **state)
{
    (void)state;
    write_policy(RULE("late", "discard"));
    start();
    wait_for("watching");
    arrive(1, NULL);
    arrive(2, "late");
    wait_for("late (2): ");
    name_domain(1, "late");
    wait_for("late (1): ");
    stop();
}

static void again_with_its_uuid(void **state)
{
    (void)state;
    write_policy("");
    arrive(1, "web");
    assert_done(change_one(1, MODE, 3, XENTIME_PERSIST));
    start();
    wait_for("watching");
    fake_destroy(1);
    store_release(1);
    fake_add(7, XENTIME_HVM);
    fake_uuid(1, fake_domain(7)->uuid);
    name_domain(7, "web");
    store_introduce(7);
    wait_for("web (7): timer_mode 1 (no_delay_for_missed_ticks) -> "
             "3 (one_missed_tick_pending) (record)");
    stop();
    assert_int_equal(mode_of(7), 3);
}

/* Another domain gets the same id between two looks. */
static void another_with_its_id(void **state)
{
    (void)state;
    write_policy(RULE("*", "discard"));
    arrive(1, "a");
    start();
    wait_for("a (1): ");
    wait_for("watching");
    /*
     * The name comes first: the watch may look at any moment, for the event
     * that it has of each path it begins to watch is read after "watching".
     */
    name_domain(1, "b");
    fake_replace(1);
    store_introduce(1);
    wait_for("b (1): ");
    stop();
}

#ifdef __SANITIZE_ADDRESS__
#define THOUSANDS 100
#else
#define THOUSANDS 1000
#endif

static void thousands(void **state)
{
    char name[16];
    uint32_t id;

    (void)state;
    write_policy(RULE("n*", "discard"));
    start();
    wait_for("watching");
    for (id = 1; id <= THOUSANDS; id++) {
        snprintf(name, sizeof(name), "n%u", id);
        arrive(id, name);
    }
    for (id = 1; id <= THOUSANDS; id++) {
        snprintf(name, sizeof(name), "n%u (%u): ", id, id);
        wait_for(name);
    }
    stop();
    for (id = 1; id <= THOUSANDS; id++)
        assert_int_equal(mode_of(id), 2);
}

/* ---- what does not go well ---- */

static void what_xen_refuses(void **state)
{
    (void)state;
    write_policy(RULE("a", "delay") RULE("b", "paced") RULE("c", "discard"));
    arrive(1, "a");
    arrive(2, "b");
    start();
    wait_for("a (1): timer_mode 0 on a live domain can throw its time "
             "backwards on this Xen\n");
    wait_for("b (2): cannot set timer_mode 4");
    wait_for("watching");
    arrive(3, "c");
    wait_for("c (3): ");
    stop();
    /* Each domain is told of once. */
    assert_null(strstr(strstr(said, "a (1)") + 1, "a (1)"));
}

/* The line with the error has the way out. */
static void what_a_patched_xen_refuses(void **state)
{
    (void)state;
    fake_patch();
    write_policy(RULE("a", "paced") RULE("b", "undoubled"));
    arrive(1, "a");
    fake_domain(1)->vcpus = 2;
    fake_vtimer(1)->native = true;
    arrive(2, "b");
    start();
    wait_for(
        "a (1): cannot set timer_mode 4: Xen refuses paced_missed_ticks "
        "to a domain with several vCPUs and a native TSC; give it an emulated TSC, with tsc_mode = "
        "\"always_emulate\" in xl.cfg; or take mode 5 ");
    wait_for("b (2): timer_mode 1 (no_delay_for_missed_ticks) -> "
             "5 (no_doubled_ticks_pending)");
    stop();
    assert_int_equal(mode_of(1), 1);
}

static void read_again(void **state)
{
    (void)state;
    write_policy(RULE("*", "discard"));
    arrive(1, "a");
    start();
    wait_for("watching");
    write_policy("<rule/>");
    kill(watcher, SIGHUP);
    wait_for(POLICY ":2: <rule> without a <match>");
    wait_for("the policy stays as it was");
    arrive(2, "b");
    wait_for("b (2): timer_mode " DISCARD);
    write_policy(RULE("*", "merge"));
    kill(watcher, SIGHUP);
    wait_for("was read again");
    wait_for("a (1): timer_mode 2 (no_missed_ticks_pending) -> "
             "3 (one_missed_tick_pending)");
    wait_for("b (2): ");
    stop();
}

static void xenstored_ends(void **state)
{
    (void)state;
    write_policy("");
    start();
    wait_for("watching");
    store_stop();
    wait_for("xenstored is gone: ending");
    assert_ends(5);
    store_start();
}

static void one_at_a_time(void **state)
{
    const struct run *r;
    char text[64];

    (void)state;
    write_policy("");
    start();
    wait_for("watching");
    r = run("watch", "--policy", POLICY);
    assert_exit(r, 6);
    snprintf(text, sizeof(text), "process %d watches this host already",
             (int)watcher);
    assert_has(r->err, text);
    stop();
}

static void wrong_use(void **state)
{
    (void)state;
    write_policy("<x/>");
    assert_exit(run("watch", "--policy", POLICY), 2);
    assert_exit(run("watch", "--policy", "nofile"), 2);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_exit(run("watch", "--policy", "pipe"), 2);
    unlink("pipe");
    assert_exit(run("watch", "--json"), 2);
    assert_exit(run("watch", "x"), 2);
    fake->open_errno = ENOENT;
    write_policy("");
    assert_exit(run("watch", "--policy", POLICY), 5);
}

/* ---- sessions ---- */

/* The program is the holder; it says its number in "pid". */
static pid_t program(void)
{
    FILE *f = fopen("pid", "r");
    int pid = 0;

    if (f && fscanf(f, "%d", &pid) != 1)
        pid = 0;
    if (f)
        fclose(f);
    return pid;
}

static void holders_that_are_gone(void **state)
{
    static const char *const args[] = {
        "profile",  "start", "web",
        "--holder", "h",     "--",
        "sh",       "-c",    "echo $$ >pid; exec sleep 1000",
        NULL,
    };
    pid_t holder;

    (void)state;
    fake_count_sessions();
    write_policy("");
    fake_add(0, XENTIME_PV);
    arrive(1, "web");
    unlink("pid");
    start();
    wait_for("watching");
    holder = run_start(args);
    while (!program() || !fake_domain(1)->sessions)
        usleep(1000);
    /* The holder is killed first, so that it cannot end the session itself. */
    kill(holder, SIGKILL);
    wait_child(holder);
    kill(program(), SIGKILL);
    while (fake_domain(1)->sessions)
        usleep(1000);
    stop();
}

/* ---- nothing to do ---- */

/* Returns how often its main thread has slept, and was woken. */
static long switches(void)
{
    char path[64], line[128];
    long n = -1;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)watcher);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f))
        sscanf(line, "voluntary_ctxt_switches: %ld", &n);
    if (f)
        fclose(f);
    return n;
}

static void sleeps(void **state)
{
    long before;

    (void)state;
    write_policy("");
    arrive(1, "a");
    start();
    wait_for("watching");
    sleep(1); /* until it sleeps */
    before = switches();
    assert_true(before > 0);
    sleep(4);
    assert_int_equal(switches(), before);
    stop();
}

static void start_and_stop(int times)
{
    int i;

    write_policy(RULE("*", "discard"));
    arrive(1, "a");
    for (i = 0; i < times; i++) {
        start();
        wait_for("watching");
        if (i % 10 == 0) {
            kill(watcher, SIGHUP);
            wait_for("was read again");
        }
        kill(watcher, i % 2 ? SIGTERM : SIGINT);
        assert_ends(0);
        assert_int_equal(access(LOCK_DIR "/watch", F_OK), -1);
    }
}

static void a_hundred_times(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    run_leak_check = true; /* by LeakSanitizer */
#endif
    start_and_stop(100);
    run_leak_check = false;
}

#ifdef __SANITIZE_ADDRESS__
#define VALGRIND
#else
static pid_t holder_of_lock(void)
{
    FILE *f = fopen(LOCK_DIR "/watch", "r");
    int pid;

    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d", &pid), 1);
    fclose(f);
    return pid;
}

/*
 * valgrind takes more than a second to start. What the shell starts are
 * processes of their own in the same valgrind, which says of each what it has
 * lost.
 */
static void started_by_a_shell(int times)
{
    int i, in[2], before = dup(STDIN_FILENO);

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    for (i = 0; i < times; i++)
        dprintf(in[1], "watch --policy " POLICY "\n");
    close(in[1]);
    dup2(in[0], STDIN_FILENO);
    start_with((const char *const[]){ "shell", NULL });
    dup2(before, STDIN_FILENO);
    close(in[0]);
    close(before);
    for (i = 0; i < times; i++) {
        wait_for("watching");
        if (i % 10 == 0) {
            kill(holder_of_lock(), SIGHUP);
            wait_for("was read again");
        }
        kill(holder_of_lock(), SIGTERM);
    }
    assert_ends(0);
    if (strstr(said, "exit status"))
        fail_because("not each of them ended well: %s", said);
}

static void a_hundred_times_in_valgrind(void **state)
{
    (void)state;
    run_leak_check = true;
    start_and_stop(getenv("UNIT_SLOW") ? 100 : 3);
    started_by_a_shell(100);
    run_leak_check = false;
}
#define VALGRIND , TEST(a_hundred_times_in_valgrind)
#endif

UNIT_MAIN(TEST(those_there_and_those_that_come), TEST(without_a_name_yet),
          TEST(again_with_its_uuid), TEST(another_with_its_id), TEST(thousands),
          TEST(what_xen_refuses), TEST(what_a_patched_xen_refuses),
          TEST(read_again), TEST(xenstored_ends), TEST(one_at_a_time),
          TEST(wrong_use), TEST(holders_that_are_gone), TEST(sleeps),
          TEST(a_hundred_times) VALGRIND)
