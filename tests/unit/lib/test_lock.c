/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock of a domain: it excludes handles of one process and of several,
 * names its holder, ends with its holder however that dies, and is never
 * held twice though its file is unlinked at every release (a counter under
 * the lock loses nothing).  Others' files cannot stand in its place, and
 * two callers with several domains in opposite order do not wait for each
 * other.
 */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lock.h"
#include "unit.h"

#define MODE XENTIME_TIMER_MODE

static struct xentime_domain dom(uint32_t id)
{
    struct xentime_domain d = { .domid = id, .type = XENTIME_HVM };

    fake_uuid(id, d.uuid);
    return d;
}

static void excludes_another_handle(void **state)
{
    struct xentime_domain d1 = dom(1), d2 = dom(2);
    char pid[32];
    xentime *other;
    int fd, fd2;

    (void)state;
    assert_int_equal(xentime_open(&other, NULL), XENTIME_OK);
    assert_int_equal(xt_lock(other, &d1, &fd), XENTIME_OK);
    xentime_set_lock_timeout(xt, 0);
    assert_error(xt_lock(xt, &d1, &fd2), XENTIME_ERR_BUSY);
    snprintf(pid, sizeof(pid), "process %d ", (int)getpid());
    assert_has(error_text(), pid);
    assert_int_equal(xentime_last_error(xt)->domid, 1);

    /* Another domain's lock is free. */
    assert_done(xt_lock(xt, &d2, &fd2));
    xt_unlock(&d2, fd2);

    xt_unlock(&d1, fd);
    assert_done(xt_lock(xt, &d1, &fd2));
    xt_unlock(&d1, fd2);
    xentime_close(other);
}

/* A domain that another one's id was given to does not share its lock. */
static void goes_by_uuid(void **state)
{
    struct xentime_domain a = dom(1), b = dom(1);
    int fd_a, fd_b;

    (void)state;
    b.uuid[3] = 0xff;
    xentime_set_lock_timeout(xt, 0);
    assert_done(xt_lock(xt, &a, &fd_a));
    assert_done(xt_lock(xt, &b, &fd_b));
    xt_unlock(&a, fd_a);
    xt_unlock(&b, fd_b);
}

/* ---- with other processes ---- */

struct shared {
    int pipe[2]; /* child to parent: it holds the lock */
    volatile unsigned int counter;
};

static struct shared *share(void)
{
    struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(s != MAP_FAILED);
    assert_int_equal(pipe(s->pipe), 0);
    return s;
}

static void unshare_it(struct shared *s)
{
    close(s->pipe[0]);
    close(s->pipe[1]);
    munmap(s, sizeof(*s));
}

