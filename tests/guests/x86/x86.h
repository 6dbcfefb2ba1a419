/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as C sees it: ports, MMIO, registers, 64-bit division. */
#ifndef GUESTS_X86_X86_H
#define GUESTS_X86_X86_H

#include <stdint.h>

#define EFLAGS_IF (1u << 9)
#define SPIN_LENGTH "200"

/* The frame that start.S leaves on the stack. */
struct frame {
    uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
    uint32_t vector, error_code;
    uint32_t eip, cs, eflags;
};

struct cpuid_leaf {
    uint32_t a, b, c, d;
};

static inline void outb(uint16_t port, uint8_t value)
{
    asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
    uint8_t value;

    asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));

    return value;
}

static inline uint32_t inl(uint16_t port)
{
    uint32_t value;

    asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));

    return value;
}

/* Xen's instruction emulator decodes these: keep them plain moves. */
static inline uint32_t mmio_read(uint32_t addr)
{
    uint32_t value;

    asm volatile("movl (%1), %0" : "=r"(value) : "r"(addr) : "memory");

    return value;
}

static inline void mmio_write(uint32_t addr, uint32_t value)
{
    asm volatile("movl %0, (%1)" : : "r"(value), "r"(addr) : "memory");
}

static inline uint64_t rdtsc(void)
{
    uint64_t value;

    asm volatile("rdtsc" : "=A"(value) : : "memory");

    return value;
}

static inline uint64_t rdmsr(uint32_t msr)
{
    uint64_t value;

    asm volatile("rdmsr" : "=A"(value) : "c"(msr) : "memory");

    return value;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
    asm volatile("wrmsr" : : "c"(msr), "A"(value) : "memory");
}

static inline struct cpuid_leaf cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_leaf r;

    asm volatile("cpuid"
                 : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
                 : "0"(leaf), "2"(subleaf));

    return r;
}

static inline uint32_t read_cr2(void)
{
    uint32_t value;

    asm volatile("movl %%cr2, %0" : "=r"(value));

    return value;
}

static inline void irq_disable(void)
{
    asm volatile("cli" : : : "memory");
}

static inline void irq_enable(void)
{
    asm volatile("sti" : : : "memory");
}

/* No interrupt can come in between: STI takes effect an instruction later. */
static inline void irq_enable_and_halt(void)
{
    asm volatile("sti; hlt" : : : "memory");
}

static inline void barrier(void)
{
    asm volatile("" : : : "memory");
}

/* Later instructions, RDTSC too, wait for the loads before the fence. */
static inline void load_fence(void)
{
    asm volatile("lfence" : : : "memory");
}

/* Writes "to" if memory has "from"; returns what it had. */
static inline uint64_t cmpxchg64(volatile uint64_t *p, uint64_t from,
                                 uint64_t to)
{
    asm volatile("lock cmpxchg8b %1"
                 : "+A"(from), "+m"(*p)
                 : "b"((uint32_t)to), "c"((uint32_t)(to >> 32))
                 : "memory", "cc");

    return from;
}

/*
 * Turns interrupts on for long enough that all that are pending are taken.
 * NOPs cost an emulator nothing.
 */
static inline void irq_enable_and_spin(void)
{
    irq_enable();
    asm volatile(".rept " SPIN_LENGTH "; nop; .endr" ::: "memory");
}

/* Copies n bytes to memory that dom0 reads, hence volatile. */
static inline void copy_words(volatile void *to, const void *from, uint32_t n)
{
    uint32_t words = n / 4;

    asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

/* Loads the IDT of guest.c, which is the same for every vCPU. */
void idt_load(void);

/* The compiler would call libgcc, which Debian has no 32-bit build of. */
static inline uint64_t div64(uint64_t n, uint32_t d)
{
    uint32_t high = (uint32_t)(n >> 32), low = (uint32_t)n;
    uint32_t q_high = high / d, q_low, rest = high % d;

    asm("divl %4"
        : "=a"(q_low), "=d"(rest)
        : "0"(low), "1"(rest), "rm"(d)
        : "cc");

    return ((uint64_t)q_high << 32) | q_low;
}

#endif
