/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl policy: its subcommands, which return an exit status. */
#ifndef XENTIMECTL_POLICY_H
#define XENTIMECTL_POLICY_H

#include "tool.h"

int policy_apply(struct tool *t);
int policy_export(struct tool *t);
int policy_import(struct tool *t);

#endif /* XENTIMECTL_POLICY_H */
