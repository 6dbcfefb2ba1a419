/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See unit.h. */

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "names.h"
#include "unit.h"

xentime *xt;

static char directory[256];
static pid_t main_pid;

/* ---- a program, a test ---- */

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

static void remove_tree(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void clean_up(void)
{
    if (getpid() != main_pid)
        return;
    store_stop();
    if (*directory)
        remove_tree(directory);
}

int unit_start(void **state)
{
    const char *tmp = getenv("TMPDIR");

    (void)state;
    /* Keeps the output in order with what assertions write to stderr. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    main_pid = getpid();
    atexit(clean_up);
    snprintf(directory, sizeof(directory), "%s/xentime-XXXXXX",
             tmp ? tmp : "/tmp");
    if (!mkdtemp(directory) || chdir(directory))
        return -1;
    store_start();
    return 0;
}

int unit_end(void **state)
{
    (void)state;
    clean_up();
    return 0;
}

int unit_setup(void **state)
{
    (void)state;
    fake_reset();
    fault_clear(&store_fault);
    fault_clear(&answer_fault);
    store_answers = (struct store_answers){ 0 };
    store_start();
    store_rm("/tool/xentime");
    store_rm("/local/domain");
    remove_tree(LOCK_DIR);
    return xentime_open(&xt, NULL);
}

int unit_teardown(void **state)
{
    (void)state;
    /* This is a child whose assertion has failed, or that has crashed. */
    if (getpid() != main_pid)
        _exit(1);
    fault_clear(&xen_fault);
    fault_clear(&store_fault);
    fault_clear(&answer_fault);
    xentime_close(xt);
    xt = NULL;
    return 0;
}

/* ---- assertions ---- */

void unit_fail(const char *file, int line, const char *fmt, ...)
{
    char text[2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    print_error("%s\n", text);
    _fail(file, line);
    abort();
}

const char *error_text(void)
{
    return xentime_last_error(xt)->text;
}

void unit_assert_done(enum xentime_error rc, const char *call, const char *file,
                      int line)
{
    if (rc)
        unit_fail(file, line, "%s: error %d: %s", call, rc, error_text());
}

void unit_assert_error(enum xentime_error rc, enum xentime_error code,
                       const char *call, const char *file, int line)
{
    if (rc != code)
        unit_fail(file, line, "%s: %d in place of error %d: %s", call, rc, code,
                  error_text());
    if (xentime_last_error(xt)->code != code || !*error_text())
        unit_fail(file, line, "%s: returns %d, but the error is %d: \"%s\"",
                  call, rc, xentime_last_error(xt)->code, error_text());
}

void unit_assert_has(const char *text, const char *part, bool wanted,
                     const char *file, int line)
{
    if (!strstr(text, part) == wanted)
        unit_fail(file, line, "%s \"%s\" in: %s",
                  wanted ? "missing:" : "unwanted:", part, text);
}

void write_file(const char *path, const char *fmt, ...)
{
    FILE *f = fopen(path, "w");
    va_list ap;

    if (!f)
        fail_because("%s: %m", path);
    va_start(ap, fmt);
    vfprintf(f, fmt, ap);
    va_end(ap);
    if (fclose(f))
        fail_because("%s: %m", path);
}

/* ---- domains ---- */

void name_domain(uint32_t id, const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "/local/domain/%u/name", id);
    store_put(path, name);
}

struct xentime_domain *find_one(const char *ref, unsigned int want)
{
    struct xentime_domain *doms;
    size_t n;

    assert_done(xentime_find(xt, &ref, 1, want, &doms, &n));
    assert_int_equal(n, 1);
    return doms;
}

void free_one(struct xentime_domain *dom)
{
    xentime_free_domains(dom, 1);
}

enum xentime_error change_one(uint32_t id, enum xentime_setting setting,
                              int value, unsigned int flags)
{
    struct xentime_change c = { .setting = setting, .value = value };
    struct xentime_domain *dom;
    enum xentime_error rc;
    char ref[16];

    snprintf(ref, sizeof(ref), "%u", id);
    dom = find_one(ref, 0);
    c.dom = dom;
    rc = xentime_apply(xt, &c, 1, flags);
    free_one(dom);
    return rc;
}

unsigned int bucket_of(const uint8_t uuid[16])
{
    unsigned int bucket = 0, i;

    for (i = 0; i < 16; i++)
        bucket ^= uuid[i];
    return bucket;
}

const char *record_path(uint32_t id, enum xentime_setting setting,
                        const char *field)
{
    static char path[160];
    char text[XT_UUID_TEXT];
    uint8_t uuid[16];

    fake_uuid(id, uuid);
    xt_uuid_text(uuid, text);
    snprintf(path, sizeof(path), "/tool/xentime/%02x/%s/%s%s%s",
             bucket_of(uuid), text, xentime_setting_name(setting),
             field ? "/" : "", field ? field : "");
    return path;
}

/* ---- children ---- */

pid_t start_child(void (*fn)(void *arg), void *arg)
{
    pid_t parent = getpid(), pid = fork();

    if (pid < 0)
        fail_because("fork");
    if (!pid) {
        /* A test that fails is not to leave its child behind. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(97);
        if (xentime_open(&xt, NULL))
            _exit(98);
        fn(arg);
        xentime_close(xt);
        _exit(0);
    }
    return pid;
}

int wait_child(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid)
        fail_because("waitpid");
    return status;
}

int in_child(void (*fn)(void *arg), void *arg)
{
    return wait_child(start_child(fn, arg));
}
