/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test guest's kernel: keeps the timers of shared_control ticking, counts
 * what arrives, reads its clocks, and publishes both for dom0 (shared.h).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "keep.h"
#include "pmu.h"
#include "rounds.h"
#include "self.h"
#include "shared.h"
#include "smp.h"
#include "tick.h"
#include "timers.h"
#include "witness.h"
#include "x86.h"
#include "xen.h"

struct idt_entry {
    uint16_t offset_low, selector;
    uint8_t zero, type;
    uint16_t offset_high;
} __attribute__((packed));

#define IDT_INTERRUPT_GATE 0x8e
#define KERNEL_CS 0x08
#define STUB_SIZE 16 /* the .align of start.S */

extern const char interrupt_stubs[];

static volatile struct shared_page *const shared =
    (volatile struct shared_page *)GUEST_SHARED_ADDR;

static struct idt_entry idt[256] __attribute__((aligned(8)));
static struct guest_stats stats;
static uint32_t armed_hz[NR_TIMERS];
static uint32_t rearm_seen;

void guest_main(void);
void interrupt(struct frame *frame);

/* gcc calls these in freestanding code too. */
void *memcpy(void *to, const void *from, size_t n)
{
    void *t = to;

    asm volatile("rep movsb" : "+D"(t), "+S"(from), "+c"(n) : : "memory");

    return to;
}

void *memset(void *to, int c, size_t n)
{
    void *t = to;

    asm volatile("rep stosb" : "+D"(t), "+c"(n) : "a"(c) : "memory");

    return to;
}

/* Interrupts are off, or nobody could say which copy is whole. */
static void publish(void)
{
    uint32_t next = shared->generation + 1;

    copy_words(&shared->stats[next & 1], &stats, sizeof(stats));
    shared->generation = next;
}

static void program_timers(bool all)
{
    uint32_t period_fs;
    unsigned int i;

    for (i = 0; i < NR_TIMERS; i++) {
        struct timer_stats *t = &stats.timer[i];
        uint32_t hz = shared->control.hz[i];

        if (!all && hz == armed_hz[i])
            continue;

        armed_hz[i] = hz;
        tick_programmed(t, hz, timer_program(i, hz), shared->tsc_khz);
    }

    /* The HPET may have been out of reach when the guest started, or be now. */
    period_fs = hpet_period_fs();
    if (period_fs)
        shared->hpet_period_fs = period_fs;
    if (!armed_hz[TIMER_HPET])
        hpet_run(shared->control.hpet_clock);
    if (all && shared->control.io_hz)
        lapic_one_shot(shared->control.io_hz);
}

/* A new window of measurement forgets the longest gap of the last one. */
static void check_window(void)
{
    unsigned int i;

    if (stats.window == shared->control.window)
        return;

    for (i = 0; i < NR_TIMERS; i++)
        stats.timer[i].max_gap_tsc = 0;
    for (i = 0; i < NR_CLOCKS; i++)
        stats.clock[i].max_back = 0;
    stats.window = shared->control.window;
}

/* Does what dom0 asks for.  Interrupts are off. */
static void check_control(void)
{
    uint32_t request = shared->control.request;

    if (request == stats.request)
        return;

    barrier();
    smp_kick();
    program_timers(shared->control.rearm != rearm_seen);
    rearm_seen = shared->control.rearm;
    smp_meet(0);
    smp_restart_check();
    witness_write_tsc(0);
    self_test();
    pmu_test();
    rounds_check();
    keep_check(stats.timer[TIMER_PIT].period_tsc,
               stats.timer[TIMER_PIT].period_ps);
    stats.request = request;
    publish();
}

