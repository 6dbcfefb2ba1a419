/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers, bits and limits that taking samples needs (Power ISA 3.0B,
 * Book III, chapter 9, Performance Monitor Facility).
 */
#ifndef PPC_PMU_SAMPLE_H
#define PPC_PMU_SAMPLE_H

#define MMCR0_PMC1CE   0x00008000UL     /* a negative PMC1 is a condition */
#define MMCR0_PMCNCE   0x00004000UL     /* any other negative PMC is one */
#define MMCR0_TRIGGER  0x00002000UL
#define MMCR0_FCECE    0x02000000UL     /* a condition freezes (sets FC) */

/*
 * These cause alerts without a counter: a bit of the time base that flips,
 * which can be every two nanoseconds, and an event-based branch.
 */
#define MMCR0_TBEE     0x00400000UL
#define MMCR0_EBE      0x00100000UL

/* The instruction that was being executed at the last alert. */
#define SPRN_SIER        784
#define   SIER_SIHV       0x01000000UL  /* it was the hypervisor's */
#define   SIER_SIAR_VALID 0x00400000UL

#define PMC_NEGATIVE   0x80000000U

/*
 * A counter must start at least this many events before it is negative.
 * Handling an alert takes Xen some hundred instructions and cycles, of which a
 * few are counted: with a shorter period Xen might do nothing else.
 */
#define PMC_MIN_PERIOD 1000U

#endif /* PPC_PMU_SAMPLE_H */
