/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The init of a Linux guest that tells what time it is.
 *
 *     [INTERVAL-MS [busy|idle]]
 *
 * Xen stamps each line that a guest writes to port 0xe9, on its own console,
 * with its system time.  So the guest reads its clocks just before the end of a
 * line, and writes them in the next one: Xen's stamp of line N and the clocks
 * in line N + 1 belong together, and at worst the clocks are a little older.
 *
 *     clock N MONOTONIC-NS TSC            the clocks at the end of line N - 1
 *     cross CLOCK handovers=N back=N max=N
 *
 * "cross" is there with several CPUs.  A thread on each of them compares what
 * it reads of a clock with the greatest value that any of them has read; back
 * is how often its own was less, and max by how much at most, in the clock's
 * unit; handovers is how often another CPU had been the last to read it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

#define DEFAULT_INTERVAL_MS 50
#define LINES_PER_CROSS 20
#define NAP_NS 3000000

static uint64_t monotonic_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t raw_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_RAW, &t);

    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The fence keeps the CPU from reading the TSC ahead of what is before it. */
static uint64_t tsc(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");

    return (uint64_t)high << 32 | low;
}

static struct cross {
    const char *name;
    uint64_t (*read)(void);
    uint64_t greatest;
    int reader; /* the CPU that read it last */
    uint64_t handovers;
    uint64_t back;
    uint64_t max;
} crosses[] = {
    { .name = "tsc", .read = tsc },
    { .name = "monotonic", .read = monotonic_ns },
    { .name = "raw", .read = raw_ns },
};

#define NR_CROSSES (sizeof(crosses) / sizeof(crosses[0]))

static unsigned int cpus;
static bool busy = true;

static void cross_check(struct cross *c, int cpu)
{
    uint64_t before = __atomic_load_n(&c->greatest, __ATOMIC_ACQUIRE);
    uint64_t now = c->read(), max;

    if (__atomic_exchange_n(&c->reader, cpu, __ATOMIC_RELAXED) != cpu)
        __atomic_add_fetch(&c->handovers, 1, __ATOMIC_RELAXED);

    if (now < before) {
        __atomic_add_fetch(&c->back, 1, __ATOMIC_RELAXED);
        max = __atomic_load_n(&c->max, __ATOMIC_RELAXED);
        while (before - now > max &&
               !__atomic_compare_exchange_n(&c->max, &max, before - now, false,
                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            ;
        return;
    }
    while (now > before &&
           !__atomic_compare_exchange_n(&c->greatest, &before, now, false,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        ;
}

/* The witness does this between two lines. */
static void turn(int cpu)
{
    static const struct timespec nap = { .tv_nsec = NAP_NS };
    unsigned int i;

    for (i = 0; cpus > 1 && i < NR_CROSSES; i++)
        cross_check(&crosses[i], cpu);
    if (!busy)
        nanosleep(&nap, NULL);
}

static void pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof(set), &set);
}

static void *other_cpu(void *arg)
{
    int cpu = (int)(intptr_t)arg;

    pin(cpu);
    for (;;)
        turn(cpu);

    return NULL;
}

/*
 * Returns the clock just after it has moved: a clock that is kept by ticks
 * stands still between them, for longer than is to be measured.
 */
static uint64_t next_monotonic_ns(void)
{
    uint64_t before = monotonic_ns(), now;

    do
        now = monotonic_ns();
    while (now == before);

    return now;
}

static void say_file(const char *what, const char *path)
{
    char text[64] = "";
    int fd = open(path, O_RDONLY);

    if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
        strcpy(text, "?");
    text[strcspn(text, "\n")] = '\0';
    say("%s %s", what, text);
    say_end();
    if (fd >= 0)
        close(fd);
}

static void say_crosses(void)
{
    unsigned int i;

    for (i = 0; cpus > 1 && i < NR_CROSSES; i++) {
        const struct cross *c = &crosses[i];

        say("cross %s handovers=%" PRIu64 " back=%" PRIu64 " max=%" PRIu64,
            c->name, c->handovers, c->back, c->max);
        say_end();
    }
}

int main(int argc, char **argv)
{
    uint64_t interval_ns = DEFAULT_INTERVAL_MS, last, clock, counter;
    static const char sources[] =
        "/sys/devices/system/clocksource/clocksource0";
    char path[128];
    uint64_t n = 0;
    unsigned int i;

    if (argc > 1)
        interval_ns = strtoull(argv[1], NULL, 10);
    interval_ns *= 1000000;
    busy = argc <= 2 || strcmp(argv[2], "idle");

    if (!say_open())
        return 1;
    mkdir("/sys", 0755);
    mount("sys", "/sys", "sysfs", 0, NULL);
    cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
    say("witness of %u CPUs", cpus);
    say_end();
    snprintf(path, sizeof(path), "%s/current_clocksource", sources);
    say_file("clocksource", path);
    snprintf(path, sizeof(path), "%s/available_clocksource", sources);
    say_file("of", path);
    say_file("tick", "/sys/devices/system/clockevents/clockevent0/"
                     "current_device");

    pin(0);
    for (i = 1; i < cpus; i++) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, other_cpu, (void *)(intptr_t)i))
            return 1;
    }

    clock = monotonic_ns();
    counter = tsc();
    for (;;) {
        say("clock %" PRIu64 " %" PRIu64 " %" PRIu64, n, clock, counter);
        clock = next_monotonic_ns();
        counter = tsc();
        say_end();
        if (n++ % LINES_PER_CROSS == 0)
            say_crosses();
        last = monotonic_ns();
        while (monotonic_ns() - last < interval_ns)
            turn(0);
    }
}
