/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The four periodic interrupts that Xen emulates for an HVM guest. */
#ifndef GUESTS_X86_TIMERS_H
#define GUESTS_X86_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "shared.h"

/* Timer i interrupts at vector TIMER_VECTOR + i. */
#define TIMER_VECTOR 0x30u
#define SPURIOUS_VECTOR 0xffu

/* Silences the 8259s and enables the LAPIC.  No timer is armed afterwards. */
void timers_init(void);

/*
 * Arms a timer at about hz interrupts a second, or disarms it (hz 0).
 * Returns the period that the hardware really keeps, in picoseconds; 0 if
 * disarmed or if the device is not there.  The caller has interrupts off.
 */
uint64_t timer_program(enum timer_id id, uint32_t hz);

/* Lets the LAPIC interrupt once, 1/hz seconds from now. */
void lapic_one_shot(uint32_t hz);

/* Does what the device wants before its next interrupt, but no EOI. */
void timer_ack(enum timer_id id);

/* Enables the LAPIC of a vCPU other than 0. */
void lapic_init(void);

/* Returns the PIT's counts since its reload; *period: those of a period. */
uint32_t pit_elapsed(uint32_t *period);

void lapic_eoi(void);

/* Sends an interrupt at this vector to every other vCPU. */
void lapic_ipi_others(uint32_t vector);

/*
 * Sends INIT and SIPI to vCPU cpu, which begins in real mode at the first byte
 * of the page at that address, below 1 MiB.
 */
void lapic_restart(uint32_t cpu, uint32_t page);

/* Does the LAPIC know of an interrupt being served at this vector? */
bool lapic_in_service(uint32_t vector);

/* Lets the HPET main counter run with no timer armed, so that it is a clock. */
void hpet_run(uint32_t on);

/* Returns the femtoseconds of a tick of the HPET, 0 if there is no HPET. */
uint32_t hpet_period_fs(void);

#endif
