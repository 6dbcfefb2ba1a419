/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <string.h>

#include "commands.h"
#include "options.h"

static bool set(const struct option_kv *option, const char *text)
{
    uint64_t i;

    if (!option->names) {
        *option->value = number(text, option->max);
        return true;
    }

    for (i = 0; option->names[i]; i++)
        if (!strcmp(option->names[i], text)) {
            *option->value = i;
            return true;
        }

    return false;
}

bool options_read(int argc, char **argv, const struct option_kv *options,
                  size_t n)
{
    size_t k;
    int i;

    for (i = 0; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        size_t len = value ? (size_t)(value - argv[i]) : 0;

        for (k = 0; k < n; k++)
            if (value && strlen(options[k].name) == len &&
                !strncmp(options[k].name, argv[i], len))
                break;
        if (k == n || !set(&options[k], value + 1))
            return false;
    }

    return true;
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t z = rng->state += 0x9e3779b97f4a7c15ull;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;

    return z ^ (z >> 31);
}

uint64_t rng_below(struct rng *rng, uint64_t n)
{
    return rng_next(rng) % n;
}
