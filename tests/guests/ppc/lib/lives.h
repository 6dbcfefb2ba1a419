/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library of Linux guests that live twice. */
#ifndef LIVES_H
#define LIVES_H

#include <sys/reboot.h>
#include <time.h>

#include "linux.h"

/*
 * Did this Linux begin when the machine did? Nothing is left of a life; but the
 * time base goes on, and Linux' own clock begins anew with it. Guests are loaded
 * in the second second, and a life takes two of them and more.
 */
static inline bool first_life(void)
{
    struct timespec up;
    uint64_t tb;

    asm volatile("mfspr %0, 268" : "=r"(tb));
    clock_gettime(CLOCK_BOOTTIME, &up);
    return tb / 512 - (up.tv_sec * 1000000 + up.tv_nsec / 1000) < 2000000;
}

static inline void write_file(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");

    if (out) {
        fputs(text, out);
        fclose(out);
    }
}

/* Opens an event, counts with it, and leaves it on. */
static inline void profile(void)
{
    int fd = event(INSTRUCTIONS, USER, 0);
    uint64_t few = counted_spin(fd, 1000) - 3000;
    unsigned int wrong = few < 1 || few > 100;

    for (unsigned int n = 500000; n < 500005; n++)
        wrong += counted_spin(fd, n) != 3UL * n + few;
    event_on(fd);
    if (wrong || !first_life())
        is(wrong, 0, "its counts are exact");
}

#endif
