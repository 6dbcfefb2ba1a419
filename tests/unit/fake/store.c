/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See store.h. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xenstore.h>
#include <xen/io/xs_wire.h>

#include "store.h"

#define ROOT TOP "/build/lab/" LAB_RELEASE "/root"
#define LIBS ROOT "/usr/lib/x86_64-linux-gnu"
#define PROGRAMS ROOT "/usr/lib/xen-" LAB_RELEASE "/bin"

struct fault store_fault, answer_fault;
struct store_answers store_answers;
struct store_limits store_limits;

static pid_t daemon_pid;
static struct xs_handle *own;

/* ---- the functions of libxenstore, by the linker's --wrap ---- */

void *__real_xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
                     unsigned int *len);
bool __real_xs_write(struct xs_handle *h, xs_transaction_t t, const char *path,
                     const void *data, unsigned int len);
bool __real_xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path);
char **__real_xs_directory(struct xs_handle *h, xs_transaction_t t,
                           const char *path, unsigned int *num);
xs_transaction_t __real_xs_transaction_start(struct xs_handle *h);
bool __real_xs_transaction_end(struct xs_handle *h, xs_transaction_t t,
                               bool abort);

void *__wrap_xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
                     unsigned int *len);
bool __wrap_xs_write(struct xs_handle *h, xs_transaction_t t, const char *path,
                     const void *data, unsigned int len);
bool __wrap_xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path);
char **__wrap_xs_directory(struct xs_handle *h, xs_transaction_t t,
                           const char *path, unsigned int *num);
xs_transaction_t __wrap_xs_transaction_start(struct xs_handle *h);
bool __wrap_xs_transaction_end(struct xs_handle *h, xs_transaction_t t,
                               bool abort);

void *__wrap_xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
                     unsigned int *len)
{
    if (fault_strikes(&store_fault, "xs_read"))
        return NULL;
    return __real_xs_read(h, t, path, len);
}

bool __wrap_xs_write(struct xs_handle *h, xs_transaction_t t, const char *path,
                     const void *data, unsigned int len)
{
    if (fault_strikes(&store_fault, "xs_write")) {
        if (store_fault.late)
            __real_xs_write(h, t, path, data, len);
        errno = store_fault.err;
        return false;
    }
    return __real_xs_write(h, t, path, data, len);
}

bool __wrap_xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
    if (fault_strikes(&store_fault, "xs_rm")) {
        if (store_fault.late)
            __real_xs_rm(h, t, path);
        errno = store_fault.err;
        return false;
    }
    return __real_xs_rm(h, t, path);
}

char **__wrap_xs_directory(struct xs_handle *h, xs_transaction_t t,
                           const char *path, unsigned int *num)
{
    if (fault_strikes(&store_fault, "xs_directory"))
        return NULL;
    return __real_xs_directory(h, t, path, num);
}

xs_transaction_t __wrap_xs_transaction_start(struct xs_handle *h)
{
    if (fault_strikes(&store_fault, "xs_transaction_start"))
        return XBT_NULL;
    return __real_xs_transaction_start(h);
}

/* An end that fails ends the transaction all the same, as in xenstored. */
bool __wrap_xs_transaction_end(struct xs_handle *h, xs_transaction_t t,
                               bool abort)
{
    if (fault_strikes(&store_fault, "xs_transaction_end")) {
        __real_xs_transaction_end(h, t, true);
        errno = store_fault.err;
        return false;
    }
    return __real_xs_transaction_end(h, t, abort);
}

/* ---- what libxentime sends and receives by itself ---- */

ssize_t __real_send(int fd, const void *data, size_t n, int flags);
ssize_t __real_recv(int fd, void *data, size_t n, int flags);

ssize_t __wrap_send(int fd, const void *data, size_t n, int flags);
ssize_t __wrap_recv(int fd, void *data, size_t n, int flags);

ssize_t __wrap_send(int fd, const void *data, size_t n, int flags)
{
    struct xsd_sockmsg header;
    size_t at;

    store_answers.windows++;
    for (at = 0; n - at >= sizeof(header); at += sizeof(header) + header.len) {
        memcpy(&header, (const char *)data + at, sizeof(header));
        if (fault_strikes(&store_fault, "send"))
            return -1;
    }
    return __real_send(fd, data, n, flags);
}

