/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands that do things at random have in common. */
#ifndef GUESTS_X86_OPTIONS_H
#define GUESTS_X86_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NAME=VALUE arguments: a number up to max, or one of names[]'s indices. */
struct option_kv {
    const char *name;
    uint64_t *value;
    uint64_t max;
    const char *const *names; /* NULL-terminated; NULL: a number */
};

/* False if an argument is none of them. */
bool options_read(int argc, char **argv, const struct option_kv *options,
                  size_t n);

/* The same sequence for the same seed, everywhere: splitmix64. */
struct rng {
    uint64_t state;
};

uint64_t rng_next(struct rng *rng);

/* 0 to n - 1 */
uint64_t rng_below(struct rng *rng, uint64_t n);

#endif
