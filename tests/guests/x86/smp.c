/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "shared.h"
#include "smp.h"
#include "tick.h"
#include "timers.h"
#include "witness.h"
#include "x86.h"
#include "xen.h"

#define DOWN_READINGS 1000u
#define MEET_TIMEOUT_NS 2000000000ull

_Static_assert(NR_STACKS == MAX_VCPUS, "a stack for each vCPU");

extern const char stacks[];
extern const char sipi_start[], sipi_iret[], sipi_end[];

static volatile struct shared_page *const shared =
    (volatile struct shared_page *)GUEST_SHARED_ADDR;
static volatile struct smp_page *const smp =
    (volatile struct smp_page *)GUEST_SMP_ADDR;
static volatile struct witness_page *const witness_page =
    (volatile struct witness_page *)GUEST_WITNESS_ADDR;

/* In .data, as start.S reads it before the bss is cleared. */
volatile uint32_t smp_go __attribute__((section(".data")));

/* The number of the vCPU that start.S gets from the trampoline. */
volatile uint32_t smp_restarted;

static struct secondary {
    struct vcpu_stats stats;
    uint32_t armed_hz;
    uint32_t rearm_seen;
} vcpus[MAX_VCPUS];

static void publish(uint32_t cpu)
{
    volatile struct vcpu_slot *slot = &smp->vcpu[cpu];
    uint32_t next = slot->generation + 1;

    copy_words(&slot->stats[next & 1], &vcpus[cpu].stats,
               sizeof(slot->stats[0]));
    slot->generation = next;
}

static void program(struct secondary *v)
{
    uint32_t hz = shared->control.ap_hz;

    v->armed_hz = hz;
    tick_programmed(&v->stats.lapic, hz, timer_program(TIMER_LAPIC, hz),
                    shared->tsc_khz);
}

static void check_window(struct secondary *v)
{
    unsigned int i;

    if (v->stats.window == shared->control.window)
        return;

    v->stats.lapic.max_gap_tsc = 0;
    for (i = 0; i < NR_CLOCKS; i++)
        v->stats.clock[i].max_back = 0;
    v->stats.window = shared->control.window;
}

/*
 * Takes vCPU 0 down, which keeps the domain's time and may be waiting for a CPU
 * now: time is not to stand still for vCPU 1 until vCPU 0 is brought up again.
 */
static void check_down(uint32_t cpu)
{
    static uint32_t seen;
    uint32_t i;
    uint64_t start;

    if (cpu != 1 || shared->control.down == seen)
        return;

    seen = shared->control.down;
    if (xen_vcpu_down(0))
        return;
    start = rdtsc();
    for (i = 0; i < DOWN_READINGS; i++)
        witness_page->down_tsc = rdtsc() - start;
    xen_vcpu_up(0);
}

static void check_control(uint32_t cpu)
{
    struct secondary *v = &vcpus[cpu];
    uint32_t request = shared->control.request;

    if (request == v->stats.request)
        return;

    barrier();
    if (v->armed_hz != shared->control.ap_hz ||
        v->rearm_seen != shared->control.rearm)
        program(v);
    v->rearm_seen = shared->control.rearm;
    smp_meet(cpu);
    witness_write_tsc(cpu);
    check_down(cpu);
    v->stats.request = request;
    publish(cpu);
}

static bool all_here(uint32_t meet)
{
    uint32_t i;

    for (i = 0; i < shared->control.vcpus; i++)
        if (smp->meeting[i].meet != meet)
            return false;

    return true;
}

void smp_meet(uint32_t cpu)
{
    volatile struct meeting *m = &smp->meeting[cpu];
    uint32_t meet = shared->control.meet;
    uint64_t start, now, tsc;
    bool all;

    if (m->meet == meet)
        return;

    start = pvclock_read(cpu, &tsc);
    m->meet = meet;
    do {
        asm volatile("pause");
        all = all_here(meet);
        now = pvclock_read(cpu, &tsc);
    } while (!all && now - start < MEET_TIMEOUT_NS);

    m->tsc = tsc;
    m->pv_ns = now;
    m->all = all;
}

