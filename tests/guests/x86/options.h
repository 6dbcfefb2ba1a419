/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options and random numbers, for commands that do things at random. */
#ifndef GUESTS_X86_OPTIONS_H
#define GUESTS_X86_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A NAME=VALUE argument: VALUE is a number up to max, or a word of names[]. */
struct option_kv {
    const char *name;
    uint64_t *value;
    uint64_t max;
    const char *const *names; /* NULL-terminated; NULL: a number */
};

/* Returns false if an argument is none of the options. */
bool options_read(int argc, char **argv, const struct option_kv *options,
                  size_t n);

/* splitmix64 has the same sequence for the same seed everywhere. */
struct rng {
    uint64_t state;
};

uint64_t rng_next(struct rng *rng);

/* Returns 0 to n - 1. */
uint64_t rng_below(struct rng *rng, uint64_t n);

#endif
