/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints policies. Each function returns EXIT_DONE, or reports the error. */
#ifndef XENTIMECTL_POLICY_WRITE_H
#define XENTIMECTL_POLICY_WRITE_H

#include <stdbool.h>

#include "policy/model.h"
#include "tool.h"

/* Tells whether XML can hold @text: UTF-8 without control characters. */
bool policy_is_writable(const char *text);

/* Prints a policy file. */
int policy_write(const struct tool *t, const struct policy *p);

/* Tells whether a stock toolstack knows the timer_mode; false for -1. */
bool policy_is_stock_mode(int mode);

/* These print a configuration of the domain that the rule matches by UUID. */
int policy_write_libvirt(const struct tool *t, const struct policy_rule *rule);
int policy_write_xl(const struct tool *t, const struct policy_rule *rule);

#endif /* XENTIMECTL_POLICY_WRITE_H */
