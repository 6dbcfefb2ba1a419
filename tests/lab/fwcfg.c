/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fwcfg NAME: print a file that QEMU was given with -fw_cfg, by the ports of
 * docs/specs/fw_cfg.rst. The file is no part of a machine's saved state, so
 * that a machine that is loaded can ask what it was loaded for.
 */

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>

#define SELECT 0x510
#define DATA 0x511
#define KEY_DIR 0x19
#define NAME_LEN 56

static void get(void *to, size_t n)
{
    uint8_t *bytes = to;

    while (n--)
        *bytes++ = inb(DATA);
}

static uint32_t get_be(unsigned int bytes)
{
    uint32_t value = 0;

    while (bytes--)
        value = value << 8 | inb(DATA);
    return value;
}

int main(int argc, char **argv)
{
    char name[NAME_LEN];
    uint32_t left, size;
    uint16_t key;

    if (argc != 2)
        errx(2, "usage: fwcfg NAME");
    if (iopl(3))
        err(1, "iopl");

    outw(KEY_DIR, SELECT);
    for (left = get_be(4); left; left--) {
        size = get_be(4);
        key = get_be(2);
        get_be(2); /* reserved */
        get(name, sizeof(name));
        if (strncmp(name, argv[1], sizeof(name)) != 0)
            continue;
        outw(key, SELECT);
        while (size--)
            putchar(inb(DATA));
        return fflush(stdout) ? 1 : 0;
    }
    errx(1, "no %s", argv[1]);
}
