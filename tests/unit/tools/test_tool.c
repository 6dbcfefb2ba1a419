/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program xentimectl on the fake Xen: what changes, exit statuses, every
 * error as one line and as one JSON document, a busy domain, signals, completion
 * of domain names.
 */

#include <sys/resource.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xenctrl.h>

#include "lock.h"
#include "run.h"

static void add_usual_domains(void)
{
    fake_add(0, XENTIME_PV);
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    fake_add(3, XENTIME_PVH);
    name_domain(0, "Domain-0");
    name_domain(1, "web");
    name_domain(2, "db");
    name_domain(3, "pvh");
}

static int mode_of(uint32_t id)
{
    return fake_domain(id)->param[XENTIME_TIMER_MODE];
}

/* ---- changes ---- */

static void set_mode(void **state)
{
    static const char *const words[] = { "2", "mixed", "CATCHUP",
                                         "no_missed_ticks_pending" };
    static const int modes[] = { 2, 3, 1, 2 };
    const struct run *r;
    size_t i;

    (void)state;
    add_usual_domains();
    for (i = 0; i < ARRAY_COUNT(words); i++) {
        r = run("set-mode", "web", words[i]);
        assert_exit(r, 0);
        assert_int_equal(mode_of(1), modes[i]);
        assert_has(r->out, "web: timer_mode ");
    }
    assert_has(r->out, "1 (no_delay_for_missed_ticks) -> "
                       "2 (no_missed_ticks_pending)");
    r = run("set-mode", "web", "2");
    assert_exit(r, 0);
    assert_has(r->out, "already");
    assert_int_equal(mode_of(2), 1);
}

static bool persists(uint32_t id)
{
    char *value = store_get(record_path(id, XENTIME_TIMER_MODE, "persist"));
    bool yes = !strcmp(value, "1");

    free(value);
    return yes;
}

static void until_set_without(void **state)
{
    (void)state;
    add_usual_domains();
    assert_exit(run("set-mode", "web,db", "2", "--persist"), 0);
    assert_true(persists(1) && persists(2));
    assert_exit(run("set-mode", "web", "2"), 0);
    assert_true(!persists(1) && persists(2));
    fake_destroy(2);
    assert_exit(run("set-mode", "web", "3"), 0);
    assert_true(persists(2));
    assert_exit(run("set-vhpet", "web", "off", "--persist"), 0);
    assert_false(persists(1));
    assert_exit(run("resync", "web", "--persist"), 2);
}

static void lists_and_all(void **state)
{
    (void)state;
    add_usual_domains();
    assert_exit(run("set-mode", "web,3,db", "3"), 0);
    assert_true(mode_of(1) == 3 && mode_of(2) == 3 && mode_of(3) == 3);
    assert_exit(run("set-mode", "--all", "2"), 0);
    assert_true(mode_of(1) == 2 && mode_of(2) == 2 && mode_of(3) == 2);
    assert_exit(run("set-vhpet", "-a", "off"), 0);
    assert_int_equal(fake_domain(2)->param[XENTIME_VHPET], 0);
    assert_exit(run("set-vhpet", "web,web", "ON"), 0);
    assert_int_equal(fake_domain(1)->param[XENTIME_VHPET], 1);

    fake_domain(2)->stuck = true;
    assert_exit(run("set-mode", "web,db", "1"), 1);
    assert_int_equal(mode_of(1), 2);
    fake_reset();
    assert_exit(run("set-mode", "--all", "1"), 0);
}

