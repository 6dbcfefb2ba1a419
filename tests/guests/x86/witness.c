/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The witness of one time for all vCPUs (struct witness_page).
 *
 * Hardware: what one processor has read of a clock and passed to another
 * through memory is never more than what that one reads afterwards.  If it
 * were, a guest that takes its time from the clock would see it run backwards
 * whenever its program moves from one vCPU to another.
 *
 * A turn is right on three conditions.  The clock is read after "latest" was:
 * RDTSC may run ahead of a load, so LFENCE stands between.  "latest" is read
 * and written whole, and never made less: cmpxchg8b is repeated until it has
 * stored the value, or another vCPU's is greater.  And no vCPU waits for
 * another: a lock would keep the others from reading just while the one that
 * holds it is descheduled, which is what they are to witness.
 */
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "hpet.h"
#include "shared.h"
#include "witness.h"
#include "x86.h"

/* The PM timer where Xen has it while HVM_PARAM_ACPI_IOPORTS_LOCATION is 0. */
#define PMTIMER_PORT 0x1f48

/* Hypervisor Top Level Functional Specification: leaves, MSRs. */
#define HV_LEAF 0x40000000u
#define HV_LEAF_FEATURES 0x40000003u
#define HV_HAS_REFCOUNT (1u << 1)
#define HV_HAS_REFTSC (1u << 9)
#define HV_MSR_GUEST_OS_ID 0x40000000u
#define HV_MSR_TIME_REF_COUNT 0x40000020u
#define HV_MSR_REFERENCE_TSC 0x40000021u
#define HV_ENABLE 1u
#define HV_OPEN_SOURCE_OS (1ull << 63)

#define MSR_TSC 0x10
#define MSR_TSC_ADJUST 0x3b

struct reference_tsc {
    volatile uint32_t sequence; /* 0: the page tells no time */
    uint32_t reserved;
    volatile uint64_t scale;
    volatile int64_t offset;
};

static volatile struct shared_page *const shared =
    (volatile struct shared_page *)GUEST_SHARED_ADDR;
static volatile struct witness_page *const page =
    (volatile struct witness_page *)GUEST_WITNESS_ADDR;
static const struct reference_tsc *const reference_tsc =
    (const struct reference_tsc *)GUEST_REFTSC_ADDR;

static uint32_t viridian; /* HV_HAS_* */
static uint32_t write_tsc_seen[MAX_VCPUS];

void witness_init(void)
{
    struct cpuid_leaf r = cpuid(HV_LEAF, 0);

    /* "Microsoft Hv" */
    if (r.b != 0x7263694d || r.c != 0x666f736f || r.d != 0x76482074)
        return;

    viridian = cpuid(HV_LEAF_FEATURES, 0).a;
    wrmsr(HV_MSR_GUEST_OS_ID, HV_OPEN_SOURCE_OS | 1);
    if (viridian & HV_HAS_REFTSC)
        wrmsr(HV_MSR_REFERENCE_TSC, GUEST_REFTSC_ADDR | HV_ENABLE);
}

static bool read_tsc(uint64_t *value, uint32_t cpu)
{
    *value = rdtsc() - page->tsc_moved[cpu];

    return true;
}

static bool read_pv(uint64_t *value, uint32_t cpu)
{
    uint64_t tsc;

    *value = pvclock_read(cpu, &tsc);

    return true;
}

static bool read_hpet(uint64_t *value, uint32_t cpu)
{
    (void)cpu;

    *value = mmio_read(HPET_BASE + HPET_COUNTER);

    return *value != ~0u;
}

static bool read_pmtimer(uint64_t *value, uint32_t cpu)
{
    (void)cpu;

    *value = inl(PMTIMER_PORT);

    return *value != ~0u;
}

static bool read_refcount(uint64_t *value, uint32_t cpu)
{
    (void)cpu;

    if (!(viridian & HV_HAS_REFCOUNT))
        return false;

    *value = rdmsr(HV_MSR_TIME_REF_COUNT);

    return true;
}

