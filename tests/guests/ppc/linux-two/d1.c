/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves the plan of 2007 in its own terms: two domains with an unmodified Linux
 * profile at the same time, each its own event, and what each reads is what it
 * reads alone, however often the CPU changes between them.
 *
 * Background: an event that counts user space only ("instructions:u") is frozen by
 * MMCR2 in the kernel and in the hypervisor, and so is exact to the instruction:
 * spin(n) has 3 n, and what lies between the two calls of perf is the same each
 * time. One instruction of another guest, or one lost at a switch, would show.
 *
 * How: this Linux, with two vCPUs, counts instructions on both at once; d2 counts
 * cycles. A stretch is some 15 slices of its own. Then all three sample at once.
 *
 * guests: d1,linux,vcpus=2 d2,linux slice=200
 * lab: qemu=fch timeout=400 idle=200
 */
#include <sys/wait.h>

#include "linux.h"

#define ROUNDS 35
#define LOOP 1000000
#define PERIOD 100000

static unsigned int exact(unsigned int cpu)
{
    int fd = event(INSTRUCTIONS, USER, 0);
    uint64_t few = counted_spin(fd, 1000) - 3000;
    unsigned int wrong = few < 1 || few > 100;

    for (unsigned int n = LOOP; n < LOOP + ROUNDS; n++) {
        uint64_t count = counted_spin(fd, n);

        if (count == 3UL * n + few)
            continue;
        printf("# CPU %u: %lu, not 3 * %u + %lu\n", cpu, count, n, few);
        wrong++;
    }
    printf("# CPU %u: %u stretches of 3 n + %lu instructions\n", cpu,
           ROUNDS - wrong, few);
    close(fd);
    return wrong;
}

static unsigned int samples(void)
{
    struct samples s = sampled_spin(INSTRUCTIONS, USER, PERIOD, 30 * PERIOD);

    printf("# %u samples, %u of them in the loop, %u lost\n", s.nr, s.inside,
           s.lost);
    return s.nr < 89 || s.nr > 90 || s.inside != s.nr || s.lost;
}

/* Does fn on CPU 1, in another process, and on CPU 0. */
static void on_both(unsigned int (*fn)(unsigned int cpu), const char *what)
{
    pid_t other = fork();
    int status = -1;

    if (!other) {
        set_cpu(1);
        exit(fn(1));
    }
    is(fn(0), 0, "%s on CPU 0", what);
    waitpid(other, &status, 0);
    is(status, 0, "and on CPU 1 at the same time");
}

static unsigned int samples_on(unsigned int cpu)
{
    (void)cpu;
    return samples();
}

void test_main(void)
{
    is(sysconf(_SC_NPROCESSORS_ONLN), 2, "Linux has both vCPUs");
    is(set_cpu(0), 0, "it runs on CPU 0");
    on_both(exact, "instructions in user space, all exact,");
    on_both(samples_on, "samples of 9 million of them");
}
