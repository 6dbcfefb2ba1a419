/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits for the next repetition of a command, until Ctrl-C ends it. */
#ifndef XENTIMECTL_CLI_INTERVAL_H
#define XENTIMECTL_CLI_INTERVAL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Lets Ctrl-C and SIGTERM, from now on, end the waiting and nothing else, so
 * that the last line and the JSON document are whole. *stops is for
 * interval_wait().
 */
void interval_start(sigset_t *stops);

/* Returns the time of CLOCK_MONOTONIC in ns. */
int64_t monotonic_ns(void);

/* Waits until monotonic_ns() is @then; false if one of @stops came first. */
bool interval_wait(int64_t then, const sigset_t *stops);

#endif /* XENTIMECTL_CLI_INTERVAL_H */
