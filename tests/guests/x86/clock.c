/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "hpet.h"
#include "x86.h"

/* vcpu_info[].time in shared_info: struct vcpu_time_info of xen.h. */
#define VCPU_INFO_SIZE 64
#define VCPU_TIME_OFFSET 32

struct vcpu_time_info {
    volatile uint32_t version;
    uint32_t pad0;
    volatile uint64_t tsc_timestamp;
    volatile uint64_t system_time;
    volatile uint32_t tsc_to_system_mul;
    volatile int8_t tsc_shift;
};

static bool read_tsc(uint64_t *value, uint32_t cpu)
{
    (void)cpu;

    *value = rdtsc();

    return true;
}

/* A disabled or missing HPET reads as all ones. */
static bool read_hpet(uint64_t *value, uint32_t cpu)
{
    uint32_t high, low, again;

    (void)cpu;

    do {
        high = mmio_read(HPET_BASE + HPET_COUNTER + 4);
        low = mmio_read(HPET_BASE + HPET_COUNTER);
        again = mmio_read(HPET_BASE + HPET_COUNTER + 4);
    } while (high != again);

    *value = ((uint64_t)high << 32) | low;

    return *value != ~0ull;
}

/* Returns (delta * mul) >> 32, without the 128-bit product. */
static uint64_t scale(uint64_t delta, uint32_t mul)
{
    uint64_t low = (uint64_t)(uint32_t)delta * mul;
    uint64_t high = (uint64_t)(uint32_t)(delta >> 32) * mul;

    return (low >> 32) + high;
}

static const struct vcpu_time_info *time_info(uint32_t cpu)
{
    return (const void *)(uintptr_t)(GUEST_SHARED_INFO + cpu * VCPU_INFO_SIZE +
                                     VCPU_TIME_OFFSET);
}

static uint64_t to_ns(const struct vcpu_time_info *t, uint64_t delta)
{
    if (t->tsc_shift < 0)
        delta >>= -t->tsc_shift;
    else
        delta <<= t->tsc_shift;

    return scale(delta, t->tsc_to_system_mul);
}

uint64_t pvclock_ns(uint32_t cpu, uint64_t cycles)
{
    return to_ns(time_info(cpu), cycles);
}

uint64_t pvclock_read(uint32_t cpu, uint64_t *tsc)
{
    const struct vcpu_time_info *t = time_info(cpu);
    uint32_t version;
    uint64_t value;

    do {
        version = t->version;
        barrier();
        *tsc = rdtsc();
        value = t->system_time + to_ns(t, *tsc - t->tsc_timestamp);
        barrier();
    } while ((version & 1) || version != t->version);

    return value;
}

static bool read_pvclock(uint64_t *value, uint32_t cpu)
{
    uint64_t tsc;

    *value = pvclock_read(cpu, &tsc);

    return true;
}

static bool (*const readers[NR_CLOCKS])(uint64_t *, uint32_t) = {
    [CLOCK_TSC] = read_tsc,
    [CLOCK_HPET] = read_hpet,
    [CLOCK_PV] = read_pvclock,
};

static void record(struct clock_stats *s, uint64_t now)
{
    if (s->valid && now < s->now) {
        s->back++;
        if (s->now - now > s->max_back)
            s->max_back = s->now - now;
    }

    s->now = now;
    s->valid = 1;
}

void clocks_sample(struct clock_stats *stats, uint32_t mask, uint32_t cpu)
{
    unsigned int i;

    for (i = 0; i < NR_CLOCKS; i++) {
        uint64_t now;

        if (!(mask & (1u << i)))
            continue;

        if (readers[i](&now, cpu))
            record(&stats[i], now);
        else
            stats[i].absent++;
    }
}

void clock_record_tsc(struct clock_stats *stats, uint64_t tsc)
{
    record(&stats[CLOCK_TSC], tsc);
}
