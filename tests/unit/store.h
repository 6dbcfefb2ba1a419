/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real xenstored of Debian's package, one a test program, in a private
 * directory; and a look at what is in it that libxentime's requests are not
 * counted with.
 */
#ifndef UNIT_STORE_H
#define UNIT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"

/* Before each xs_*() that libxentime calls, but xs_open() and xs_close(). */
extern struct fault store_fault;

/*
 * Starts xenstored in the current directory, unless it runs, and waits until
 * it listens.  It ends with this process, however that ends.
 */
void store_start(void);

/* Kills it; store_start() begins with an empty store. */
void store_stop(void);

/* Stops and continues it. */
void store_pause(bool paused);

void store_put(const char *path, const char *value);
void store_rm(const char *path);
bool store_has(const char *path);

/*
 * What a toolstack does at the start and at the end of a domain: xenstored
 * tells those who watch.
 */
void store_introduce(uint32_t id);
void store_release(uint32_t id);

/* The node's value, "" if there is none; to be freed. */
char *store_get(const char *path);

/* Every node at and below @path with its value, a line each; to be freed. */
char *store_dump(const char *path);

#endif /* UNIT_STORE_H */
