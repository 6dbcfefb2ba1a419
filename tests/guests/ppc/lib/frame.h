/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame that start.S puts on the stack for an interrupt. */
#ifndef FRAME_H
#define FRAME_H

#define STACK_LOG2 14

#define FRAME_GPR(n) (32 + 8 * (n))
#define FRAME_LR 136
#define FRAME_CTR 144
#define FRAME_XER 152
#define FRAME_CR 160
#define FRAME_PC 168
#define FRAME_MSR 176
#define FRAME_VECTOR 184
#define FRAME_SIZE (192 + 288)

#ifndef __ASSEMBLER__
#include <stdint.h>

struct frame {
    uint64_t pad[4];
    uint64_t gpr[13]; /* 13 to 31 are not moved */
    uint64_t lr, ctr, xer, cr, pc, msr, vector;
};
_Static_assert(__builtin_offsetof(struct frame, lr) == FRAME_LR, "lr");
_Static_assert(__builtin_offsetof(struct frame, vector) == FRAME_VECTOR,
               "vector");
#endif

#endif