static void hold_for_ever(void *arg)
{
    struct xentime_domain d = dom(1);
    struct shared *s = arg;
    int fd;

    if (xt_lock(xt, &d, &fd) || write(s->pipe[1], "", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static void killed_holder_releases(void **state)
{
    struct xentime_domain d = dom(1);
    struct shared *s = share();
    char text[32];
    pid_t pid;
    int fd;

    (void)state;
    pid = start_child(hold_for_ever, s);
    assert_int_equal(read(s->pipe[0], text, 1), 1);
    xentime_set_lock_timeout(xt, 0);
    assert_error(xt_lock(xt, &d, &fd), XENTIME_ERR_BUSY);
    snprintf(text, sizeof(text), "process %d ", (int)pid);
    assert_has(error_text(), text);
    fake_add(1, XENTIME_HVM);
    assert_error(change_one(1, MODE, 2, 0), XENTIME_ERR_BUSY);
    assert_int_equal(fake_domain(1)->sets, 0);

    /* xentime_waiting_for() names the lock while it waits, not afterwards. */
    xentime_set_lock_timeout(xt, 20);
    assert_error(xt_lock(xt, &d, &fd), XENTIME_ERR_BUSY);
    assert_null(xentime_waiting_for(xt));
    xentime_set_lock_timeout(xt, 0);

    kill(pid, SIGKILL);
    wait_child(pid);
    assert_done(xt_lock(xt, &d, &fd));
    xt_unlock(&d, fd);
    unshare_it(s);
}

static pid_t holder;
static char seen[128];

static void look_then_kill(int sig)
{
    const char *what = xentime_waiting_for(xt);

    (void)sig;
    if (what)
        strncpy(seen, what, sizeof(seen) - 1);
    kill(holder, SIGKILL);
}

static void waiter_says_for_whom(void **state)
{
    struct sigaction sa = { .sa_handler = look_then_kill };
    struct xentime_domain d = dom(1);
    struct shared *s = share();
    sigset_t block, before;
    char text[64];
    pid_t helper;
    int fd;

    (void)state;
    sigaction(SIGUSR1, &sa, NULL);
    holder = start_child(hold_for_ever, s);
    assert_int_equal(read(s->pipe[0], text, 1), 1);

    /* The signal comes once this process sleeps in nanosleep(). */
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    sigprocmask(SIG_BLOCK, &block, &before);
    helper = fork();
    if (!helper) {
        char stat[512], c = '?';
        FILE *f;

        snprintf(text, sizeof(text), "/proc/%d/stat", (int)getppid());
        while (c != 'S') {
            f = fopen(text, "r");
            if (f && fgets(stat, sizeof(stat), f))
                sscanf(strrchr(stat, ')'), ") %c", &c);
            if (f)
                fclose(f);
        }
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    xentime_set_lock_timeout(xt, 60000);
    sigprocmask(SIG_SETMASK, &before, NULL);
    assert_done(xt_lock(xt, &d, &fd));
    xt_unlock(&d, fd);
    wait_child(helper);
    wait_child(holder);
    snprintf(text, sizeof(text), "domain 1, held by process %d", (int)holder);
    assert_has(seen, text);
    assert_null(xentime_waiting_for(xt));
    unshare_it(s);
}

#define HAMMERS 8
#define BLOWS 100

static void hammer(void *arg)
{
    struct xentime_domain d = dom(1);
    struct shared *s = arg;
    unsigned int value;
    int i, fd;

    xentime_set_lock_timeout(xt, 60000);
    for (i = 0; i < BLOWS; i++) {
        if (xt_lock(xt, &d, &fd))
            _exit(1);
        value = s->counter;
        sched_yield();
        s->counter = value + 1;
        xt_unlock(&d, fd);
    }
}

static void never_held_twice(void **state)
{
    struct shared *s = share();
    pid_t pids[HAMMERS];
    int i;

    (void)state;
    for (i = 0; i < HAMMERS; i++)
        pids[i] = start_child(hammer, s);
    for (i = 0; i < HAMMERS; i++)
        assert_int_equal(wait_child(pids[i]), 0);
    assert_int_equal(s->counter, HAMMERS * BLOWS);
    unshare_it(s);
}

/* ---- several domains ---- */

static void change_in_order(void *arg)
{
    const char *const *refs = arg;
    struct xentime_change c[3];
    struct xentime_domain *doms;
    size_t n, i;
    int round;

    xentime_set_lock_timeout(xt, 60000);
    if (xentime_find(xt, refs, 3, 0, &doms, &n))
        _exit(1);
    for (round = 0; round < 40; round++) {
        for (i = 0; i < n; i++)
            c[i] = (struct xentime_change){ &doms[i], MODE, 1 + round % 3, 0 };
        if (xentime_apply(xt, c, n, 0))
            _exit(2);
    }
    xentime_free_domains(doms, n);
}

static void opposite_orders_do_not_deadlock(void **state)
{
    static const char *orders[][3] = {
        { "1", "2", "3" },
        { "3", "2", "1" },
        { "2", "3", "1" },
    };
    pid_t pids[ARRAY_COUNT(orders)];
    size_t i;

    (void)state;
    for (i = 1; i <= 3; i++)
        fake_add(i, XENTIME_HVM);
    for (i = 0; i < ARRAY_COUNT(orders); i++)
        pids[i] = start_child(change_in_order, orders[i]);
    for (i = 0; i < ARRAY_COUNT(orders); i++)
        assert_int_equal(wait_child(pids[i]), 0);
}

/* If the second lock is busy, the first is not left behind. */
static void busy_on_the_way_releases_the_others(void **state)
{
    const char *refs[] = { "2", "1" };
    struct xentime_domain d2 = dom(2), *doms;
    struct xentime_change c[2];
    xentime *other;
    size_t n;
    int fd;

    (void)state;
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    assert_int_equal(xentime_open(&other, NULL), XENTIME_OK);
    assert_int_equal(xt_lock(other, &d2, &fd), XENTIME_OK);
    xentime_set_lock_timeout(xt, 0);
    assert_done(xentime_find(xt, refs, 2, 0, &doms, &n));
    c[0] = (struct xentime_change){ &doms[0], MODE, 2, 0 };
    c[1] = (struct xentime_change){ &doms[1], MODE, 2, 0 };
    assert_error(xentime_apply(xt, c, 2, 0), XENTIME_ERR_BUSY);
    assert_int_equal(xentime_last_error(xt)->domid, 2);
    assert_int_equal(fake_domain(1)->sets, 0);
    assert_done(xentime_apply(xt, &c[1], 1, 0));
    xt_unlock(&d2, fd);
    assert_done(xentime_apply(xt, c, 2, 0));
    xentime_free_domains(doms, n);
    xentime_close(other);
}

/* ---- how long it waits ---- */

/*
 * While @virtual_ms is not negative, the monotonic clock is it, and only a
 * sleep moves it.
 */
static int64_t virtual_ms = -1, release_at_ms;
static struct xentime_domain *release_dom;
static int release_fd;

int clock_gettime(clockid_t id, struct timespec *now)
{
    if (id != CLOCK_MONOTONIC || virtual_ms < 0)
        return syscall(SYS_clock_gettime, id, now);
    now->tv_sec = virtual_ms / 1000;
    now->tv_nsec = virtual_ms % 1000 * 1000000;
    return 0;
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
    if (virtual_ms < 0)
        return syscall(SYS_nanosleep, time, left);
    virtual_ms += time->tv_sec * 1000 + time->tv_nsec / 1000000;
    if (release_dom && virtual_ms >= release_at_ms) {
        xt_unlock(release_dom, release_fd);
        release_dom = NULL;
    }
    return 0;
}

/* The second lock has what the first has left of the time. */
static void the_limit_is_for_all_locks(void **state)
{
    struct xentime_domain d1 = dom(1), d2 = dom(2), *doms;
    const char *refs[] = { "1", "2" };
    struct xentime_change c[2];
    xentime *other;
    size_t n;
    int fd;

    (void)state;
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    assert_int_equal(xentime_open(&other, NULL), XENTIME_OK);
    assert_int_equal(xt_lock(other, &d1, &release_fd), XENTIME_OK);
    assert_int_equal(xt_lock(other, &d2, &fd), XENTIME_OK);
    assert_done(xentime_find(xt, refs, 2, 0, &doms, &n));
    c[0] = (struct xentime_change){ .dom = &doms[0], .value = 2 };
    c[1] = (struct xentime_change){ .dom = &doms[1], .value = 2 };

    xentime_set_lock_timeout(xt, 8000);
    release_dom = &d1;
    release_at_ms = 5000;
    virtual_ms = 0;
    assert_error(xentime_apply(xt, c, 2, 0), XENTIME_ERR_BUSY);
    assert_null(release_dom);
    assert_int_equal(virtual_ms, 8000);
    virtual_ms = -1;
    assert_int_equal(xentime_last_error(xt)->domid, 2);
    xt_unlock(&d2, fd);
    xentime_free_domains(doms, n);
    xentime_close(other);
}

/* ---- what others could put in its place ---- */

static void no_file_is_left(void **state)
{
    mode_t mask = umask(022);
    struct stat st;

    (void)state;
    fake_add(1, XENTIME_HVM);
    assert_done(change_one(1, MODE, 2, 0));
    assert_int_equal(rmdir(LOCK_DIR), 0);
    assert_done(change_one(1, MODE, 3, 0));
    umask(mask);
    assert_int_equal(stat(LOCK_DIR, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0755);
}

static void directory_is_a_link_or_a_file(void **state)
{
    struct xentime_domain d = dom(1);
    int fd;

    (void)state;
    mkdir("elsewhere", 0700);
    assert_int_equal(symlink("elsewhere", LOCK_DIR), 0);
    assert_error(xt_lock(xt, &d, &fd), XENTIME_ERR_PERM);
    unlink(LOCK_DIR);
    write_file(LOCK_DIR, "%s", "");
    assert_error(xt_lock(xt, &d, &fd), XENTIME_ERR_PERM);
    unlink(LOCK_DIR);
}

static void file_is_a_link(void **state)
{
    struct xentime_domain d = dom(1);
    struct stat st;
    int fd;

    (void)state;
    mkdir(LOCK_DIR, 0700);
    write_file("victim", "precious");
    assert_int_equal(symlink("../victim", LOCK_DIR "/11111111-1111-1111-1111-"
                                                   "111111110001"),
                     0);
    assert_error(xt_lock(xt, &d, &fd), XENTIME_ERR_FAIL);
    assert_int_equal(stat("victim", &st), 0);
    assert_int_equal(st.st_size, 8);
}

static void directory_of_another_user(void **state)
{
    struct xentime_domain d = dom(1);
    int fd;

    (void)state;
    mkdir(LOCK_DIR, 0700);
    if (geteuid() || chown(LOCK_DIR, 12345, 12345)) {
        print_message("# needs root\n");
        skip();
    }
    assert_error(xt_lock(xt, &d, &fd), XENTIME_ERR_PERM);
    assert_has(error_text(), LOCK_DIR);
}

static void directory_that_others_write_to(void **state)
{
    static const mode_t modes[] = { 0775, 0757, 01777 };
    struct xentime_domain d = dom(1);
    size_t i;
    int fd;

    (void)state;
    mkdir(LOCK_DIR, 0700);
    for (i = 0; i < ARRAY_COUNT(modes); i++) {
        chmod(LOCK_DIR, modes[i]);
        assert_error(xt_lock(xt, &d, &fd), XENTIME_ERR_PERM);
        assert_has(error_text(), "can write to " LOCK_DIR);
        assert_has(xentime_last_error(xt)->hint, "chmod 755");
    }
    chmod(LOCK_DIR, 0755);
    assert_done(xt_lock(xt, &d, &fd));
    xt_unlock(&d, fd);
}

UNIT_MAIN(TEST(excludes_another_handle), TEST(goes_by_uuid),
          TEST(killed_holder_releases), TEST(waiter_says_for_whom),
          TEST(never_held_twice), TEST(opposite_orders_do_not_deadlock),
          TEST(busy_on_the_way_releases_the_others),
          TEST(the_limit_is_for_all_locks), TEST(no_file_is_left),
          TEST(directory_is_a_link_or_a_file), TEST(file_is_a_link),
          TEST(directory_of_another_user), TEST(directory_that_others_write_to))
