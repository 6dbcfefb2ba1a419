/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See observe.h. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "predict/observe.h"
#include "cli/spawn.h"
#include "output/report.h"
#include "predict/predict.h"
#include "predict/xentrace.h"
#include "tool.h"

extern char **environ;

/* Runs xentrace, quietly, into @path.  Returns its exit status; -1: errno. */
static int run_xentrace(const char *seconds, const char *path)
{
    const char *const argv[] = { "xentrace", "-D",    "-e", XENTRACE_MASK,
                                 "-T",       seconds, path, NULL };
    posix_spawn_file_actions_t quiet;

    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    return spawn_and_wait(argv, &quiet);
}

static int watch(struct tool *t, int64_t ns, const char *path)
{
    bool tty = isatty(STDERR_FILENO);
    char seconds[24];
    int rc;

    snprintf(seconds, sizeof(seconds), "%lld",
             (long long)((ns + NS_PER_SEC - 1) / NS_PER_SEC));
    if (tty)
        fprintf(stderr, "xentimectl: watching for %s s", seconds);
    rc = run_xentrace(seconds, path);
    if (tty)
        fputs("\r\033[K", stderr);
    if (rc < 0 && errno == ENOENT)
        return report(t, EXIT_CANNOT,
                      "there is no xentrace here (Debian: xen-utils); "
                      "--trace takes what it recorded elsewhere");
    if (rc < 0)
        return report(t, EXIT_FAILED, "xentrace: %s", strerror(errno));
    if (rc)
        return report(t, EXIT_FAILED,
                      "xentrace ended with %d; is another one running?", rc);
    return EXIT_DONE;
}

int observe_vcpu(struct tool *t, int64_t ns, const char *vcpu,
                 struct predict_load *load)
{
    int fd = memfd_create("xentrace", MFD_CLOEXEC), status;
    char path[64];
    FILE *f;

    memset(load, 0, sizeof(*load));
    if (fd < 0)
        return report(t, EXIT_FAILED, "%s", strerror(errno));
    snprintf(path, sizeof(path), "/proc/%ld/fd/%d", (long)getpid(), fd);
    f = fdopen(fd, "r");
    if (!f) {
        close(fd);
        return report(t, EXIT_FAILED, "%s", strerror(errno));
    }
    status = watch(t, ns, path);
    if (!status)
        status = predict_trace_from(t, f, "what xentrace has seen", vcpu, load);
    fclose(f);
    return status;
}
