/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps time as three kinds of guest do: struct keep_page of shared.h. */
#ifndef GUESTS_X86_KEEP_H
#define GUESTS_X86_KEEP_H

#include <stdint.h>

/* Begins anew if dom0 asks for it.  Interrupts are off. */
void keep_check(uint64_t period_tsc, uint64_t period_ps);

/* The handler of a tick of the PIT calls this on vCPU 0. */
void keep_tick(void);

#endif
