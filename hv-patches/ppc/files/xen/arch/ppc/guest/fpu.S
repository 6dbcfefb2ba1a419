/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 64 vector-scalar registers (VSR 0 to 31 have the floating point registers
 * in them, 32 to 63 are the vector registers), FPSCR and VSCR of a guest, to
 * and from a struct guest_fpu.  Xen itself uses none of them.
 */

#include <asm/asm-defns.h>
#include <asm/msr.h>

    .machine push
    .machine power9
    .text

#define MSR_ALL (MSR_FP | MSR_VMX | MSR_VSX)

/* These use r5, r6. */
.macro FPU_ON
    mfmsr   %r5
    oris    %r6, %r5, MSR_ALL >> 16
    ori     %r6, %r6, MSR_ALL & 0xffff
    mtmsrd  %r6
    isync
.endm

.macro FPU_OFF
    mtmsrd  %r5
    isync
.endm

/* Does \op with each register and the 16 bytes that are its own, from r4 on. */
.macro EACH_VSR op
    .set vsr, 0
    .rept 64
    \op     vsr, 0, %r4
    addi    %r4, %r4, 16
    .set vsr, vsr + 1
    .endr
.endm

/* void guest_fpu_save(struct guest_fpu *f) */
FUNC(guest_fpu_save)
    FPU_ON
    mr      %r4, %r3
    EACH_VSR stxvd2x
    mffs    0
    stfd    0, 0(%r4)
    addi    %r4, %r4, 16
    mfvscr  0
    stvx    0, 0, %r4
    FPU_OFF
    blr
END(guest_fpu_save)

/* void guest_fpu_load(const struct guest_fpu *f) */
FUNC(guest_fpu_load)
    FPU_ON
    addi    %r4, %r3, 64 * 16
    lfd     0, 0(%r4)
    mtfsf   0xff, 0, 1, 0
    addi    %r4, %r4, 16
    lvx     0, 0, %r4
    mtvscr  0
    mr      %r4, %r3
    EACH_VSR lxvd2x
    FPU_OFF
    blr
END(guest_fpu_load)

    .machine pop
