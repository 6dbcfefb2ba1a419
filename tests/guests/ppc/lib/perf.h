/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test guests that are a Linux with Debian's perf, which profiles hot.S. Their
 * "guests:" line has the word "perf".
 */
#ifndef PERF_H
#define PERF_H

#include "linux.h"

/* The instructions of hot.S with so many arguments, its name included, of which
 * QEMU does not count the last three. */
#define HOT_INSTRUCTIONS(args) (3000000UL * (args) + 8 - 3)

/* Returns what "perf stat" says of an event in hot.S, and 0 if it says nothing. */
uint64_t perf_stat(const char *event, unsigned int args);

/*
 * Counts the samples of "perf record" of hot.S, as "perf script" has them;
 * "perf report" is printed. Inside are those that are of its loop.
 */
struct samples perf_record(const char *event, unsigned int period,
                           unsigned int args);

#endif
