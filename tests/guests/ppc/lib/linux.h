/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The library of test guests that are a Linux: a test's d1.c is /init there, and
 * nothing else runs. It is a static program of the C library's.
 */
#ifndef LINUX_H
#define LINUX_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>

#include "tap.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a test: TAP, as in guest.h ---- */

/* When it returns the plan is printed, and the guest powers off. */
void test_main(void);

/* ---- events ---- */

#define INSTRUCTIONS PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS
#define CYCLES PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES

#define USER 1   /* what is counted, besides the kernel: */
#define KERNEL 2 /* with neither of the two, all that there is */

/*
 * Opens an event of this process, off, that counts `what`, and overflows each
 * `period` of them (0: never). -errno if Linux refuses.
 */
int event(uint32_t type, uint64_t config, unsigned int what, uint64_t period);

void event_on(int fd);
void event_off(int fd);
uint64_t event_count(int fd);

/* Two nops and a branch n times: 3 n instructions, and a few. */
void spin(uint64_t n);

/* Returns what fd counts of spin(n), from 0. */
uint64_t counted_spin(int fd, uint64_t n);

/* ---- samples ---- */

struct samples {
    unsigned int nr;     /* that there are */
    unsigned int inside; /* of these in spin() */
    unsigned int lost;
};

/* Samples spin(n) by an event with a period, which it opens. */
struct samples sampled_spin(uint32_t type, uint64_t config, unsigned int what,
                            uint64_t period, uint64_t n);

/* ---- other things ---- */

/* Returns the first line of a file, or "" if there is none. */
const char *first_line(const char *path);

/* Runs from now on on that CPU alone; not 0: it cannot. */
int set_cpu(unsigned int cpu);

#endif
