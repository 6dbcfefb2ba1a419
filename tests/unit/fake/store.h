/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real xenstored of Debian's package, or its oxenstored if the environment
 * has UNIT_XENSTORED=oxenstored, one per test program, in a private directory;
 * and requests of the tests' own, which are not counted among those of
 * libxentime.
 */
#ifndef UNIT_STORE_H
#define UNIT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"

/*
 * Strikes before each xs_*() of libxentime that reads, writes or transacts, and
 * for each request that it sends by itself (store-pipeline.c).
 */
extern struct fault store_fault;

/*
 * Strikes before libxentime receives answers to the latter by itself; with the
 * error 0 xenstored has closed the connection.
 */
extern struct fault answer_fault;

/* The faults that are injected into answers; all 0: none. */
extern struct store_answers {
    size_t most;      /* bytes that come at once */
    size_t damage_at; /* this byte, from 1, is changed */
    uint8_t damage;   /* and these bits of it */
    size_t seen;      /* bytes so far */
    size_t windows;   /* of requests that were sent at once */
} store_answers;

/*
 * Starts xenstored in the current directory, unless it runs, and waits until
 * it listens.  It ends with this process, however that ends.
 */
void store_start(void);

/* Tells whether that is oxenstored. */
bool store_is_ox(void);

/*
 * The limits that the next store_start() gives its daemon; 0 leaves it what it
 * has.
 */
extern struct store_limits {
    unsigned int nodes, watches, transactions; /* of a domain */
    unsigned int path;                         /* bytes */
} store_limits;

/* Kills it; store_start() begins with an empty store. */
void store_stop(void);

/* Stops it if @paused, or continues it. */
void store_pause(bool paused);

void store_put(const char *path, const char *value);
void store_rm(const char *path);
bool store_has(const char *path);

/*
 * Do what a toolstack does at the start and at the end of a domain, of which
 * xenstored tells those who watch.
 */
void store_introduce(uint32_t id);
void store_release(uint32_t id);

/* Returns the node's value, "" if there is none; the caller frees it. */
char *store_get(const char *path);

/*
 * Returns every node at and below @path with its value, one per line; the
 * caller frees the text.
 */
char *store_dump(const char *path);

#endif /* UNIT_STORE_H */