/* A domain that ends stops a change of all, but not one that names it. */
static void one_of_all_ends(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    add_usual_domains();
    fake_domain(2)->ends_at = 2;
    r = run("set-mode", "--all", "2");
    assert_exit(r, 0);
    assert_has(r->err, "db: note: the domain has ended meanwhile, and was left "
                       "out");
    assert_lacks(r->out, "db");
    assert_true(mode_of(1) == 2 && mode_of(3) == 2);

    fake_add(2, XENTIME_HVM)->ends_at = 1;
    doc = parse_json(run("set-mode", "--all", "3", "--json")->out);
    assert_string_equal(json_at(doc, "changes/0/id"), "1");
    assert_string_equal(json_at(doc, "changes/1/id"), "3");
    assert_string_equal(json_at(doc, "changes/2/id"), "");
    json_object_put(doc);

    fake_add(2, XENTIME_HVM)->ends_at = 2;
    assert_exit(run("set-mode", "web,db", "2"), 3);
    assert_int_equal(mode_of(1), 3);
}

static void change_as_json(void **state)
{
    json_object *doc;

    (void)state;
    add_usual_domains();
    doc = parse_json(run("set-mode", "web,3", "2", "--json")->out);
    assert_string_equal(json_at(doc, "changes/0/name"), "web");
    assert_string_equal(json_at(doc, "changes/0/old"), "1");
    assert_string_equal(json_at(doc, "changes/0/new"), "2");
    assert_string_equal(json_at(doc, "changes/1/id"), "3");
    assert_string_equal(json_at(doc, "changes/1/setting"), "timer_mode");
    json_object_put(doc);
    doc = parse_json(run("--json", "set-vhpet", "web", "off")->out);
    assert_string_equal(json_at(doc, "changes/0/old"), "true");
    assert_string_equal(json_at(doc, "changes/0/new"), "false");
    json_object_put(doc);
}

/* ---- errors ---- */

#define MAX_WORDS 6

static const struct failure {
    const char *args[MAX_WORDS];
    int exit;
    const char *code; /* in JSON */
    const char *text; /* in the line on stderr */
} failures[] = {
    { { "show", "nope" }, 3, "no-domain", "nope: " },
    { { "list", "web", "17" }, 3, "no-domain", "17: " },
    { { "show", "twin" }, 3, "ambiguous", "5, 6" },
    { { "set-mode", "nope", "1" }, 3, "no-domain", "nope: " },
    { { "set-mode", "web", "0" }, 4, "refused", "web: " },
    { { "set-mode", "Domain-0", "1" }, 4, "unsupported", "Domain-0: " },
    { { "set-mode", "web,0", "2" }, 4, "unsupported", "PV" },
    { { "set-vhpet", "pvh", "on" }, 4, "unsupported", "PVH" },
    { { "set-mode", "web", "9" }, 2, "usage", "(0 to 5 or a name)" },
    { { "set-mode", "web", "4" }, 4, "unsupported", "paced-mode" },
    { { "set-mode", "web", "5" }, 4, "unsupported", "undoubled-mode" },
    { { "set-mode", "web", "fast" }, 2, "usage", "\"fast\"" },
    { { "set-vhpet", "web", "2" }, 2, "usage", "\"2\"" },
    { { "set-mode", "web" }, 2, "usage", "MODE" },
    { { "set-mode" }, 2, "usage", "MODE" },
    { { "set-mode", "--all", "web", "1" }, 2, "usage", "--all" },
    { { "set-mode", "-w", "soon", "web", "1" }, 2, "usage", "\"soon\"" },
    { { "set-mode", "-w", "-1", "web", "1" }, 2, "usage", "\"-1\"" },
    { { "set-mode", "web", "1", "-w" }, 2, "usage", "-w" },
    { { "show" }, 2, "usage", "DOM" },
    { { "show", "1", "2" }, 2, "usage", "2" },
    { { "info", "web" }, 2, "usage", "web" },
    { { "frobnicate" }, 2, "usage", "frobnicate" },
    { { "list", "--frob" }, 2, "usage", "--frob" },
    { { "list", "--all" }, 2, "usage", "--all" },
    { { "info", "-o", "ID" }, 2, "usage", "-o" },
    { { "list", "-x" }, 2, "usage", "-x" },
    { { "list", "--noheadings=yes" }, 2, "usage", "noheadings takes no value" },
    { { "list", "-o", "" }, 2, "usage", "no column \"\"\n" },
    { { "help", "frobnicate" }, 2, "usage", "frobnicate" },
    { { "help", "list", "show" }, 2, "usage", "show" },
};