static void timer_interrupt(enum timer_id id)
{
    uint64_t now = rdtsc();

    if (tick_is_double(&stats.timer[id], TIMER_VECTOR + id, now)) {
        stats.timer[id].filtered++;
        return;
    }

    check_window();
    clock_record_tsc(stats.clock, now);
    tick_count(&stats.timer[id], now);
    if (id == TIMER_PIT)
        keep_tick();
    timer_ack(id);
    clocks_sample(stats.clock, shared->control.read_clocks & ~(1u << CLOCK_TSC),
                  0);
    lapic_eoi();
    if (id == TIMER_LAPIC && shared->control.io_hz)
        lapic_one_shot(shared->control.io_hz);
    stats.irq_tsc += rdtsc() - now;
    publish();
}

static void exception(const struct frame *frame)
{
    shared->fault.vector = frame->vector;
    shared->fault.error_code = frame->error_code;
    shared->fault.eip = frame->eip;
    shared->fault.cr2 = read_cr2();
    barrier();
    shared->state = GUEST_CRASHED;
    xen_crash();

    for (;;)
        asm volatile("cli; hlt");
}

void interrupt(struct frame *frame)
{
    uint32_t id = frame->vector - TIMER_VECTOR;
    uint32_t cpu = smp_cpu(frame);

    if (frame->vector < 32) {
        if (!pmu_exception(frame))
            exception(frame);
        return;
    }

    if (cpu) {
        smp_interrupt(cpu, frame);
        return;
    }

    /*
     * No processor takes an interrupt with IF clear, but QEMU's SVM sometimes
     * injects one twice in a row.  The copy belongs to no bit in the LAPIC's
     * ISR: an EOI would acknowledge the interrupt that is being served.  It
     * may have come in the middle of an update, so nothing is published.
     */
    if (!(frame->eflags & EFLAGS_IF)) {
        if (id < NR_TIMERS)
            stats.timer[id].filtered++;
        return;
    }

    if (id < NR_TIMERS)
        timer_interrupt(id);
    else if (frame->vector == DOORBELL_VECTOR)
        lapic_eoi();
    else
        stats.spurious++;
}

void idt_load(void)
{
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) idtr = { sizeof(idt) - 1, (uint32_t)idt };

    asm volatile("lidt %0" : : "m"(idtr));
}

static void idt_init(void)
{
    unsigned int i;

    for (i = 0; i < 256; i++) {
        uint32_t stub = (uint32_t)interrupt_stubs + i * STUB_SIZE;

        idt[i] = (struct idt_entry){
            .offset_low = (uint16_t)stub,
            .selector = KERNEL_CS,
            .type = IDT_INTERRUPT_GATE,
            .offset_high = (uint16_t)(stub >> 16),
        };
    }

    idt_load();
}

/* Shall the guest halt until the next tick of the PIT, as after each 64th? */
static bool is_nap(void)
{
    static uint64_t last;
    uint64_t ticks = stats.timer[TIMER_PIT].ticks;

    if (ticks % 64 || ticks == last)
        return false;
    last = ticks;
    return true;
}

static void idle(void)
{
    switch (shared->control.idle) {
    case IDLE_HLT:
        irq_enable_and_halt();
        break;

    case IDLE_SAMPLE:
        check_window();
        clocks_sample(stats.clock, ~0u, 0);
        publish();
        irq_enable_and_spin();
        break;

    case IDLE_WITNESS:
        witness_turn(0);
        witness_rest();
        break;

    case IDLE_ROUNDS:
        rounds_turn();
        irq_enable_and_spin();
        break;

    case IDLE_NAP:
        if (is_nap()) {
            irq_enable_and_halt();
            break;
        }
        /* fall through */
    default:
        irq_enable_and_spin();
        break;
    }
}

void guest_main(void)
{
    idt_init();

    shared->tsc_khz = xen_init();
    if (!shared->tsc_khz)
        asm volatile("ud2");

    timers_init();
    program_timers(true);
    rearm_seen = shared->control.rearm;
    stats.request = shared->control.request;
    publish();
    witness_init();
    smp_start();
    shared->state = GUEST_RUNNING;

    for (;;) {
        irq_disable();
        stats.loops++;
        check_control();
        idle();
    }
}