/* Handles the doorbell, or a timer whose interrupts are not vCPU 0's. */
static void remote_interrupt(uint32_t id)
{
    if (id < NR_TIMERS) {
        smp->remote[id]++;
        timer_ack(id);
    } else if (id != DOORBELL_VECTOR - TIMER_VECTOR) {
        return;
    }
    lapic_eoi();
}

void smp_interrupt(uint32_t cpu, const struct frame *frame)
{
    struct secondary *v = &vcpus[cpu];
    uint32_t vector = TIMER_VECTOR + TIMER_LAPIC;
    uint64_t now;

    /* This was injected twice (see guest.c), and gets no EOI. */
    if (!(frame->eflags & EFLAGS_IF)) {
        v->stats.lapic.filtered += frame->vector == vector;
        return;
    }

    if (frame->vector != vector) {
        remote_interrupt(frame->vector - TIMER_VECTOR);
        return;
    }

    now = rdtsc();
    if (tick_is_double(&v->stats.lapic, vector, now)) {
        v->stats.lapic.filtered++;
        return;
    }

    check_window(v);
    clock_record_tsc(v->stats.clock, now);
    tick_count(&v->stats.lapic, now);
    clocks_sample(v->stats.clock,
                  shared->control.read_clocks & ~(1u << CLOCK_TSC), cpu);
    lapic_eoi();
    v->stats.irq_tsc += rdtsc() - now;
    publish(cpu);
}

uint32_t smp_cpu(const struct frame *frame)
{
    return ((uint32_t)frame - (uint32_t)stacks) / STACK_SIZE;
}

void smp_kick(void)
{
    if (shared->control.vcpus > 1)
        lapic_ipi_others(DOORBELL_VECTOR);
}

void smp_start(void)
{
    smp_go = 1;
}

/*
 * The vCPU goes from wherever it is to the trampoline and back into smp_main().
 * Its counters go on; its LAPIC, which INIT resets, is programmed anew there.
 *
 * An interrupt that was being injected when INIT came is injected after the
 * SIPI, IF being clear: Xen's SVM code does not forget it.  In real mode that
 * goes by the table at address 0, so each vector there returns at once.
 */
void smp_restart_check(void)
{
    const uint32_t iret = GUEST_SIPI_ADDR << 12 |
                          (uint32_t)(sipi_iret - sipi_start);
    static uint32_t seen;
    uint32_t cpu = witness_page->restart_vcpu, i;

    if (shared->control.restart == seen)
        return;

    seen = shared->control.restart;
    copy_words((void *)GUEST_SIPI_ADDR, sipi_start,
               (uint32_t)(sipi_end - sipi_start));
    for (i = 0; i < 256; i++)
        mmio_write(GUEST_IVT_ADDR + i * 4, iret);
    smp->vcpu[cpu].started = 0;
    smp_restarted = cpu;
    lapic_restart(cpu, GUEST_SIPI_ADDR);
}

void smp_main(uint32_t cpu)
{
    struct secondary *v = &vcpus[cpu];

    idt_load();
    lapic_init();
    witness_note_tsc(cpu);
    program(v);
    v->rearm_seen = shared->control.rearm;
    v->stats.request = shared->control.request;
    smp->meeting[cpu].meet = shared->control.meet;
    publish(cpu);
    smp->vcpu[cpu].started = 1;

    for (;;) {
        irq_disable();
        v->stats.loops++;
        check_control(cpu);

        switch (shared->control.ap_idle) {
        case IDLE_HLT:
            irq_enable_and_halt();
            break;

        case IDLE_SAMPLE:
            check_window(v);
            clocks_sample(v->stats.clock, ~0u, cpu);
            publish(cpu);
            irq_enable_and_spin();
            break;

        case IDLE_WITNESS:
            witness_turn(cpu);
            witness_rest();
            break;

        default:
            irq_enable_and_spin();
            break;
        }
    }
}
