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
    uint32_t device_tree, unused; /* of a Linux; 0: none */
};

struct bundle {
    char magic[8];
    uint32_t nr, slice_us;
    struct image image[MAX_IMAGES];
};

/* Appends the bytes to the bundle, as a part that is loaded at the address. */
struct part *add_part(struct image *image, const void *data, size_t size,
                      uint32_t address);

/* The same, of a part that other images may have as well: there is one copy in the
 * bundle of each `from`, for all its parts in their order. */
void add_part_once(struct image *image, const char *from, const void *data,
                   size_t size, uint32_t address);

/* Returns a file's contents, with its size in *size; ends the program if it
 * cannot be read. */
void *read_file(const char *path, size_t *size);

#endif
