/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OpenBIOS jumps here, in 32-bit mode, with its client interface in r5. */
    .section .text.start, "ax", @progbits
    .globl _start
_start:
    mfmsr   6
    rlwinm  6, 6, 0, 17, 15             /* EE off */
    mtmsr   6
    lis     1, stack_top@ha
    addi    1, 1, stack_top@l
    li      0, 0
    stwu    0, -16(1)
    mr      3, 5
    bl      payload_main
1:  b       1b

    .section .bss
    .balign 16
    .space  0x4000
stack_top:
    .space  64
