/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vCPUs other than 0: a LAPIC timer, clocks, and meetings. */
#ifndef GUESTS_X86_SMP_H
#define GUESTS_X86_SMP_H

#define STACK_SIZE 4096
#define NR_STACKS 8

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "x86.h"

/* Lets the other vCPUs run.  The IDT and the shared page are ready. */
void smp_start(void);

/* start.S takes each of them here. */
void smp_main(uint32_t cpu);

/* Tells which vCPU was interrupted. */
uint32_t smp_cpu(const struct frame *frame);

/* Handles an interrupt of a vCPU other than 0. */
void smp_interrupt(uint32_t cpu, const struct frame *frame);

/* Wakes the other vCPUs, so that they look at the control. */
void smp_kick(void);

/* vCPU 0 restarts another by INIT and SIPI if dom0 asks for it. */
void smp_restart_check(void);

/* Meets the other vCPUs if dom0 asks for it.  Interrupts are off. */
void smp_meet(uint32_t cpu);

#endif

#endif
