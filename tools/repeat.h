/* SPDX-License-Identifier: GPL-2.0-only */
/* Doing something again and again until Ctrl-C. */
#ifndef XENTIMECTL_REPEAT_H
#define XENTIMECTL_REPEAT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * From now on Ctrl-C and SIGTERM end the waiting, and no more, so that the
 * last line and the JSON document are whole.
 */
void repeat_start(sigset_t *stops);

/* CLOCK_MONOTONIC */
int64_t monotonic_ns(void);

/* False if one of @stops has come first. */
bool repeat_wait(int64_t then, const sigset_t *stops);

#endif
