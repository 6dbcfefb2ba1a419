/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory by which the test guest and dom0 talk: struct shared_page, and
 * pages of their own for what only some tests need.
 *
 * Dom0 writes struct shared_control only, unless a field says otherwise, and
 * the guest everything else.  Both sides are little-endian x86; all fields are
 * naturally aligned, so that 32-bit and 64-bit compilers lay the page out
 * alike.
 *
 * The guest publishes its counters in two copies, used in turn.  A reader
 * takes "generation", copies stats[generation % 2] and starts again if
 * generation has moved meanwhile.  So a snapshot is consistent even if the
 * guest was preempted, or paused, in the middle of an update.
 */
#ifndef GUESTS_X86_SHARED_H
#define GUESTS_X86_SHARED_H

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
/* Guest physical memory map, bytes.  Everything else is free. */
#define GUEST_IVT_ADDR      0x000000u   /* real-mode interrupt vectors */
#define GUEST_SIPI_ADDR     0x008000u   /* where a restarted vCPU begins */
#define GUEST_LOAD_ADDR     0x100000u   /* image, entered at its first byte */
#define GUEST_LOAD_SIZE     0x010000u   /* image, bss and stack, at most */
#define GUEST_SHARED_ADDR   0x110000u   /* struct shared_page */
#define GUEST_HYPERCALL     0x111000u   /* Xen's hypercall page */
#define GUEST_SHARED_INFO   0x112000u   /* Xen's shared_info */
#define GUEST_SMP_ADDR      0x113000u   /* struct smp_page */
#define GUEST_SELF_ADDR     0x114000u   /* struct self_page */
#define GUEST_PMU_ADDR      0x115000u   /* struct pmu_page */
#define GUEST_KEEP_ADDR     0x116000u   /* struct keep_page */
#define GUEST_WITNESS_ADDR  0x117000u   /* struct witness_page */
#define GUEST_REFTSC_ADDR   0x118000u   /* Viridian's reference TSC page */
#define GUEST_ROUNDS_ADDR   0x119000u   /* struct rounds_page */
#define GUEST_MEMORY_END    0x120000u   /* the guest needs no more than this */
/* clang-format on */

#define SHARED_MAGIC 0x656d6974u /* "time" */
#define SHARED_VERSION 3u

#define MAX_VCPUS 8u

enum timer_id { TIMER_PIT, TIMER_RTC, TIMER_LAPIC, TIMER_HPET, NR_TIMERS };
enum clock_id { CLOCK_TSC, CLOCK_HPET, CLOCK_PV, NR_CLOCKS };

enum guest_state {
    GUEST_NOT_STARTED, /* what a zeroed page says */
    GUEST_RUNNING,
    GUEST_CRASHED, /* see struct shared_fault */
};

enum guest_idle {
    IDLE_HLT,     /* sti; hlt */
    IDLE_SPIN,    /* busy, interrupts on */
    IDLE_SAMPLE,  /* busy, reading all the clocks */
    IDLE_NAP,     /* busy, but for one tick in 64 */
    IDLE_WITNESS, /* busy, see struct witness_page */
    IDLE_ROUNDS,  /* busy, see struct rounds_page */
    IDLE_KINDS,
};

/* A doorbell: dom0 sends this vector as an MSI after changing the control. */
#define DOORBELL_VECTOR 0x40u

/* Written by dom0. */
struct shared_control {
    uint32_t hz[NR_TIMERS]; /* Hz wanted, 0 = disarmed */
    uint32_t idle;          /* enum guest_idle */
    uint32_t hpet_clock;    /* 1: HPET runs even with no timer */
    uint32_t read_clocks;   /* bit mask of clock_id, per tick */
    uint32_t rearm;         /* changed: program every timer anew */
    uint32_t request;       /* changed: look at the fields above */
    uint32_t window;        /* changed: forget the maxima */
    uint32_t vcpus;         /* vCPUs that run; not to be changed */
    uint32_t ap_hz;         /* Hz of the LAPICs, but vCPU 0's */
    uint32_t ap_idle;       /* enum guest_idle, but vCPU 0's */
    uint32_t meet;          /* changed: see struct meeting */
    uint32_t selftest;      /* changed: see struct self_page */
    uint32_t pmutest;       /* changed: see struct pmu_page */
    uint32_t keep;          /* changed: see struct keep_page */
    uint32_t keep_gains;    /* 1: look for gains, too */
    uint32_t io_hz;         /* the LAPIC stands for a disk, and
                               interrupts 1/io_hz s after the last
                               was handled; 0: it does not */
    uint32_t restart;       /* changed: see struct witness_page */
    uint32_t write_tsc;     /* changed: see struct witness_page */
    uint32_t down;          /* changed: see struct witness_page */
    uint32_t remote;        /* bit mask of timer_id, RTC and HPET:
                               vCPU 1 gets its interrupts */
    uint32_t rounds;        /* changed: see struct rounds_page */
};

