/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by meter and its preload. */
#ifndef LAB_COUNT_H
#define LAB_COUNT_H

#include <stdint.h>

/* Names the file that holds a struct counts. */
#define COUNT_FILE_VARIABLE "LAB_COUNT_FILE"

struct counts {
    uint64_t hypercalls;
    uint64_t xenstore_requests;
};

#endif
