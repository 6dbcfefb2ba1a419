/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdint.h>

#include "hpet.h"
#include "timers.h"
#include "x86.h"

#define PS_PER_SEC 1000000000000ull

/* i8259: both controllers are initialised once and masked. */
#define PIC_MASTER 0x20
#define PIC_SLAVE 0xa0
#define PIC_ICW1_INIT 0x11
#define PIC_ICW4_8086 0x01

/* i8254: channel 0, mode 2, low byte then high byte. */
#define PIT_HZ 1193182u
#define PIT_CH0 0x40
#define PIT_CONTROL 0x43
#define PIT_CH0_MODE2 0x34
#define PIT_CH0_LATCH 0x00
#define PIT_CH0_MODE0 0x30 /* stops when its count is written */
#define PIT_PIN 2

/* MC146818 */
#define RTC_INDEX 0x70
#define RTC_DATA 0x71
#define RTC_REG_A 0x0a
#define RTC_REG_B 0x0b
#define RTC_REG_C 0x0c
#define RTC_A_DV_32KHZ 0x20
#define RTC_B_PIE 0x40
#define RTC_B_24H 0x02
#define RTC_BASE_HZ 32768u
#define RTC_MIN_RATE 3  /* 8192 Hz; 1 and 2 alias 8 and 9 */
#define RTC_MAX_RATE 15 /* 2 Hz */
#define RTC_PIN 8

/* Intel SDM volume 3, "Local APIC" */
#define LAPIC_BASE 0xfee00000u
#define LAPIC_EOI 0x0b0
#define LAPIC_SVR 0x0f0
#define LAPIC_SVR_ENABLE 0x100
#define LAPIC_ISR 0x100 /* 8 registers, 16 bytes apart */
#define LAPIC_ICR 0x300
#define LAPIC_ICR_OTHERS 0xc0000 /* all but self, fixed, edge */
#define LAPIC_ICR_ASSERT 0x04000
#define LAPIC_ICR_INIT 0x00500
#define LAPIC_ICR_STARTUP 0x00600
#define LAPIC_ICR2 0x310 /* destination in the upper byte */
#define LAPIC_LVTT 0x320
#define LAPIC_LVTT_PERIODIC 0x20000
#define LAPIC_LVT_MASKED 0x10000
#define LAPIC_TMICT 0x380
#define LAPIC_TDCR 0x3e0
#define LAPIC_TDCR_DIV_16 0x3
/* Xen's virtual LAPIC bus runs at 100 MHz. */
#define LAPIC_TICK_PS (10000u * 16)

/* 82093AA: 24 pins; Xen's has 48. */
#define IOAPIC_BASE 0xfec00000u
#define IOAPIC_WINDOW 0x10
#define IOAPIC_REDIR 0x10
#define IOAPIC_MASKED 0x10000
/* A pin that HPET timer 0 may be routed to and that nothing else uses. */
#define HPET_PIN 20

static volatile struct shared_page *const shared =
    (volatile struct shared_page *)GUEST_SHARED_ADDR;

static void ioapic_write(uint32_t reg, uint32_t value)
{
    mmio_write(IOAPIC_BASE, reg);
    mmio_write(IOAPIC_BASE + IOAPIC_WINDOW, value);
}

/* Routes a pin, edge-triggered and fixed, to the LAPIC of vCPU 0 or 1. */
static void ioapic_route(uint32_t pin, enum timer_id id)
{
    uint32_t cpu = shared->control.remote >> id & 1;

    ioapic_write(IOAPIC_REDIR + pin * 2 + 1, cpu * 2 << 24);
    ioapic_write(IOAPIC_REDIR + pin * 2, TIMER_VECTOR + id);
}

static void ioapic_mask(uint32_t pin)
{
    ioapic_write(IOAPIC_REDIR + pin * 2, IOAPIC_MASKED);
}

static void rtc_write(uint8_t reg, uint8_t value)
{
    outb(RTC_INDEX, reg);
    outb(RTC_DATA, value);
}

