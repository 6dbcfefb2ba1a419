/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meter NAME RUNS COMMAND...: what one run of a command costs, as a JSON
 * member:  "NAME": {"cpu_s": , "hypercalls": , "xenstore_requests": }
 *
 * CPU time is user and system time, the median of RUNS runs after one to
 * warm up; the calls are counted in one more run, under the preload, so that
 * counting is not timed.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "count.h"

#define PRELOAD "/usr/lib/lab/count.so"
#define COUNT_FILE "/run/lab-count"
#define MAX_RUNS 99

static void die(const char *what)
{
    fprintf(stderr, "meter: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double run(char **command, int counted)
{
    struct rusage use;
    int status, null;
    pid_t pid = fork();

    if (pid < 0)
        die("fork");
    if (!pid) {
        null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        if (counted) {
            setenv("LD_PRELOAD", PRELOAD, 1);
            setenv(COUNT_FILE_VARIABLE, COUNT_FILE, 1);
        }
        execvp(command[0], command);
        die(command[0]);
    }
    if (wait4(pid, &status, 0, &use) < 0)
        die("wait");
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        fprintf(stderr, "meter: %s did not succeed\n", command[0]);
        exit(1);
    }
    return use.ru_utime.tv_sec + use.ru_stime.tv_sec +
           (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static struct counts count(char **command)
{
    int fd = open(COUNT_FILE, O_RDWR | O_CREAT | O_TRUNC, 0600);
    struct counts counts = { 0, 0 };

    if (fd < 0 || ftruncate(fd, sizeof(counts)))
        die(COUNT_FILE);
    run(command, 1);
    if (pread(fd, &counts, sizeof(counts), 0) != sizeof(counts))
        die(COUNT_FILE);
    close(fd);
    unlink(COUNT_FILE);
    return counts;
}

int main(int argc, char **argv)
{
    double seconds[MAX_RUNS];
    struct counts counts;
    int runs, i;

    if (argc < 4 || (runs = strtol(argv[2], NULL, 10)) < 1 || runs > MAX_RUNS) {
        fprintf(stderr, "usage: meter NAME RUNS COMMAND...\n");
        return 2;
    }
    run(argv + 3, 0);
    for (i = 0; i < runs; i++)
        seconds[i] = run(argv + 3, 0);
    qsort(seconds, runs, sizeof(*seconds), by_size);
    counts = count(argv + 3);
    printf("\"%s\": {\"cpu_s\": %.6f, \"hypercalls\": %" PRIu64
           ", \"xenstore_requests\": %" PRIu64 "}",
           argv[1], seconds[runs / 2], counts.hypercalls,
           counts.xenstore_requests);
    return 0;
}
