/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that Debian's Linux, as it is, runs as a guest, and that its own perf
 * counts and samples there: it finds POWER9's performance monitor, asks for it
 * by H_PERFMON, counts a loop exactly, takes its own interrupts at its own 0xf00,
 * sleeps and wakes, has the time of day, and powers off.
 *
 * How: instructions of spin(n), 3 n and what perf's own calls take. The latter
 * are the same each time unless a timer's interrupt falls into it. QEMU 10 has
 * them all in one count, user space, kernel and hypervisor; with slices that
 * are longer than the test there is nothing of the hypervisor in it.
 *
 * guests: d1,linux slice=1000000
 * lab: timeout=300 idle=100
 */
#include <time.h>

#include "linux.h"

#define ROUNDS 20
#define LOOP 1000
#define NEW_YEAR_2026 1767225600

/* Returns what most of the rounds count, and in *as_many how many these are. */
static uint64_t usual_count(int fd, uint64_t n, unsigned int *as_many)
{
    uint64_t count[ROUNDS], usual = 0;

    for (unsigned int i = 0; i < ROUNDS; i++)
        count[i] = counted_spin(fd, n);
    *as_many = 0;
    for (unsigned int i = 0; i < ROUNDS; i++) {
        unsigned int same = 0;

        for (unsigned int k = 0; k < ROUNDS; k++)
            same += count[k] == count[i];
        if (same > *as_many) {
            *as_many = same;
            usual = count[i];
        }
    }
    return usual;
}

static void counts(uint32_t type, uint64_t config, const char *name)
{
    unsigned int one, two;
    uint64_t first, second;
    int fd = event(type, config, 0, 0);

    if (!ok(fd >= 0, "%s: an event", name))
        return;
    first = usual_count(fd, LOOP, &one);
    second = usual_count(fd, 2 * LOOP, &two);
    printf("# %s: %lu, %u times; %lu, %u times\n", name, first, one, second,
           two);
    is(second - first, 3 * LOOP, "%s: another %u rounds", name, LOOP);
    ok(one >= ROUNDS - 3 && two >= ROUNDS - 3, "%s: the same each time", name);
    in_range(first, 3 * LOOP, 3 * LOOP + 5000, "%s: of these and perf", name);
    close(fd);
}

/* Returns how many ms a sleep takes by Linux' clock. */
static uint64_t sleep_for(unsigned int seconds)
{
    struct timespec begin, end;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    sleep(seconds);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (end.tv_sec - begin.tv_sec) * 1000 +
           (end.tv_nsec - begin.tv_nsec) / 1000000;
}

void test_main(void)
{
    struct samples s;
    uint64_t slept;
    volatile double x = 1;

    is(strcmp(first_line("/sys/bus/event_source/devices/cpu/caps/pmu_name"),
              "POWER9"),
       0, "Linux has found the performance monitor");
    counts(INSTRUCTIONS, "instructions");
    counts(CYCLES, "cycles");

    s = sampled_spin(INSTRUCTIONS, 0, 100000, 3000000);
    printf("# %u samples, %u of them in the loop\n", s.nr, s.inside);
    in_range(s.nr, 85, 130, "samples of 9 million instructions");
    ok(s.inside >= 80, "most are of the loop");
    is(s.lost, 0, "none is lost");

    for (unsigned int i = 0; i < 30; i++)
        x *= 1.5;
    ok(x > 191751.05 && x < 191751.06, "floating point");
    slept = sleep_for(5);
    in_range(slept, 5000, 5020, "a sleep of 5,000 ms");
    /* QEMU's machine has it from the host, by its service processor. */
    ok(time(NULL) > NEW_YEAR_2026, "the time of day");
}
