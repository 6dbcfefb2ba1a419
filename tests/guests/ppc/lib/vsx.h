/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers that a guest has with the word "fpu" only. */
#ifndef VSX_H
#define VSX_H

#include "guest.h"

#define MSR_FP 0x2000UL
#define MSR_VSX 0x800000UL
#define MSR_VEC 0x2000000UL

#define EBBHR 804
#define EBBRR 805
#define BESCR 806

/* 64 registers of 16 bytes, FPSCR and VSCR. */
#define NR_VSX 66
struct vsx {
    uint64_t reg[NR_VSX][2];
} __attribute__((aligned(16)));

#define EACH_VSR(op) \
    ".set vsr, 0\n .rept 64\n " op " vsr, 0, %0\n addi %0, %0, 16\n" \
    ".set vsr, vsr + 1\n .endr\n"

static inline void vsx_read(struct vsx *v)
{
    uint64_t *p = v->reg[0];

    asm volatile(
        EACH_VSR("stxvd2x") "mffs 0\n stfd 0, 0(%0)\n addi %0, %0, 16\n"
                            "mfvscr 0\n stvx 0, 0, %0\n"
                            "addi %0, %0, -1040\n lxvd2x 0, 0, %0\n"
                            "addi %0, %0, 512\n lxvd2x 32, 0, %0"
        : "+b"(p)
        :
        : "memory");
}

static inline void vsx_write(const struct vsx *v)
{
    const uint64_t *p = v->reg[64];

    asm volatile(
        "lfd 0, 0(%0)\n mtfsf 0xff, 0, 1, 0\n addi %0, %0, 16\n"
        "lvx 0, 0, %0\n mtvscr 0\n addi %0, %0, -1040\n" EACH_VSR("lxvd2x")
        : "+b"(p)
        :
        : "memory");
}

#endif
