/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines for Xen's console, from the init of a Linux guest. Xen stamps each of
 * them with its system time when it gets the end of the line. Its console is a
 * port, which say_open() has to have opened.
 */
#ifndef SAY_H
#define SAY_H

#include <stdbool.h>

/* Returns false if the port cannot be had. */
bool say_open(void);

/* Writes all of a line but its end; Xen breaks lines of more than 80 bytes. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void say_end(void);

#endif /* SAY_H */
