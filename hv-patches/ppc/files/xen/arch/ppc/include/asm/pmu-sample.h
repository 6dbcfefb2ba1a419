/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MMCR0 and MMCR1 as taking samples needs them (Power ISA 3.0B, Book III,
 * chapter 9, Performance Monitor Facility).
 */
#ifndef PPC_PMU_SAMPLE_H
#define PPC_PMU_SAMPLE_H

#define MMCR0_PMC1CE   0x00008000UL     /* PMC1 negative is a condition */
#define MMCR0_PMCNCE   0x00004000UL     /* any of the others is */
#define MMCR0_TRIGGER  0x00002000UL
#define MMCR0_FCECE    0x02000000UL     /* a condition freezes (FC) */

/* Alerts by other than a counter: a bit of the time base that flips, which can
 * be every two nanoseconds, and an event-based branch. */
#define MMCR0_TBEE     0x00400000UL
#define MMCR0_EBE      0x00100000UL

#define PMC_NEGATIVE   0x80000000U

/*
 * The least from what a counter starts with to its being negative.  Handling
 * an alert takes Xen some hundred instructions and cycles, of which a few are
 * counted: with less it might do nothing else.
 */
#define PMC_MIN_PERIOD 1000U

#endif /* PPC_PMU_SAMPLE_H */
