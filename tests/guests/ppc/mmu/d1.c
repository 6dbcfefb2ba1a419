/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that guests with the MMU on run: exits and interrupts through the
 * vectors at 0xc000000000004000 (H_SET_MODE), preemption beside a guest in
 * real mode, the performance monitor's interrupt, hypercalls; that a program of
 * the guest's can make none; and that what one vCPU asks of H_SET_MODE holds for
 * the other, whose first interrupt would come in real mode otherwise.
 *
 * How: radix translation with a process table of the guest's own
 * (H_REGISTER_PROC_TBL); all its memory at its real address, for the kernel
 * alone, and a page with a program at PROGRAM. vCPU 0 asks, as Linux does, and
 * vCPU 1 takes an interrupt that the CPU delivers and one that Xen does.
 *
 * guests: d1,vcpus=2 d2 slice=200
 */
#include "guest.h"

#define L1 0x90000UL /* 64 KiB */
#define L2 0xa0000UL
#define L3 0xa1000UL
#define L4 0xa2000UL
#define TABLE 0xa3000UL
#define PAGE 0xb0000UL     /* the program's */
#define PROGRAM 0x1f0000UL /* where PAGE is mapped */

#define VALID (1UL << 63)
#define LEAF (1UL << 62)
#define RW_X 0x187UL /* referenced, changed, read, write, execute */
#define KERNEL 0x8UL
#define RTS ((2UL << 61) | (5UL << 5))

static volatile unsigned int pmis;
static volatile bool mapped, second_done;
static volatile unsigned int taken, taken_virtual;
static volatile uint64_t vectors_at, result;

static void set(uint64_t table, unsigned int i, uint64_t value)
{
    ((uint64_t *)table)[i] = __builtin_bswap64(value);
}

static void build(void)
{
    /* The program is sc 1, with r3 to r5 as they are, and then sc 0. */
    static const uint32_t program[] = { 0x44000022, 0x44000002 };

    set(L1, 0, VALID | L2 | 9);
    set(L2, 0, VALID | L3 | 9);
    set(L3, 0, VALID | L4 | 5);
    for (unsigned int page = 0; page < 16; page++)
        set(L4, page, VALID | LEAF | page << 16 | RW_X | KERNEL);
    set(L4, PROGRAM >> 16, VALID | LEAF | PAGE | RW_X);
    set(TABLE, 0, RTS | L1 | 13);
    memcpy((void *)PAGE, program, sizeof(program));
}

static void pmi(struct frame *frame)
{
    (void)frame;
    asm volatile("bcl 20, 31, 1f\n1: mflr %0" : "=r"(vectors_at)::"lr");
    if (mfmsr() & MSR_IR)
        pmis++;
    mtspr(MMCR0, FC | FCH);
}

static uint64_t back;

/* Takes the program's sc 0, and goes back to the kernel. */
static void syscall(struct frame *frame)
{
    result = frame->gpr[3];
    frame->pc = back;
    frame->msr &= ~MSR_PR;
}

/* Has the program make a hypercall, and returns what it gets in r3. */
static uint64_t from_program(uint64_t function)
{
    result = 0;
    asm volatile("bcl 20, 31, 1f\n"
                 "1: mflr 9\n"
                 "addi 9, 9, 2f - 1b\n"
                 "std 9, 0(%2)\n"
                 "mfmsr 9\n"
                 "ori 9, 9, 0x4000\n"
                 "mtsrr1 9\n"
                 "mtsrr0 %0\n"
                 "mr 3, %1\n"
                 "rfid\n"
                 "2:\n" ::"r"(PROGRAM),
                 "r"(function), "b"(&back)
                 : "lr", "r3", "r4", "r5", "r6", "r7", "r9", "memory");
    mtmsr(mfmsr() & ~MSR_EE);
    return result;
}

