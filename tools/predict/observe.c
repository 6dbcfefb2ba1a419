/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See observe.h. */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "predict/observe.h"
#include "cli/spawn.h"
#include "output/report.h"
#include "predict/predict.h"
#include "predict/xentrace.h"
#include "tool.h"

/*
 * The record is in the memory of dom0, which often has a gigabyte or less; a busy
 * host records some megabytes a second.
 */
#define MAX_MIB 256

/* How often the size of the record is looked at, in milliseconds. */
#define LOOK_MS 100

/*
 * Waits for xentrace, and ends it if the record is full, which sets *full.  At
 * SIGTERM it turns Xen's trace buffers off and leaves them to the next one.
 */
static int wait_for(pid_t pid, int record, bool *full)
{
    struct stat st;
    int status;

    while ((status = spawn_wait(pid, LOOK_MS)) < 0 && errno == EAGAIN)
        if (!fstat(record, &st) && st.st_size >= MAX_MIB * INT64_C(1048576)) {
            *full = true;
            kill(pid, SIGTERM);
        }
    return status;
}

/* Runs xentrace, quietly, into @record.  Returns its exit status; -1: errno. */
static int run_xentrace(const char *seconds, int record, bool *full)
{
    static const struct spawn_files quiet = { -1, -1, -1 };
    char path[64];
    const char *const argv[] = { "xentrace", "-D",    "-e", XENTRACE_MASK,
                                 "-T",       seconds, path, NULL };
    pid_t pid;

    snprintf(path, sizeof(path), "/proc/%ld/fd/%d", (long)getpid(), record);
    pid = spawn_start(argv, &quiet);
    return pid < 0 ? -1 : wait_for(pid, record, full);
}

static int watch(struct tool *t, int64_t ns, int record)
{
    bool tty = isatty(STDERR_FILENO), full = false;
    char seconds[24];
    int rc;

    snprintf(seconds, sizeof(seconds), "%lld",
             (long long)((ns + NS_PER_SEC - 1) / NS_PER_SEC));
    if (tty)
        fprintf(stderr, "xentimectl: watching for %s s", seconds);
    rc = run_xentrace(seconds, record, &full);
    if (tty)
        fputs("\r\033[K", stderr);
    if (rc < 0 && errno == ENOENT)
        return report(t, EXIT_CANNOT,
                      "there is no xentrace here (Debian: xen-utils); "
                      "--trace takes what it recorded elsewhere");
    if (rc < 0)
        return report(t, EXIT_FAILED, "xentrace: %s", strerror(errno));
    if (full)
        fprintf(stderr,
                "xentimectl: note: the record has %d MiB, and was ended "
                "before its time\n",
                MAX_MIB);
    else if (rc)
        return report(t, EXIT_FAILED,
                      "xentrace ended with %d; is another one running?", rc);
    return EXIT_DONE;
}

int observe_vcpu(struct tool *t, int64_t ns, const char *vcpu,
                 struct predict_load *load)
{
    int fd = memfd_create("xentrace", MFD_CLOEXEC), status;
    FILE *f;

    memset(load, 0, sizeof(*load));
    if (fd < 0)
        return report(t, EXIT_FAILED, "%s", strerror(errno));
    f = fdopen(fd, "r");
    if (!f) {
        close(fd);
        return report(t, EXIT_FAILED, "%s", strerror(errno));
    }
    status = watch(t, ns, fd);
    if (!status)
        status = predict_trace_from(t, f, "what xentrace has seen", vcpu, load);
    fclose(f);
    return status;
}