ssize_t __wrap_recv(int fd, void *data, size_t n, int flags)
{
    struct store_answers *a = &store_answers;
    ssize_t got;

    /* Any other use only looks whether there is something to receive. */
    if (flags)
        return __real_recv(fd, data, n, flags);
    if (fault_strikes(&answer_fault, "recv"))
        return answer_fault.err ? -1 : 0;
    got = __real_recv(fd, data, a->most && a->most < n ? a->most : n, flags);
    if (got <= 0)
        return got;
    if (a->damage_at > a->seen && a->damage_at <= a->seen + got)
        ((uint8_t *)data)[a->damage_at - a->seen - 1] ^= a->damage;
    a->seen += got;
    return got;
}

/* ---- the daemon ---- */

static void die(const char *what)
{
    perror(what);
    exit(99);
}

/* Runs it through the unpacked loader, so that it runs on any Linux. */
static void exec_daemon(const char *program, const char *const *options)
{
    const char *argv[20] = {
        program,
        "--library-path",
        LIBS,
        "--preload",
        TOP "/build/unit/xenstored_preload.so",
    };
    char path[512];
    size_t i, n = 5;

    snprintf(path, sizeof(path), PROGRAMS "/%s", program);
    argv[n++] = path;
    for (i = 0; options[i]; i++)
        argv[n++] = options[i];
    execv(LIBS "/ld-linux-x86-64.so.2", (char **)argv);
    die(LIBS "/ld-linux-x86-64.so.2");
}

static const struct limit {
    const unsigned int *value;
    const char *option, *config; /* of xenstored, of oxenstored */
} limits[] = {
    { &store_limits.nodes, "--entry-nb", "quota-maxentity" },
    { &store_limits.watches, "--watch-nb", "quota-maxwatch" },
    { &store_limits.transactions, "--transaction", "quota-transaction" },
    { &store_limits.path, "--path-max", "quota-path-max" },
};
#define LIMITS (sizeof(limits) / sizeof(limits[0]))

static void exec_xenstored(const char *dir)
{
    const char *options[2 * LIMITS + 2] = { "-N" };
    static char numbers[LIMITS][12];
    size_t i, n = 1;

    for (i = 0; i < LIMITS; i++) {
        if (!*limits[i].value)
            continue;
        snprintf(numbers[i], sizeof(numbers[i]), "%u", *limits[i].value);
        options[n++] = limits[i].option;
        options[n++] = numbers[i];
    }
    setenv("XENSTORED_RUNDIR", dir, 1);
    setenv("XENSTORED_ROOTDIR", dir, 1);
    exec_daemon("xenstored", options);
}

static void write_file_of(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    if (!f || fputs(text, f) < 0 || fclose(f))
        die(path);
}

/*
 * Gets a mount namespace; a user who is not root gets it as root of a user
 * namespace.
 */
static void unshare_mounts(void)
{
    char text[64];
    uid_t uid = geteuid();
    gid_t gid = getegid();

    if (unshare(CLONE_NEWNS | (uid ? CLONE_NEWUSER : 0)))
        die("unshare");
    if (!uid)
        return;
    snprintf(text, sizeof(text), "0 %u 1", uid);
    write_file_of("/proc/self/uid_map", text);
    write_file_of("/proc/self/setgroups", "deny");
    snprintf(text, sizeof(text), "0 %u 1", gid);
    write_file_of("/proc/self/gid_map", text);
}

/* Writes Debian's oxenstored.conf, and the limits, of which the last counts. */
static void write_config(const char *path)
{
    FILE *from = fopen(ROOT "/etc/xen/oxenstored.conf", "r");
    FILE *to = fopen(path, "w");
    size_t i;
    int c;

    if (!from || !to)
        die(path);
    while ((c = getc(from)) != EOF)
        putc(c, to);
    for (i = 0; i < LIMITS; i++)
        if (*limits[i].value)
            fprintf(to, "%s = %u\n", limits[i].config, *limits[i].value);
    fclose(from);
    if (fclose(to))
        die(path);
}

/*
 * oxenstored has the names of its directories compiled in: it sees others below
 * them, in a mount namespace of its own.
 */