static uint8_t rtc_read(uint8_t reg)
{
    outb(RTC_INDEX, reg);

    return inb(RTC_DATA);
}

/* Returns the count for a period of 1/hz, with one count lasting tick_ps. */
static uint32_t count_for(uint32_t hz, uint32_t tick_ps)
{
    uint64_t count = div64(div64(PS_PER_SEC, hz) + tick_ps / 2, tick_ps);

    return count ? (uint32_t)count : 1;
}

static uint32_t pit_divisor;

uint32_t pit_elapsed(uint32_t *period)
{
    uint32_t count;

    outb(PIT_CONTROL, PIT_CH0_LATCH);
    count = inb(PIT_CH0);
    count |= (uint32_t)inb(PIT_CH0) << 8;
    *period = pit_divisor;

    return count < pit_divisor ? pit_divisor - 1 - count : 0;
}

static uint64_t pit_program(uint32_t hz)
{
    uint32_t divisor;

    ioapic_mask(PIT_PIN);

    if (!hz) {
        outb(PIT_CONTROL, PIT_CH0_MODE0);
        return 0;
    }

    divisor = (PIT_HZ + hz / 2) / hz;
    if (divisor > 0xffff)
        divisor = 0xffff;
    else if (divisor < 2)
        divisor = 2;

    pit_divisor = divisor;
    ioapic_route(PIT_PIN, TIMER_PIT);
    outb(PIT_CONTROL, PIT_CH0_MODE2);
    outb(PIT_CH0, (uint8_t)divisor);
    outb(PIT_CH0, (uint8_t)(divisor >> 8));

    return div64(divisor * PS_PER_SEC, PIT_HZ);
}

static uint64_t rtc_program(uint32_t hz)
{
    uint32_t rate = RTC_MIN_RATE;

    ioapic_mask(RTC_PIN);
    rtc_write(RTC_REG_B, RTC_B_24H);
    rtc_read(RTC_REG_C);

    if (!hz)
        return 0;

    while (rate < RTC_MAX_RATE && (RTC_BASE_HZ >> (rate - 1)) > hz)
        rate++;

    ioapic_route(RTC_PIN, TIMER_RTC);
    rtc_write(RTC_REG_A, (uint8_t)(RTC_A_DV_32KHZ | rate));
    rtc_write(RTC_REG_B, RTC_B_24H | RTC_B_PIE);
    rtc_read(RTC_REG_C);

    return (PS_PER_SEC << (rate - 1)) / RTC_BASE_HZ;
}

static uint64_t lapic_program(uint32_t hz)
{
    uint32_t count;

    if (!hz) {
        mmio_write(LAPIC_BASE + LAPIC_LVTT, LAPIC_LVT_MASKED);
        mmio_write(LAPIC_BASE + LAPIC_TMICT, 0);
        return 0;
    }

    count = count_for(hz, LAPIC_TICK_PS);
    mmio_write(LAPIC_BASE + LAPIC_TDCR, LAPIC_TDCR_DIV_16);
    mmio_write(LAPIC_BASE + LAPIC_LVTT,
               LAPIC_LVTT_PERIODIC | (TIMER_VECTOR + TIMER_LAPIC));
    mmio_write(LAPIC_BASE + LAPIC_TMICT, count);

    return (uint64_t)count * LAPIC_TICK_PS;
}

void lapic_one_shot(uint32_t hz)
{
    mmio_write(LAPIC_BASE + LAPIC_TDCR, LAPIC_TDCR_DIV_16);
    mmio_write(LAPIC_BASE + LAPIC_LVTT, TIMER_VECTOR + TIMER_LAPIC);
    mmio_write(LAPIC_BASE + LAPIC_TMICT, count_for(hz, LAPIC_TICK_PS));
}

uint32_t hpet_period_fs(void)
{
    uint32_t period = mmio_read(HPET_BASE + HPET_PERIOD);

    return period == ~0u ? 0 : period;
}

void hpet_run(uint32_t on)
{
    mmio_write(HPET_BASE + HPET_CONFIG, on ? HPET_ENABLE_CNF : 0);
}

