/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of the IA-PC HPET specification 1.0a, named as there. */
#ifndef GUESTS_X86_HPET_H
#define GUESTS_X86_HPET_H

/* clang-format off */
#define HPET_BASE           0xfed00000u

#define HPET_ID             0x000       /* GCAP_ID */
#define HPET_PERIOD         0x004       /* COUNTER_CLK_PERIOD, femtoseconds */
#define HPET_CONFIG         0x010
#define HPET_COUNTER        0x0f0       /* main counter, 64 bits */
#define HPET_T0_CONFIG      0x100
#define HPET_T0_CMP         0x108

#define HPET_ENABLE_CNF     (1u << 0)

#define HPET_TN_INT_ENB     (1u << 2)
#define HPET_TN_TYPE_PER    (1u << 3)   /* periodic */
#define HPET_TN_VAL_SET     (1u << 6)   /* the next write sets the period */
#define HPET_TN_32MODE_CNF  (1u << 8)   /* compare the low half only */
#define HPET_TN_ROUTE_SHIFT 9
/* clang-format on */

#endif