/* The counters of one timer, since the guest started. */
struct timer_stats {
    uint64_t ticks;       /* interrupts accepted */
    uint64_t first_tsc;   /* guest TSC at the first tick */
    uint64_t last_tsc;    /* guest TSC at the latest tick */
    uint64_t short_gaps;  /* < 1/2 period: catch-up ticks */
    uint64_t long_gaps;   /* > 3/2 period: late or lost ticks */
    uint64_t max_gap_tsc; /* longest gap of the window, TSC */
    uint64_t period_tsc;  /* nominal period, TSC; 0 = disarmed */
    uint64_t period_ps;   /* nominal period, picoseconds */
    uint32_t filtered;    /* doubled interrupts, not counted */
    uint32_t absent;      /* 1: the device does not answer */
};

/* Readings of a clock, in its own unit: TSC cycles, HPET ticks, ns. */
struct clock_stats {
    uint64_t now;      /* latest reading */
    uint64_t back;     /* readings lower than the one before */
    uint64_t max_back; /* largest such step of the window */
    uint32_t valid;    /* 1: "now" has been read */
    uint32_t absent;   /* readings that got no answer */
};

struct guest_stats {
    struct timer_stats timer[NR_TIMERS];
    struct clock_stats clock[NR_CLOCKS];
    uint64_t loops;    /* turns of the idle loop */
    uint64_t irq_tsc;  /* TSC cycles spent in handlers */
    uint64_t spurious; /* LAPIC spurious-vector interrupts */
    uint32_t request;  /* shared_control.request as seen */
    uint32_t window;   /* shared_control.window as seen */
};

/* The exception that ended the guest. */
struct shared_fault {
    uint32_t vector;
    uint32_t error_code; /* 0 where the exception has none */
    uint32_t eip;
    uint32_t cr2;
};

struct shared_page {
    uint32_t magic;          /* SHARED_MAGIC, by dom0 */
    uint32_t version;        /* SHARED_VERSION, by dom0 */
    uint32_t state;          /* enum guest_state */
    uint32_t tsc_khz;        /* guest TSC frequency, from Xen */
    uint32_t hpet_period_fs; /* femtoseconds, 0 = never seen one */
    uint32_t generation;     /* see the top of this file */
    struct shared_control control;
    struct shared_fault fault;
    struct guest_stats stats[2];
};

/*
 * Every vCPU but 0 has a LAPIC timer only, and counters of its own, which are
 * published as those of vCPU 0 are.
 */
struct vcpu_stats {
    struct timer_stats lapic;
    struct clock_stats clock[NR_CLOCKS];
    uint64_t loops;
    uint64_t irq_tsc;
    uint32_t request;
    uint32_t window;
};

struct vcpu_slot {
    uint32_t started; /* 1: it runs the guest's code */
    uint32_t generation;
    struct vcpu_stats stats[2];
};

/*
 * When asked to meet, each vCPU waits for all the others and then reads its
 * clocks.  With fewer CPUs than vCPUs not all can do so at the same moment, so
 * that the pvclock, which is Xen's own time, has to be read as well.
 */
struct meeting {
    uint64_t tsc;
    uint64_t pv_ns;
    uint32_t meet; /* shared_control.meet as seen */
    uint32_t all;  /* 1: all of them came in time */
};

struct smp_page {
    struct vcpu_slot vcpu[MAX_VCPUS]; /* [0] is not used */
    struct meeting meeting[MAX_VCPUS];
    uint32_t remote[NR_TIMERS]; /* ticks that vCPU 1 got of them */
};

/*
 * Hypercalls that a guest may try in vain: HVMOP_set_param with each of some
 * values for every parameter, and the domctl of vtimer.h.
 */
enum self_target { SELF_SELF, SELF_OWN_ID, SELF_OTHER, SELF_TARGETS };
#define SELF_PARAMS 64
#define SELF_VALUES 8
#define SELF_DOMCTLS 7
#define SELF_SKIPPED 1 /* not tried, lest the guest end */