/*
 * Leaves the counter as it stands: set back, it would be a clock that runs
 * backwards.  A periodic comparator fires first when the counter reaches it.
 */
static uint64_t hpet_program(uint32_t hz)
{
    uint32_t period_fs = hpet_period_fs();
    uint32_t route = HPET_PIN << HPET_TN_ROUTE_SHIFT;
    uint32_t count, now;

    ioapic_mask(HPET_PIN);

    if (!period_fs)
        return 0;

    mmio_write(HPET_BASE + HPET_T0_CONFIG, route);
    if (!hz)
        return 0;

    count = count_for(hz, period_fs / 1000);
    hpet_run(0);
    now = mmio_read(HPET_BASE + HPET_COUNTER);
    ioapic_route(HPET_PIN, TIMER_HPET);
    mmio_write(HPET_BASE + HPET_T0_CONFIG,
               route | HPET_TN_INT_ENB | HPET_TN_TYPE_PER | HPET_TN_VAL_SET |
                   HPET_TN_32MODE_CNF);
    /* The first write is the comparator, the second one the period. */
    mmio_write(HPET_BASE + HPET_T0_CMP, now + count);
    mmio_write(HPET_BASE + HPET_T0_CMP, count);
    hpet_run(1);

    return div64((uint64_t)count * period_fs, 1000);
}

static void rtc_ack(void)
{
    /* Until register C is read, the RTC interrupts no more. */
    rtc_read(RTC_REG_C);
}

static const struct {
    uint64_t (*program)(uint32_t hz);
    void (*ack)(void);
} timers[NR_TIMERS] = {
    [TIMER_PIT] = { .program = pit_program },
    [TIMER_RTC] = { .program = rtc_program, .ack = rtc_ack },
    [TIMER_LAPIC] = { .program = lapic_program },
    [TIMER_HPET] = { .program = hpet_program },
};

uint64_t timer_program(enum timer_id id, uint32_t hz)
{
    return timers[id].program(hz);
}

void timer_ack(enum timer_id id)
{
    if (timers[id].ack)
        timers[id].ack();
}

void lapic_eoi(void)
{
    mmio_write(LAPIC_BASE + LAPIC_EOI, 0);
}

bool lapic_in_service(uint32_t vector)
{
    uint32_t isr = mmio_read(LAPIC_BASE + LAPIC_ISR + vector / 32 * 16);

    return isr & (1u << vector % 32);
}

void lapic_ipi_others(uint32_t vector)
{
    mmio_write(LAPIC_BASE + LAPIC_ICR,
               LAPIC_ICR_OTHERS | LAPIC_ICR_ASSERT | vector);
}

/* A vCPU's LAPIC has twice its number for an ID. */
void lapic_restart(uint32_t cpu, uint32_t page)
{
    mmio_write(LAPIC_BASE + LAPIC_ICR2, cpu * 2 << 24);
    mmio_write(LAPIC_BASE + LAPIC_ICR, LAPIC_ICR_INIT | LAPIC_ICR_ASSERT);
    mmio_write(LAPIC_BASE + LAPIC_ICR2, cpu * 2 << 24);
    mmio_write(LAPIC_BASE + LAPIC_ICR, LAPIC_ICR_STARTUP | page >> 12);
}

void lapic_init(void)
{
    mmio_write(LAPIC_BASE + LAPIC_SVR, LAPIC_SVR_ENABLE | SPURIOUS_VECTOR);
}

static void pic_init(uint16_t port, uint8_t base, uint8_t cascade)
{
    outb(port, PIC_ICW1_INIT);
    outb(port + 1, base);
    outb(port + 1, cascade);
    outb(port + 1, PIC_ICW4_8086);
    outb(port + 1, 0xff);
}

void timers_init(void)
{
    unsigned int i;

    pic_init(PIC_MASTER, 0x20, 0x04);
    pic_init(PIC_SLAVE, 0x28, 0x02);
    lapic_init();

    for (i = 0; i < NR_TIMERS; i++)
        timer_program(i, 0);
}
