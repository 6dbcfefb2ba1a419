/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest counts in rounds that are all the same: see struct rounds_page. */
#ifndef GUESTS_X86_ROUNDS_H
#define GUESTS_X86_ROUNDS_H

/* Begins anew if dom0 asks for it.  Interrupts are off. */
void rounds_check(void);

/* Does one round.  Interrupts are off. */
void rounds_turn(void);

#endif