struct self_page {
    /* dom0 writes these. */
    uint32_t nr_params;
    uint32_t domctl_version;       /* XEN_DOMCTL_INTERFACE_VERSION */
    uint32_t vtimer_version;       /* XEN_VTIMER_INTERFACE_VERSION */
    uint32_t target[SELF_TARGETS]; /* domids */
    /* By the guest. */
    uint32_t done; /* shared_control.selftest as seen */
    uint32_t pad;
    uint64_t value[SELF_VALUES];
    int16_t param[SELF_TARGETS][SELF_PARAMS][SELF_VALUES]; /* -errno */
    int16_t domctl[SELF_TARGETS][SELF_DOMCTLS];            /* by operation */
};

/*
 * Shows what vCPU 0 gets of a performance monitor like AMD's family 10h, by
 * what its MSRs answer.  Without a vPMU they read 0, and Xen drops what is
 * written; with one it refuses a reserved bit of an event select (#GP).
 */
enum pmu_access {
    PMU_READ_CTRL,    /* event select register 0 */
    PMU_READ_COUNTER, /* counter 0 */
    PMU_WRITE_COUNTER,
    PMU_WRITE_RESERVED, /* bit 19 of event select 0 */
    PMU_WRITE_CTRL,     /* on or off, as pmu_page.on says */
    PMU_READ_LATER,     /* counter 5, which family 10h has not */
    PMU_WRITE_LATER,
    PMU_ACCESSES,
};

struct pmu_page {
    uint32_t on; /* by dom0 */
    /* By the guest. */
    uint32_t done;                  /* shared_control.pmutest as seen */
    uint32_t faulted[PMU_ACCESSES]; /* 1: #GP */
    uint32_t pad;
    uint64_t value[PMU_ACCESSES]; /* what was read */
};

/*
 * The clocks that three kinds of guest would keep with the ticks of the PIT,
 * all at once, against Xen's system time as the pvclock tells it in the same
 * interrupt.  A clock that moves by whole ticks is right when it has just
 * ticked: what counts is the most that each is ahead in a second.
 */
enum keeper {
    KEEP_TICK,     /* counts ticks */
    KEEP_TICK_TSC, /* and makes up lost ones by the TSC */
    KEEP_CLOCK,    /* reads the TSC */
    KEEPERS,
};
#define KEEP_SECONDS 88
#define KEEP_GAINS 32

struct keep_second {
    uint64_t at_ns;            /* since it began: the second's end */
    int64_t ahead_ps[KEEPERS]; /* the most */
};

/*
 * A single tick that set the KEEP_TICK_TSC clock more than half a period
 * further ahead than it ever was, and the last tick before it that made up for
 * others: these two counted the same time.
 */
struct keep_gain {
    uint64_t at_ns;     /* since it began */
    uint32_t gap_ns;    /* since the tick before */
    uint32_t since_ns;  /* since the tick that made up */
    uint32_t made_up;   /* ticks that it made up */
    uint32_t slept_ns;  /* blocked, in the gap it made up */
    uint32_t waited_ns; /* runnable without a CPU, in it */
    uint32_t pad;
};

struct keep_page {
    uint32_t done; /* shared_control.keep as seen */
    uint32_t n;    /* seconds that are over */
    uint64_t ticks;
    uint64_t made_up;   /* added by KEEP_TICK_TSC */
    uint64_t delay_tsc; /* from injection to reading, summed */
    struct keep_second second[KEEP_SECONDS];
    uint32_t gains; /* in all, if they are looked for */
    uint32_t pad;
    struct keep_gain gain[KEEP_GAINS]; /* the first of them */
};

/*
 * The witness of one time for all vCPUs.  "latest" of a clock has the greatest
 * value that any vCPU has read of it.  In IDLE_WITNESS each vCPU takes that,
 * then reads the clock itself, and counts a step back if what it reads is less.
 * A turn in which "latest" was another vCPU's is a handover.  The low bits of
 * "latest" say whose it is; 0 is nobody's.
 *
 * A vCPU that has written its TSC judges its readings without what it moved
 * the TSC by, which MSR_IA32_TSC_ADJUST tells to the cycle.
 */
