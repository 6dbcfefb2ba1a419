/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "perf.h"

#define OUTPUT "/output"
#define DATA "/perf.data"

/* Runs a command, whose words have no blanks in them, with all that it says in
 * OUTPUT, and returns whether it succeeds. It is printed if it does not. */
__attribute__((format(printf, 1, 2))) static bool run(const char *format, ...)
{
    char command[256], line[256], *argv[32] = { NULL };
    int status = -1, n = 0;
    va_list args;
    FILE *in;

    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);

    if (!fork()) {
        int out = open(OUTPUT, O_CREAT | O_TRUNC | O_WRONLY, 0600);

        dup2(out, 1);
        dup2(out, 2);
        for (char *word = strtok(command, " "); word && n < 31;
             word = strtok(NULL, " "))
            argv[n++] = word;
        execv(argv[0], argv);
        exit(127);
    }
    wait(&status);
    if (!status)
        return true;

    printf("# %s: status 0x%x\n", command, status);
    in = fopen(OUTPUT, "r");
    while (in && fgets(line, sizeof(line), in))
        printf("# %s", line);
    return false;
}

/* One argument is the program's own name. */
static const char *hot(unsigned int args)
{
    static char words[64];

    strcpy(words, "/hot");
    while (--args)
        strcat(words, " x");
    return words;
}

/* Calls fn for each line of OUTPUT that is not a comment of perf's. */
static void each_line(void (*fn)(const char *line, void *data), void *data)
{
    FILE *in = fopen(OUTPUT, "r");
    char line[256];

    while (in && fgets(line, sizeof(line), in))
        if (line[0] != '#' && line[0] != '\n')
            fn(line, data);
    if (in)
        fclose(in);
}

/* "perf stat -x," has the count first in its line. */
static void a_count(const char *line, void *data)
{
    *(uint64_t *)data = strtoul(line, NULL, 10);
}

uint64_t perf_stat(const char *event, unsigned int args)
{
    uint64_t count = 0;

    if (run("/usr/bin/perf stat -x, -e %s -- %s", event, hot(args)))
        each_line(a_count, &count);
    return count;
}

static void a_sample(const char *line, void *data)
{
    struct samples *s = data;

    s->nr++;
    s->inside += strstr(line, " hot\n") != NULL;
}

static void a_row(const char *line, void *data)
{
    (void)data;
    printf("# %s", line);
}

struct samples perf_record(const char *event, unsigned int period,
                           unsigned int args)
{
    struct samples s = { 0 };

    if (!run("/usr/bin/perf record -e %s -c %u -o " DATA " -- %s", event,
             period, hot(args)))
        return s;
    if (run("/usr/bin/perf report --stdio -F overhead,sample,sym -i " DATA))
        each_line(a_row, NULL);
    if (run("/usr/bin/perf script -F ip,sym -i " DATA))
        each_line(a_sample, &s);
    return s;
}
