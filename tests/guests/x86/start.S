/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry and interrupt stubs of a 32-bit test guest, flat, without paging.
 *
 * The domain builder starts every vCPU at _start in protected mode with flat
 * segments, its number in EBX.  Every interrupt and exception ends in
 * interrupt(frame) of the guest kernel, with struct frame (x86.h) on the
 * vCPU's own stack.
 */
#include "smp.h"

        .code32

        .macro  load_segments
        lgdt    gdt_pointer
        ljmp    $8, $1f
1:      movl    $16, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    %eax, %ss
        .endm

        .section .text.start, "ax", @progbits
        .globl _start
_start:
        cli
        cld
        testl   %ebx, %ebx
        jnz     secondary
        movl    $stacks + STACK_SIZE, %esp

        movl    $__bss_start, %edi
        movl    $__bss_end, %ecx
        subl    %edi, %ecx
        xorl    %eax, %eax
        rep stosb

        load_segments
        call    guest_main
2:      cli
        hlt
        jmp     2b

/* The stacks are in the bss too, so wait until vCPU 0 has cleared it. */
secondary:
        pause
        cmpl    $0, smp_go
        je      secondary

start_stack:
        leal    1(%ebx), %eax
        imull   $STACK_SIZE, %eax
        leal    stacks(%eax), %esp
        load_segments
        pushl   %ebx
        call    smp_main
        jmp     2b

/*
 * A SIPI takes a vCPU here, after smp.c has copied this to GUEST_SIPI_ADDR: in
 * real mode, at the first byte of the segment.
 */
        .balign 4
        .globl  sipi_start, sipi_iret, sipi_end
        .code16
sipi_start:
        cli
        lgdtl   %cs:(sipi_gdt_pointer - sipi_start)
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmpl   $8, $restarted
sipi_iret:
        iretw
        .balign 4
sipi_gdt_pointer:
        .word   gdt_pointer - gdt - 1
        .long   gdt
        .balign 4
sipi_end:

        .code32
restarted:
        cld
        movl    $16, %eax
        movl    %eax, %ds
        movl    %eax, %ss
        movl    smp_restarted, %ebx
        jmp     start_stack

        .text

/* Exceptions 8, 10-14, 17, 21, 29 and 30 push an error code of their own. */
#define HAS_ERROR_CODE 0x60227d00

        .align 16
        .globl interrupt_stubs
interrupt_stubs:
        .set    vector, 0
        .rept   256
        .align  16
        .if     (vector >= 32) || !((HAS_ERROR_CODE >> (vector & 31)) & 1)
        pushl   $0
        .endif
        pushl   $vector
        jmp     interrupt_common
        .set    vector, vector + 1
        .endr

interrupt_common:
        pusha
        cld
        pushl   %esp
        call    interrupt
        addl    $4, %esp
        popa
        addl    $8, %esp
        iret

        .section .rodata
        .align  8
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      /* 0x08: code, 4 GiB, 32-bit */
        .quad   0x00cf93000000ffff      /* 0x10: data, 4 GiB */
gdt_pointer:
        .word   gdt_pointer - gdt - 1
        .long   gdt

        .bss
        .align  16
        .globl  stacks
stacks: .skip   STACK_SIZE * NR_STACKS

        .section .note.GNU-stack, "", @progbits
