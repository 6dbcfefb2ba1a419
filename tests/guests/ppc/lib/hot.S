/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program that guests with perf run, so small that its instructions can be
 * counted by hand: 3 n + 8, where n is 1,000,000 for each of its arguments, its
 * name included. QEMU does not count the last three: they are a translation block
 * that ends in an exception.
 */
#define ROUNDS 1000000
#define SYS_exit 1

    .abiversion 2              /* The entry is code, no function descriptor. */
    .globl _start
    .type _start, @function
_start:
    ld      3, 0(1)             /* Linux has argc there. */
    lis     4, ROUNDS >> 16
    ori     4, 4, ROUNDS & 0xffff
    mulld   3, 3, 4
    mtctr   3
    .size _start, . - _start

    .type hot, @function
hot:
    nop
    nop
    bdnz    hot
    .size hot, . - hot

    .type end, @function
end:
    li      0, SYS_exit
    li      3, 0
    sc
    .size end, . - end

    .section .note.GNU-stack, "", @progbits
