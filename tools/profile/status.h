/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl profile status. */
#ifndef XENTIMECTL_PROFILE_STATUS_H
#define XENTIMECTL_PROFILE_STATUS_H

#include "tool.h"

/* Prints the sessions that there are. Returns an exit status. */
int profile_status(struct tool *t);

#endif /* XENTIMECTL_PROFILE_STATUS_H */
