/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The witness of one time for all vCPUs: see struct witness_page. */
#ifndef GUESTS_X86_WITNESS_H
#define GUESTS_X86_WITNESS_H

#include <stdint.h>

/* Sets up what Viridian offers, on vCPU 0, before the others run. */
void witness_init(void);

/* Reads each clock once on vCPU cpu, the caller.  Interrupts are off. */
void witness_turn(uint32_t cpu);

/*
 * Takes note of what vCPU cpu, the caller, has moved its TSC by: nothing, when
 * it has just been reset.
 */
void witness_note_tsc(uint32_t cpu);

/* Writes the TSC of vCPU cpu, the caller, if dom0 asks for it. */
void witness_write_tsc(uint32_t cpu);

/* Leaves the CPU to others for a moment, with interrupts on. */
void witness_rest(void);

#endif
