/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_IMAGE_H
#define LINUX_IMAGE_H

#include "bundle.h"

/*
 * Makes of an image, whose vcpus and memory are set, a Linux: the kernel, an
 * initial RAM disk with the program `init` and with what is in the archive
 * `files` (NULL: nothing else), and the device tree.
 */
void add_linux(struct image *image, const char *kernel, const char *files,
               const char *init);

#endif