static void one_failure(const struct failure *f)
{
    const char *args[MAX_WORDS + 2] = { "--json" };
    const struct run *r = run_args(f->args);
    json_object *doc;
    char exit[16];

    assert_exit(r, f->exit);
    assert_string_equal(r->out, "");
    assert_int_equal(strncmp(r->err, "xentimectl: ", 12), 0);
    assert_has(r->err, f->text);

    memcpy(args + 1, f->args, sizeof(f->args));
    r = run_args(args);
    assert_exit(r, f->exit);
    doc = parse_json(r->out);
    assert_string_equal(json_at(doc, "error/code"), f->code);
    snprintf(exit, sizeof(exit), "%d", f->exit);
    assert_string_equal(json_at(doc, "error/exit"), exit);
    assert_true(*json_at(doc, "error/message"));
    /* A misuse is the command's, and of no domain. */
    if (f->exit == 2)
        assert_string_equal(json_at(doc, "error/domain"), "");
    json_object_put(doc);
}

static void every_error(void **state)
{
    size_t i;

    (void)state;
    add_usual_domains();
    fake_add(5, XENTIME_PV);
    fake_add(6, XENTIME_PV);
    name_domain(5, "twin");
    name_domain(6, "twin");
    for (i = 0; i < ARRAY_COUNT(failures); i++)
        one_failure(&failures[i]);
    assert_int_equal(fake_changes(), 0);
}

static void errors_of_the_host(void **state)
{
    static const char *const refs[] = { "list", "info" };
    const struct run *r;
    json_object *doc;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(refs); i++) {
        fake->domctl_version = 0x3d;
        r = run(refs[i], "--json");
        assert_exit(r, 5);
        doc = parse_json(r->out);
        assert_string_equal(json_at(doc, "error/code"), "version");
        assert_has(json_at(doc, "error/message"), "0x3d");
        json_object_put(doc);
        fake->domctl_version = XEN_DOMCTL_INTERFACE_VERSION;

        /* It was said to be XSM's doing before sysctl's version was asked. */
        fake->sysctl_version = 0x3e;
        r = run(refs[i]);
        assert_exit(r, 5);
        assert_has(r->err, "interface versions differ");
        assert_has(r->err, "sysctl 0x3e");
        fake->sysctl_version = XEN_SYSCTL_INTERFACE_VERSION;

        fake->open_errno = EACCES;
        r = run(refs[i]);
        assert_exit(r, 5);
        assert_has(r->err, "hint: ");
        fake->open_errno = 0;
    }
    store_stop();
    fake_add(1, XENTIME_HVM);
    r = run("list");
    assert_exit(r, 5);
    assert_has(r->err, "xenstored");
    assert_exit(run("set-mode", "1", "2"), 5);
    assert_int_equal(fake_changes(), 0);
}

/* A reference with bytes that are none of UTF-8 comes back as valid JSON. */
static void hostile_references(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    r = run("show", "\x1b[31m\xff");
    assert_exit(r, 3);
    assert_has(r->err, "\\x1b[31m\\xff");
    assert_lacks(r->err, "\x1b");
    doc = parse_json(run("show", "--json", "\x1b[31m\xff")->out);
    assert_has(json_at(doc, "error/domain"), "\xef\xbf\xbd");
    json_object_put(doc);
    doc = parse_json(run("--json", "list", "-o", "\xff,\"")->out);
    json_object_put(doc);
    doc = parse_json(run("--json", "\xff\"\\")->out);
    json_object_put(doc);
}

