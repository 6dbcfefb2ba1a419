/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of a guest, in TAP.  guest.c prints them by hypercalls, linux.c on
 * the console of a Linux.
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

bool ok(bool good, const char *what, ...) __attribute__((format(printf, 2, 3)));
bool is(uint64_t got, uint64_t wanted, const char *what, ...)
    __attribute__((format(printf, 3, 4)));
bool in_range(uint64_t got, uint64_t low, uint64_t high, const char *what, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Each kind of guest has these two of its own.  print() prints a line; that of
 * guest.c knows %d %u %x (and l), %s, %c, widths and 0.
 */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void tap_report(bool good, const char *what, va_list args);

#endif
