/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Into a guest, and out of it again.
 *
 * A guest is entered by hrfid.  It leaves through the vectors in
 * ppc64/exceptions-asm.S, which arrive here with r13 = HSPRG0 (guest_cpu),
 * r12 = the vector, the guest's r12 in guest_cpu and its r13 in HSPRG1.  They
 * come in real mode if the guest had its MMU off, and in virtual mode if it
 * had it on and asked for interrupts there (LPCR[AIL]); guest_cpu and the
 * vCPU's registers are reached in both, since real mode ignores the upper
 * four bits of an address.
 */

#include <asm/asm-defns.h>
#include <asm/guest.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/regs.h>

    .text

#define FRAME_SIZE 256          /* GPRs 13-31; LR, CR: in the caller's frame */

/*
 * These move LR, CTR, XER and CR to and from a struct cpu_user_regs. They use
 * r0.
 */
.macro SAVE_USER_SPRS regs
    mflr    %r0
    std     %r0, UREGS_lr(\regs)
    mfctr   %r0
    std     %r0, UREGS_ctr(\regs)
    mfxer   %r0
    std     %r0, UREGS_xer(\regs)
    mfcr    %r0
    stw     %r0, UREGS_cr(\regs)
.endm

.macro REST_USER_SPRS regs
    ld      %r0, UREGS_lr(\regs)
    mtlr    %r0
    ld      %r0, UREGS_ctr(\regs)
    mtctr   %r0
    ld      %r0, UREGS_xer(\regs)
    mtxer   %r0
    lwz     %r0, UREGS_cr(\regs)
    mtcr    %r0
.endm

/* void enter_guest(struct cpu_user_regs *regs) */
FUNC(enter_guest)
    mflr    %r0
    std     %r0, 16(%r1)
    mfcr    %r0
    std     %r0, 8(%r1)
    stdu    %r1, -FRAME_SIZE(%r1)
    SAVE_GPRS(13, 31, %r1)
    std     %r2, 24(%r1)

    mfspr   %r13, SPRN_HSPRG0
    std     %r1, GCPU_stack(%r13)
    std     %r3, GCPU_regs(%r13)

    REST_USER_SPRS %r3
    ld      %r0, GVCPU_ppr(%r3)
    mtspr   SPRN_PPR, %r0
    /* From here on SRR0/1 are the guest's, and nothing may come that sets them:
     * an interrupt that comes all the same is not recoverable (RI). */
    li      %r0, 0
    mtmsrd  %r0, 1
    ld      %r0, UREGS_srr0(%r3)
    mtsrr0  %r0
    ld      %r0, UREGS_srr1(%r3)
    mtsrr1  %r0
    ld      %r0, UREGS_pc(%r3)
    mthsrr0 %r0
    ld      %r0, UREGS_msr(%r3)
    mthsrr1 %r0
    REST_GPRS(0, 2, %r3)
    REST_GPRS(4, 31, %r3)
    ld      %r3, (UREGS_gprs + 3 * 8)(%r3)
    hrfid
END(enter_guest)

/*
 * If hsrr is 1 the interrupt has set HSRR0/1, and SRR0/1 are the guest's own.
 * r11 points to struct guest_vcpu, whose first member is regs.
 */
.macro GUEST_EXIT name, hsrr
FUNC(\name)
    std     %r11, GCPU_r11(%r13)
    ld      %r11, GCPU_regs(%r13)
    stw     %r12, UREGS_entry_vector(%r11)
#ifdef CONFIG_PPC_PMU
    /*
     * This comes before anything else, lest a guest that cleared FCH count
     * Xen, or a guest that never asked for the monitor leave an alert to the
     * next one.
     */
    std     %r10, (UREGS_gprs + 10 * 8)(%r11)
    mfspr   %r10, SPRN_MMCR0
    ld      %r12, GVCPU_mmcr0_and(%r11)
    and     %r10, %r10, %r12
    ld      %r12, GVCPU_mmcr0_or(%r11)
    or      %r10, %r10, %r12
    mtspr   SPRN_MMCR0, %r10
    ld      %r10, (UREGS_gprs + 10 * 8)(%r11)
#endif
    SAVE_GPRS(0, 10, %r11)
    SAVE_GPRS(14, 31, %r11)
    ld      %r0, GCPU_r11(%r13)
    std     %r0, (UREGS_gprs + 11 * 8)(%r11)
    ld      %r0, GCPU_r12(%r13)
    std     %r0, (UREGS_gprs + 12 * 8)(%r11)
    mfspr   %r0, SPRN_HSPRG1
    std     %r0, (UREGS_gprs + 13 * 8)(%r11)
    mfspr   %r0, SPRN_PPR
    std     %r0, GVCPU_ppr(%r11)
    or      %r2, %r2, %r2       /* medium priority for Xen */
    SAVE_USER_SPRS %r11
    mfsrr0  %r3
    std     %r3, UREGS_srr0(%r11)
    mfsrr1  %r4
    std     %r4, UREGS_srr1(%r11)