static void flush_tlb(void)
{
    asm volatile("ptesync; tlbiel %0, %1, 2, 1, 1; ptesync; isync" ::"r"(3UL
                                                                         << 10),
                 "r"(0UL)
                 : "memory");
}

static void take(struct frame *frame)
{
    taken++;
    taken_virtual += !!(mfmsr() & MSR_IR);
    if (frame->vector == 0x700)
        frame->pc += 4;
}

/* vCPU 1 never calls H_SET_MODE: it turns its MMU on and is interrupted. */
static void second(void)
{
    while (!mapped)
        give_way();
    flush_tlb();
    mtmsr(mfmsr() | MSR_IR | MSR_DR);
    asm volatile("sc" ::: "r0", "r3", "r9", "r10", "r11", "r12", "memory");
    asm volatile(".long 0" ::: "memory");
    mtmsr(mfmsr() & ~(MSR_IR | MSR_DR));
    second_done = true;
}

static void wait_for_second(void)
{
    on_interrupt(0x700, take);
    on_interrupt(0xc00, take);
    mapped = true;
    while (!second_done)
        give_way();
    interrupts(false);
    is(taken, 2, "a system call and an illegal instruction of vCPU 1");
    is(taken_virtual, 2, "which find its MMU on, as vCPU 0 asked");
    on_interrupt(0x700, NULL);
}

void test_main(unsigned int vcpu)
{
    if (vcpu) {
        second();
        return;
    }
    build();
    is(hcall(H_SET_MODE, 2, 4, 0, 0), -256, "an endianness that there is not");
    is(hcall(H_SET_MODE, 1, 4, 1, 0), -56, "its value that is to be 0");
    is(hcall(H_SET_MODE, 0, 4, 0, 0), H_SUCCESS,
       "big endian interrupts are accepted");
    is(hcall(H_SET_MODE, 1, 4, 0, 0), H_SUCCESS, "and little endian again");
    is(hcall(H_SET_MODE, 3, 2, 0, 0), -55, "another resource");
    is(hcall(H_SET_MODE, 2, 3, 0, 0), -256, "AIL 2");
    is(hcall(H_SET_MODE, 3, 3, 1, 0), -56, "a value that is to be 0");
    is(hcall(H_SET_MODE, 3, 3, 0, 0), H_SUCCESS, "AIL 3");
    is(hcall(H_REGISTER_PROC_TBL, 0x10, TABLE, 0, 0), H_PARAMETER, "no hash");
    is(hcall(H_REGISTER_PROC_TBL, 0x1d, 0x1000000, 0, 0), -55,
       "a table outside its memory");
    is(hcall(H_REGISTER_PROC_TBL, 0x1d, TABLE, 0, 1), -57,
       "a table not aligned to its size");
    is(hcall(H_REGISTER_PROC_TBL, 0x1d, TABLE, 0, 0), H_SUCCESS,
       "its process table");
    flush_tlb();
    mtmsr(mfmsr() | MSR_IR | MSR_DR);
    is(mfmsr() & (MSR_IR | MSR_DR), MSR_IR | MSR_DR, "the MMU is on");
    wait_for_second();

    on_interrupt(0xf00, pmi);
    is(perfmon(PERFMON_ENABLE, 0), H_SUCCESS, "it profiles");
    interrupts(true);
    for (unsigned int n = 0; n < 20; n++) {
        mtspr(PMC5, 0x80000000UL - 1000);
        mtspr(MMCR0, PMAE | PMCNCE | FCECE | FCH);
        until(time_base() + 512 * 500);
    }
    interrupts(false);
    is(pmis, 20, "20 interrupts, with the MMU on");

    on_interrupt(0xc00, syscall);
    is(from_program(H_PERFMON), (uint64_t)H_PRIVILEGE,
       "a hypercall of a program's");
    is(from_program(XEN_MARK(XEN_SYSCTL)), (uint64_t)H_PRIVILEGE,
       "Xen's neither");
}