/* "$dom" of a script that has not set it is nobody, and not who has no name. */
static void no_reference(void **state)
{
    const struct run *r;

    (void)state;
    fake_add(1, XENTIME_HVM);
    name_domain(1, "");
    r = run("set-mode", "", "2");
    assert_exit(r, 3);
    assert_has(r->err, "\"\": no such domain");
    assert_int_equal(fake_domain(1)->param[XENTIME_TIMER_MODE], 1);
    assert_exit(run("set-mode", "1,", "2"), 3);
    assert_int_equal(fake_domain(1)->param[XENTIME_TIMER_MODE], 1);
    assert_exit(run("set-mode", "1", "2"), 0);
}

/* ---- others, signals ---- */

static void busy(void **state)
{
    struct xentime_domain *d;
    const struct run *r;
    pid_t pid;
    int fd;

    (void)state;
    add_usual_domains();
    d = find_one("1", 0);
    assert_int_equal(xt_lock(xt, d, &fd), XENTIME_OK);
    r = run("set-mode", "--wait", "0", "web", "2");
    assert_exit(r, 6);
    assert_has(r->err, "web: ");
    assert_int_equal(mode_of(1), 1);
    assert_exit(run("set-mode", "-w", "0", "db", "2"), 0);

    /* A process that waits can be stopped, and has changed nothing. */
    pid = run_start(
        (const char *const[]){ "set-mode", "--wait", "600", "web", "2", NULL });
    kill(pid, SIGTERM);
    assert_int_equal(WTERMSIG(wait_child(pid)), SIGTERM);
    assert_int_equal(mode_of(1), 1);
    xt_unlock(d, fd);
    assert_exit(run("set-mode", "-w0", "web", "2"), 0);
    free_one(d);
}

static void many_at_once_and_some_killed(void **state)
{
    static const char *const modes[] = { "1", "2", "3" };
    struct xentime_record rec;
    pid_t pids[24];
    uint8_t uuid[16];
    bool found;
    size_t i;

    (void)state;
    add_usual_domains();
    for (i = 0; i < ARRAY_COUNT(pids); i++) {
        pids[i] = run_start((const char *const[]){ "set-mode", "-w600", "web",
                                                   modes[i % 3], NULL });
        if (i % 4 == 3)
            kill(pids[i - 2], SIGKILL);
    }
    for (i = 0; i < ARRAY_COUNT(pids); i++)
        wait_child(pids[i]);
    assert_exit(run("set-mode", "-w0", "web", "3"), 0);
    fake_uuid(1, uuid);
    assert_done(
        xentime_record_read(xt, uuid, XENTIME_TIMER_MODE, &rec, &found));
    assert_true(found && rec.requested == 3 && rec.applied == 3);
    assert_int_equal(mode_of(1), 3);
}

/* ---- open files ---- */

/*
 * A domain's lock is an open file; a program that is run has the limit as it
 * was.
 */