/* The upper half of a product of 128 bits. */
static uint64_t mul_high(uint64_t a, uint64_t b)
{
    uint32_t a0 = (uint32_t)a, a1 = (uint32_t)(a >> 32);
    uint32_t b0 = (uint32_t)b, b1 = (uint32_t)(b >> 32);
    uint64_t low = (uint64_t)a0 * b0;
    uint64_t mid1 = (uint64_t)a1 * b0 + (low >> 32);
    uint64_t mid2 = (uint64_t)a0 * b1 + (uint32_t)mid1;

    return (uint64_t)a1 * b1 + (mid1 >> 32) + (mid2 >> 32);
}

static bool read_reftsc(uint64_t *value, uint32_t cpu)
{
    uint32_t sequence;

    if (!(viridian & HV_HAS_REFTSC))
        return false;

    do {
        sequence = reference_tsc->sequence;
        if (!sequence)
            return false;
        load_fence();
        *value = mul_high(rdtsc() - page->tsc_moved[cpu],
                          reference_tsc->scale) +
                 (uint64_t)reference_tsc->offset;
        load_fence();
    } while (sequence != reference_tsc->sequence);

    return true;
}

static const struct {
    bool (*read)(uint64_t *value, uint32_t cpu);
    uint32_t bits; /* the clock wraps after so many */
} clocks[NR_WITNESSES] = {
    [WITNESS_TSC] = { read_tsc, 64 - WITNESS_CPU_BITS },
    [WITNESS_PV] = { read_pv, 64 - WITNESS_CPU_BITS },
    [WITNESS_HPET] = { read_hpet, 32 },
    [WITNESS_PMTIMER] = { read_pmtimer, 32 },
    [WITNESS_REFCOUNT] = { read_refcount, 64 - WITNESS_CPU_BITS },
    [WITNESS_REFTSC] = { read_reftsc, 64 - WITNESS_CPU_BITS },
};

/* Returns how far a reading is ahead of "latest", for a clock of that width. */
static int64_t ahead(uint64_t value, uint64_t latest, uint32_t bits)
{
    uint64_t since = value - (latest >> WITNESS_CPU_BITS);

    return (int64_t)(since << (64 - bits)) >> (64 - bits);
}

static void note_back(volatile struct witness_count *count, uint64_t step,
                      uint32_t from)
{
    uint32_t size = step > UINT32_MAX ? UINT32_MAX : (uint32_t)step;

    count->back++;
    if (size > count->max_back) {
        count->max_back = size;
        count->max_from = from;
    }
}

static void witness(enum witness_clock id, uint32_t cpu)
{
    volatile struct witness_count *count = &page->count[cpu][id];
    volatile uint64_t *latest = &page->latest[id];
    const uint32_t bits = clocks[id].bits;
    uint64_t value, mine, seen, was;
    uint32_t from;

    seen = cmpxchg64(latest, 0, 0);
    load_fence();
    if (!clocks[id].read(&value, cpu)) {
        count->absent++;
        return;
    }

    from = (uint32_t)seen & ((1u << WITNESS_CPU_BITS) - 1);
    if (seen && from != cpu)
        count->handovers++;
    if (seen && ahead(value, seen, bits) < 0)
        note_back(count, (uint64_t)-ahead(value, seen, bits), from);

    mine = value << WITNESS_CPU_BITS | cpu;
    while (!seen || ahead(value, seen, bits) > 0) {
        was = cmpxchg64(latest, seen, mine);
        if (was == seen)
            break;
        seen = was;
    }
    count->turns++;
}

void witness_turn(uint32_t cpu)
{
    uint32_t mask = page->clocks;
    unsigned int i;

    for (i = 0; i < NR_WITNESSES; i++)
        if (mask & (1u << i))
            witness(i, cpu);
}

void witness_note_tsc(uint32_t cpu)
{
    page->tsc_moved[cpu] = rdmsr(MSR_TSC_ADJUST);
}

void witness_write_tsc(uint32_t cpu)
{
    uint32_t asked = shared->control.write_tsc;

    if (asked == write_tsc_seen[cpu])
        return;

    write_tsc_seen[cpu] = asked;
    if (cpu != page->write_vcpu)
        return;

    wrmsr(MSR_TSC, rdtsc() + (uint64_t)page->write_add);
    witness_note_tsc(cpu);
}

/* PAUSE makes an emulator with one thread go on with another CPU. */
void witness_rest(void)
{
    irq_enable();
    asm volatile("pause; nop; nop" ::: "memory");
}