static void exec_oxenstored(const char *dir)
{
    static const char *const options[] = { "--no-fork", "--config-file",
                                           "/run/xenstored/oxenstored.conf",
                                           NULL };
    char here[32], config[600];

    snprintf(config, sizeof(config), "%s/oxenstored.conf", dir);
    write_config(config);
    unshare_mounts();
    /* @dir may be below what is mounted over. */
    snprintf(here, sizeof(here), "/proc/self/fd/%d",
             open(dir, O_PATH | O_DIRECTORY));
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("log", "/var/log", "tmpfs", 0, NULL) ||
        mkdir("/var/log/xen", 0700) || mount("run", "/run", "tmpfs", 0, NULL) ||
        mkdir("/run/xen", 0700) || mkdir("/run/xenstored", 0700) ||
        mount(here, "/run/xenstored", NULL, MS_BIND, NULL))
        die("the directories of oxenstored");
    exec_daemon("oxenstored", options);
}

/*
 * Opens a connection as soon as the daemon listens: over its socket alone, as a
 * machine that is itself a guest of Xen has another xenstored.
 */
static struct xs_handle *connect_to_it(void)
{
    struct xs_handle *h;
    int tries = 1000;

    while (!(h = xs_open(XS_OPEN_SOCKETONLY)) && tries-- &&
           !waitpid(daemon_pid, NULL, WNOHANG))
        usleep(10000);
    return h;
}

bool store_is_ox(void)
{
    const char *name = getenv("UNIT_XENSTORED");

    return name && !strcmp(name, "oxenstored");
}

void store_start(void)
{
    char dir[512], path[600];
    pid_t parent = getpid();

    if (own)
        return;
    if (!getcwd(dir, sizeof(dir)))
        die("getcwd");
    mkdir("store", 0700);
    strcat(dir, "/store");
    snprintf(path, sizeof(path), "%s/socket", dir);
    setenv("XENSTORED_PATH", path, 1);
    unlink(path);

    daemon_pid = fork();
    if (daemon_pid < 0)
        die("fork");
    if (!daemon_pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(99);
        dup2(STDERR_FILENO, STDOUT_FILENO); /* which is the test's */
        if (store_is_ox())
            exec_oxenstored(dir);
        exec_xenstored(dir);
    }
    own = connect_to_it();
    if (!own)
        die("xenstored does not start");
}

void store_stop(void)
{
    if (own)
        xs_close(own);
    own = NULL;
    if (daemon_pid > 0) {
        kill(daemon_pid, SIGKILL);
        waitpid(daemon_pid, NULL, 0);
    }
    daemon_pid = 0;
}

void store_pause(bool paused)
{
    kill(daemon_pid, paused ? SIGSTOP : SIGCONT);
    if (paused)
        waitpid(daemon_pid, NULL, WUNTRACED);
}

/* ---- what is in it ---- */

void store_put(const char *path, const char *value)
{
    if (!__real_xs_write(own, XBT_NULL, path, value, strlen(value)))
        die(path);
}

void store_rm(const char *path)
{
    if (!__real_xs_rm(own, XBT_NULL, path) && errno != ENOENT)
        die(path);
}

bool store_has(const char *path)
{
    unsigned int len;
    char *value = __real_xs_read(own, XBT_NULL, path, &len);

    free(value);
    return value;
}

char *store_get(const char *path)
{
    unsigned int len;
    char *value = __real_xs_read(own, XBT_NULL, path, &len);

    return value ? value : strdup("");
}

void store_introduce(uint32_t id)
{
    /* A domain that xenstored knows already would be no news to it. */
    xs_release_domain(own, id);
    if (!xs_introduce_domain(own, id, 1, 1))
        die("introduce");
}

void store_release(uint32_t id)
{
    if (!xs_release_domain(own, id))
        die("release");
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void dump(FILE *f, const char *path)
{
    unsigned int len, n, i;
    char *value = __real_xs_read(own, XBT_NULL, path, &len);
    char **names, child[512];

    if (!value)
        return;
    fprintf(f, "%s = %s\n", path, value);
    free(value);
    names = __real_xs_directory(own, XBT_NULL, path, &n);
    if (!names)
        return;
    qsort(names, n, sizeof(*names), compare_text);
    for (i = 0; i < n; i++) {
        snprintf(child, sizeof(child), "%s/%s", path, names[i]);
        dump(f, child);
    }
    free(names);
}

char *store_dump(const char *path)
{
    char *text;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        die("open_memstream");
    dump(f, path);
    fclose(f);
    return text;
}
