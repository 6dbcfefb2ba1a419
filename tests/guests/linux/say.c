/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines for Xen's console: see say.h. */

#include <stdarg.h>
#include <stdio.h>
#include <sys/io.h>

#include "say.h"

#define XEN_CONSOLE_PORT 0xe9
#define LINE_SIZE 80 /* Xen breaks longer lines */

bool say_open(void)
{
    return !ioperm(XEN_CONSOLE_PORT, 1, 1);
}

void say(const char *fmt, ...)
{
    char line[LINE_SIZE];
    va_list ap;
    char *c;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    for (c = line; *c; c++)
        outb((unsigned char)*c, XEN_CONSOLE_PORT);
}

void say_end(void)
{
    outb('\n', XEN_CONSOLE_PORT);
}