.if \hsrr
    mfhsrr0 %r3
    mfhsrr1 %r4
.endif
    std     %r3, UREGS_pc(%r11)
    std     %r4, UREGS_msr(%r11)
    rldicl. %r0, %r4, 4, 63     /* MSR[HV] */
    bne     exit_in_xen
    b       guest_exit_tail
END(\name)
.endm

GUEST_EXIT guest_exit_srr, 0
GUEST_EXIT guest_exit_hsrr, 1

/* Calls a C function with regs in r3; r1 is its stack, and r2 may be anyone's. */
.macro CALL_C fn, regs
    bcl     20, 31, 1f
1:  mflr    %r12
    addis   %r2, %r12, .TOC.-1b@ha
    addi    %r2, %r2, .TOC.-1b@l
    mr      %r3, \regs
    li      %r0, 0
    stdu    %r0, -STACK_FRAME_OVERHEAD(%r1)
    bl      \fn
    nop
.endm

/*
 * It was no guest that left, but Xen that was interrupted by something that it
 * does not expect.  There is no frame of enter_guest() to return to: the
 * registers are printed, and that is the end.
 */
FUNC(exit_in_xen)
    mfdar   %r0
    std     %r0, UREGS_dar(%r11)
    mfdsisr %r0
    stw     %r0, UREGS_dsisr(%r11)
    ld      %r1, GCPU_own_stack(%r13)
    CALL_C  exception_handler, %r11
    b       .
END(exit_in_xen)

/* Returns to the caller of enter_guest(), in virtual mode in any case. */
FUNC(guest_exit_tail)
    ld      %r1, GCPU_stack(%r13)
    ld      %r0, GCPU_exit_virt(%r13)
    mtsrr0  %r0
    mfmsr   %r0
    ori     %r0, %r0, (MSR_IR | MSR_DR | MSR_RI)
    mtsrr1  %r0
    rfid
END(guest_exit_tail)

FUNC(guest_exit_virt)
    REST_GPRS(13, 31, %r1)
    ld      %r2, 24(%r1)
    addi    %r1, %r1, FRAME_SIZE
    ld      %r0, 8(%r1)
    mtcr    %r0
    ld      %r0, 16(%r1)
    mtlr    %r0
    blr
END(guest_exit_virt)

#ifdef CONFIG_PROFILE_SAMPLES
/*
 * Xen's own performance monitor interrupt comes only between pmu_after_exit()
 * and pmu_before_entry(), and Xen goes on afterwards.  It has a stack of its
 * own, as what it interrupts may keep data in the 288 bytes below the stack
 * pointer (ELFv2 ABI, The Stack Frame).  It cannot be interrupted by another:
 * EE is off.
 *
 * On entry r13 = HSPRG0, the interrupted r13 is in HSPRG1 and r12 in
 * guest_cpu.
 */
FUNC(xen_perfmon)
    std     %r1, GCPU_pmi_r1(%r13)
    ld      %r1, GCPU_own_stack(%r13)
    SAVE_GPRS(0, 0, %r1)
    SAVE_GPRS(2, 11, %r1)
    ld      %r0, GCPU_pmi_r1(%r13)
    std     %r0, UREGS_r1(%r1)
    ld      %r0, GCPU_r12(%r13)
    std     %r0, (UREGS_gprs + 12 * 8)(%r1)
    mfspr   %r0, SPRN_HSPRG1
    std     %r0, UREGS_r13(%r1)
    SAVE_USER_SPRS %r1
    mfsrr0  %r0
    std     %r0, UREGS_pc(%r1)
    mfsrr1  %r0
    std     %r0, UREGS_msr(%r1)

    CALL_C  pmu_xen_interrupt, %r1
    addi    %r1, %r1, STACK_FRAME_OVERHEAD

    ld      %r0, UREGS_pc(%r1)
    mtsrr0  %r0
    ld      %r0, UREGS_msr(%r1)
    mtsrr1  %r0
    REST_USER_SPRS %r1
    REST_GPRS(2, 13, %r1)
    REST_GPR(0, %r1)
    ld      %r1, UREGS_r1(%r1)
    rfid
END(xen_perfmon)
#endif