static void more_domains_than_files(void **state)
{
    struct rlimit before, few;
    uint32_t id;

    (void)state;
    for (id = 1; id <= 300; id++)
        fake_add(id, XENTIME_HVM);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 100;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_exit(run("set-mode", "--all", "2"), 0);
    assert_int_equal(fake_domain(300)->param[XENTIME_TIMER_MODE], 2);
    fake->vpmu = 1;
    assert_exit(run("profile", "start", "1", "--", "sh", "-c",
                    "test $(ulimit -n) = 100"),
                0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* Runs xentimectl by a shell, with what a shell can redirect. */
static int shell(const char *command)
{
    char self[512], line[640];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    int status;

    assert_true(n > 0);
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    snprintf(line, sizeof(line), "FAKE_XEN_FD=%d %s/%s", fake_xen_fd, self,
             command);
    status = system(line);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/*
 * With a standard descriptor closed, the next file to be opened would be it:
 * xenstored's socket, to which the output would go.
 */
static void closed_standard_files(void **state)
{
    (void)state;
    add_usual_domains();
    assert_int_equal(shell("xentimectl list >&- 2>/dev/null"), 1);
    assert_int_equal(shell("xentimectl list <&- >/dev/null"), 0);
    assert_int_equal(shell("xentimectl set-mode nobody 2 2>&-"), 3);
    assert_int_equal(shell("xentimectl shell <&- 2>err"), 1);
    assert_int_equal(system("grep -q 'input: Bad file descriptor' err"), 0);
    assert_int_equal(shell("xentimectl set-mode web 3 <&- >&- 2>&-"), 1);
    assert_int_equal(mode_of(1), 3);
}

/* The process that ends a session after a time keeps none of the caller's files. */
static void a_timer_holds_nothing(void **state)
{
    struct pollfd p = { .events = POLLIN };
    const struct run *r;
    int ends[2], pid = 0;
    const char *at;

    (void)state;
    add_usual_domains();
    fake->vpmu = 1;
    assert_int_equal(pipe(ends), 0);
    assert_exit(run("profile", "start", "1", "--for", "60"), 0);
    close(ends[1]);
    p.fd = ends[0];
    assert_int_equal(poll(&p, 1, 10000), 1);
    assert_true(p.revents & POLLHUP);
    close(ends[0]);
    r = run("profile", "status");
    at = strstr(r->out, "timer-");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "timer-%d-", &pid), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
}

/* ---- completion ---- */

static void completes_names(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    name_domain(2, "two words");
    name_domain(3, "new\nline");
    r = run("--complete", "2", "xentimectl", "show", "");
    assert_exit(r, 0);
    assert_has(r->out, "web\n");
    assert_has(r->out, "two words\n");
    assert_lacks(r->out, "line");
    r = run("--complete", "3", "xentimectl", "show", "web", "");
    assert_string_equal(r->out, "");
    r = run("--complete", "3", "xentimectl", "set-mode", "web", "");
    assert_has(r->out, "no_missed_ticks_pending\n");
    assert_lacks(r->out, "web");
}

/* A name that would be taken for an option is none of the candidates. */
static void completes_no_option(void **state)
{
    const struct run *r;

    (void)state;
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    name_domain(1, "--all");
    name_domain(2, "web");
    r = run("--complete", "2", "xentimectl", "set-mode", "");
    assert_string_equal(r->out, "web\n");
    r = run("--complete", "2", "xentimectl", "set-mode", "web,");
    assert_string_equal(r->out, "web,--all\n");
}

static void completes_holders(void **state)
{
    (void)state;
    fake->vpmu = 1;
    add_usual_domains();
    assert_exit(run("profile", "start", "web", "--holder", "night-1"), 0);
    assert_string_equal(run("--complete", "4", "xentimectl", "profile", "stop",
                            "--holder", "")
                            ->out,
                        "night-1\n");
    assert_exit(run("profile", "stop", "web", "--holder", "night-1"), 0);
    assert_string_equal(
        run("--complete", "4", "xentimectl", "profile", "stop", "-H", "")->out,
        "");
}

static void completion_of_nonsense(void **state)
{
    static const char *const at[] = { "-1", "0", "1", "2",
                                      "99", "x", "",  "2147483647" };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(at); i++) {
        assert_exit(run("--complete", at[i]), 0);
        assert_exit(run("--complete", at[i], "xentimectl"), 0);
        assert_exit(run("--complete", at[i], "xentimectl", "nope", "-"), 0);
        assert_exit(run("--complete", at[i], "xentimectl", "list", "-o"), 0);
        assert_exit(run("--complete", at[i], "", "", "", ""), 0);
    }
}

UNIT_MAIN(TEST(set_mode), TEST(until_set_without), TEST(lists_and_all),
          TEST(one_of_all_ends), TEST(change_as_json), TEST(every_error),
          TEST(errors_of_the_host), TEST(hostile_references),
          TEST(no_reference), TEST(busy), TEST(many_at_once_and_some_killed),
          TEST(more_domains_than_files), TEST(a_timer_holds_nothing),
          TEST(completes_names), TEST(completes_no_option),
          TEST(completes_holders), TEST(completion_of_nonsense),
          TEST(closed_standard_files))
