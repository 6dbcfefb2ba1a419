/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest begins here, and its interrupts come here: at their vectors in real
 * mode, and 0x4000 higher for a guest that turns its MMU on and asks for
 * interrupts there (H_SET_MODE, AIL 3), at addresses 0xc000... that are mapped
 * to the same memory.
 */
#include "frame.h"

/* Keeps r3 in SPRG2, and puts the vector into r3. */
.macro VECTORS base
    .irp vec, 0x200, 0x300, 0x380, 0x400, 0x480, 0x500, 0x600, 0x700, 0x800, \
              0x900, 0xa00, 0xc00, 0xd00, 0xf00, 0xf20, 0xf40, 0xf60
    .org \base + \vec
    mtsprg  2, %r3
    li      %r3, \vec
    b       interrupt_common
    .endr
.endm

    .section .vectors, "ax", %progbits
    .globl _start
    .org 0x100
_start:
    /* r3: the number of this vCPU, r4: of the domain, r5: the time */
    bcl     20, 31, 1f
1:  mflr    %r12
    addis   %r2, %r12, (.TOC. - 1b)@ha
    addi    %r2, %r2, (.TOC. - 1b)@l
    addis   %r1, %r2, stacks@toc@ha
    addi    %r1, %r1, stacks@toc@l
    addi    %r6, %r3, 1
    sldi    %r6, %r6, STACK_LOG2
    add     %r1, %r1, %r6
    li      %r0, 0
    stdu    %r0, -64(%r1)
    bl      guest_main
    nop
    trap

VECTORS 0
VECTORS 0x4000
    .org 0x5000

interrupt_common:
    mtsprg  3, %r1
    subi    %r1, %r1, FRAME_SIZE        /* below the red zone of 288 bytes */
    std     %r0, FRAME_GPR(0)(%r1)
    mfsprg  %r0, 3
    std     %r0, FRAME_GPR(1)(%r1)
    std     %r2, FRAME_GPR(2)(%r1)
    mfsprg  %r0, 2
    std     %r0, FRAME_GPR(3)(%r1)
    .irp n, 4, 5, 6, 7, 8, 9, 10, 11, 12
    std     %r\n, FRAME_GPR(\n)(%r1)
    .endr
    mflr    %r0
    std     %r0, FRAME_LR(%r1)
    mfctr   %r0
    std     %r0, FRAME_CTR(%r1)
    mfxer   %r0
    std     %r0, FRAME_XER(%r1)
    mfcr    %r0
    std     %r0, FRAME_CR(%r1)
    mfsrr0  %r0
    std     %r0, FRAME_PC(%r1)
    mfsrr1  %r0
    std     %r0, FRAME_MSR(%r1)
    std     %r3, FRAME_VECTOR(%r1)
    bcl     20, 31, 1f
1:  mflr    %r12
    addis   %r2, %r12, (.TOC. - 1b)@ha
    addi    %r2, %r2, (.TOC. - 1b)@l
    addi    %r3, %r1, 0
    stdu    %r1, -64(%r1)
    bl      interrupt
    nop
    addi    %r1, %r1, 64
    ld      %r0, FRAME_PC(%r1)
    mtsrr0  %r0
    ld      %r0, FRAME_MSR(%r1)
    mtsrr1  %r0
    ld      %r0, FRAME_LR(%r1)
    mtlr    %r0
    ld      %r0, FRAME_CTR(%r1)
    mtctr   %r0
    ld      %r0, FRAME_XER(%r1)
    mtxer   %r0
    ld      %r0, FRAME_CR(%r1)
    mtcr    %r0
    .irp n, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
    ld      %r\n, FRAME_GPR(\n)(%r1)
    .endr
    ld      %r1, FRAME_GPR(1)(%r1)
    rfid

    .section .bss
    .balign 16
    .globl stacks
stacks:
    .space 4 << STACK_LOG2