enum witness_clock {
    WITNESS_TSC,      /* TSC cycles */
    WITNESS_PV,       /* pvclock, ns */
    WITNESS_HPET,     /* main counter, its low half */
    WITNESS_PMTIMER,  /* ACPI, 3.579545 MHz, 32 bits */
    WITNESS_REFCOUNT, /* HV_X64_MSR_TIME_REF_COUNT, 100 ns */
    WITNESS_REFTSC,   /* Viridian's reference TSC page */
    NR_WITNESSES,
};
#define WITNESS_CPU_BITS 3
#define WITNESS_PMTIMER_HZ 3579545u

/* The counts of a vCPU, for one clock.  Dom0 reads words, each at once. */
struct witness_count {
    uint32_t turns;
    uint32_t handovers;
    uint32_t back;     /* readings less than the latest */
    uint32_t max_back; /* in the clock's unit; saturates */
    uint32_t max_from; /* the vCPU that had read more */
    uint32_t absent;   /* readings that got no answer */
};

struct witness_page {
    /* dom0 writes these. */
    uint32_t clocks;       /* bit mask of witness_clock */
    uint32_t restart_vcpu; /* gets INIT and SIPI from vCPU 0 */
    uint32_t write_vcpu;   /* writes what its TSC says, and ... */
    uint32_t pad;
    int64_t write_add; /* ... so many cycles more */
    /* By the guest. */
    uint64_t down_tsc; /* cycles that went by for vCPU 1 while
                          it had taken vCPU 0 down */
    uint64_t latest[NR_WITNESSES];
    uint64_t tsc_moved[MAX_VCPUS]; /* by its own WRMSR, cycles */
    struct witness_count count[MAX_VCPUS][NR_WITNESSES];
};

/*
 * vCPU 0 counts with the four counters of AMD's family 10h.  When dom0 asks for
 * it, the guest notes what is in the registers, and then programs them.  In
 * IDLE_ROUNDS each turn is a round: a loop of 2 * loops instructions between
 * two readings of each counter, with interrupts off.  Whatever else runs on the
 * CPU meanwhile, each round counts the same, or the counts are not the guest's.
 */
#define PMU_COUNTERS 4

struct rounds_page {
    /* dom0 writes these. */
    uint64_t event[PMU_COUNTERS]; /* event select; 0: not used */
    uint32_t loops;
    uint32_t stop; /* 1: each round begins with counter 3 started and stopped */
    uint32_t looks; /* so often it looks at all of them by RDPMC beforehand */
    uint32_t yield; /* 1: a round is SCHEDOP_yield, and reads no counter */
    /* The guest writes here what was there when it began. */
    uint64_t found_ctrl[PMU_COUNTERS];
    uint64_t found_counter[PMU_COUNTERS];
    uint64_t rdpmc[PMU_COUNTERS]; /* the largest of its looks */
    uint32_t refused;             /* bit mask of RDPMCs that faulted */
    uint32_t begun;               /* shared_control.rounds as seen */
    /* The guest writes these, which count since it began. */
    uint32_t rounds;
    uint32_t preempted; /* of these: others had the CPU meanwhile */
    uint64_t least[PMU_COUNTERS];
    uint64_t most[PMU_COUNTERS];
};

_Static_assert(MAX_VCPUS <= 1u << WITNESS_CPU_BITS, "layout");
_Static_assert(offsetof(struct witness_page, write_add) % 8 == 0, "layout");
_Static_assert(sizeof(struct witness_count) == 24, "layout");
_Static_assert(sizeof(struct witness_page) <= 4096, "one page");
_Static_assert(offsetof(struct rounds_page, rounds) == 152, "layout");
_Static_assert(sizeof(struct rounds_page) == 224, "layout");
_Static_assert(offsetof(struct pmu_page, value) % 8 == 0, "layout");
_Static_assert(sizeof(struct timer_stats) == 72, "layout");
_Static_assert(sizeof(struct clock_stats) == 32, "layout");
_Static_assert(sizeof(struct vcpu_stats) == 192, "layout");
_Static_assert(offsetof(struct shared_page, stats) % 8 == 0, "layout");
_Static_assert(offsetof(struct self_page, value) % 8 == 0, "layout");
_Static_assert(sizeof(struct shared_page) <= 4096, "one page");
_Static_assert(sizeof(struct smp_page) <= 4096, "one page");
_Static_assert(sizeof(struct self_page) <= 4096, "one page");
_Static_assert(sizeof(struct keep_page) <= 4096, "one page");

#endif
