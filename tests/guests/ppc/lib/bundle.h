/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bundle of guests as the hypervisor takes it (asm/guest.h). It is little
 * endian, as is every build host so far.
 */
#ifndef BUNDLE_H
#define BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#define MAX_IMAGES 4
#define MAX_PARTS 4

#define IMAGE_CONTROL 1
#define IMAGE_FPU 2

struct part {
    uint32_t offset, size, address;
};

struct image {
    char name[16];
    uint64_t memory;
    uint32_t vcpus, flags;
    struct part part[MAX_PARTS];
};

struct bundle {
    char magic[8];
    uint32_t nr, slice_us;
    struct image image[MAX_IMAGES];
};

/* Appends the bytes to the bundle, as a part that is loaded at the address. */
void add_part(struct image *image, const void *data, size_t size,
              uint32_t address);

/* Returns a file's contents, with its size in *size; ends the program if it
 * cannot be read. */
void *read_file(const char *path, size_t *size);

#endif
