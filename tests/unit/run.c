/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See run.h. */

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"
#include "utf8.h"

#define MAX_ARGS 32

static struct run last;
bool run_leak_check;

/* Returns the path of xentimectl, which is beside this program. */
static const char *tool_path(void)
{
    static char path[PATH_MAX + 16];
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);

    if (n < 0)
        fail_because("/proc/self/exe");
    path[n] = '\0';
    strcpy(strrchr(path, '/'), "/xentimectl");
    return path;
}

#ifndef __SANITIZE_ADDRESS__
/* Runs xentimectl in valgrind; returns where there is no valgrind. */
static void exec_valgrind(const char **argv)
{
    /* The second and the third option make it start a fifth faster. */
    const char *all[MAX_ARGS + 8] = {
        "valgrind",          "-q",
        "--vgdb=no",         "--read-inline-info=no",
        "--leak-check=full", "--error-exitcode=97",
        tool_path()
    };
    int i;

    for (i = 1; argv[i]; i++)
        all[6 + i] = argv[i];
    execvp(all[0], (char *const *)all);
}
#endif

/* Runs xentimectl in the child, whose descriptors are as they are to be. */
static void become_tool(const char *const *args)
{
    const char *argv[MAX_ARGS] = { "xentimectl" };
    char fd[16];
    int i;

    for (i = 0; args[i]; i++)
        argv[i + 1] = args[i];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    snprintf(fd, sizeof(fd), "%d", fake_xen_fd);
    setenv(FAKE_NAME_ENV, fd, 1);
    /* Memory that is not freed before exit() is no leak. */
    setenv("ASAN_OPTIONS", run_leak_check ? "" : "detect_leaks=0", 1);
    if (!getenv("LC_ALL"))
        setenv("LC_ALL", "C", 1);
#ifndef __SANITIZE_ADDRESS__
    if (run_leak_check)
        exec_valgrind(argv);
#endif
    execv(tool_path(), (char *const *)argv);
    _exit(96);
}

static pid_t spawn(const char *const *args, int out, int err)
{
    pid_t pid = fork();

    if (!pid) {
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        become_tool(args);
    }
    return pid;
}

pid_t run_on_pty(int *master, const char *const *args)
{
    struct winsize size = { .ws_row = 24, .ws_col = 80 };
    pid_t pid = forkpty(master, NULL, NULL, &size);

    if (pid < 0)
        fail_because("forkpty");
    if (!pid)
        become_tool(args);
    return pid;
}

/* Reads both descriptors at once, until both are closed. */
static void collect(const int fds[2], char **texts[2])
{
    struct pollfd p[2] = { { fds[0], POLLIN, 0 }, { fds[1], POLLIN, 0 } };
    FILE *files[2];
    size_t sizes[2];
    char buf[4096];
    ssize_t n;
    int i;

    for (i = 0; i < 2; i++)
        files[i] = open_memstream(texts[i], &sizes[i]);
    while (p[0].fd >= 0 || p[1].fd >= 0) {
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            fail_because("poll");
        for (i = 0; i < 2; i++) {
            if (p[i].fd < 0 || !p[i].revents)
                continue;
            n = read(p[i].fd, buf, sizeof(buf));
            if (n > 0)
                fwrite(buf, 1, n, files[i]);
            else
                p[i].fd = -1;
        }
    }
    for (i = 0; i < 2; i++)
        fclose(files[i]);
}

static const struct run *finish(pid_t pid, int out, int err)
{
    char **texts[2] = { &last.out, &last.err };
    const int fds[2] = { out, err };

    free(last.out);
    free(last.err);
    collect(fds, texts);
    close(out);
    close(err);
    last.status = wait_child(pid);
    return &last;
}

const struct run *run_args(const char *const *args)
{
    int out[2], err[2];
    pid_t pid;

    if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
        fail_because("pipe");
    pid = spawn(args, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    return finish(pid, out[0], err[0]);
}

const struct run *run_on_terminal(int columns, const char *const *args)
{
    struct winsize size = { .ws_row = 24, .ws_col = columns };
    int master, slave, err[2];
    pid_t pid;

    if (openpty(&master, &slave, NULL, NULL, &size) || pipe2(err, O_CLOEXEC))
        fail_because("openpty");
    pid = spawn(args, slave, err[1]);
    close(slave);
    close(err[1]);
    return finish(pid, master, err[0]);
}

pid_t run_start_to(int out, const char *const *args)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    pid_t pid = spawn(args, out < 0 ? null : out, null);

    close(null);
    return pid;
}

pid_t run_start_logged(int err, const char *const *args)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    pid_t pid = spawn(args, null, err);

    close(null);
    return pid;
}

pid_t run_start(const char *const *args)
{
    return run_start_to(-1, args);
}

void unit_assert_exit(const struct run *r, int code, const char *file, int line)
{
    if (!WIFEXITED(r->status) || WEXITSTATUS(r->status) != code)
        unit_fail(file, line, "status %#x in place of exit %d\n%s%s", r->status,
                  code, r->out, r->err);
}

json_object *parse_json(const char *text)
{
    json_tokener *tok = json_tokener_new();
    json_object *doc;
    size_t end;

    /* The parser is given the NUL as well: it ends a number. */
    doc = json_tokener_parse_ex(tok, text, strlen(text) + 1);
    end = json_tokener_get_parse_end(tok);
    if (!doc || !is_utf8(text) || text[end + strspn(text + end, "\n")])
        fail_because("no JSON document: %s: %s",
                     json_tokener_error_desc(json_tokener_get_error(tok)),
                     text);
    json_tokener_free(tok);
    return doc;
}

const char *json_at(json_object *doc, const char *path)
{
    char name[64];
    size_t len;

    for (; *path && doc; path += len + (path[len] == '/')) {
        len = strcspn(path, "/");
        snprintf(name, sizeof(name), "%.*s", (int)len, path);
        if (json_object_is_type(doc, json_type_array))
            doc = json_object_array_get_idx(doc, atoi(name));
        else if (!json_object_object_get_ex(doc, name, &doc))
            doc = NULL;
    }
    return doc ? json_object_get_string(doc) : "";
}
