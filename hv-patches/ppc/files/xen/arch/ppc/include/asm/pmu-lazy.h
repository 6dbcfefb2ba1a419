/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lazy switching of the performance monitor: which registers are loaded when.
 *
 * A vCPU is covered while somebody profiles it.  The registers of a covered
 * vCPU are kept for it.  While any vCPU is covered, one that is not finds the
 * initial set in the registers, and what it writes is lost when it leaves the
 * CPU: no vCPU reads what another has written.
 *
 * The initial set is what the CPU had before the first guest ran, with nothing
 * counting.  It is stored at boot, not when somebody profiles for the first
 * time: by then a guest may have written to the registers.
 *
 * A vCPU that is not covered is kept from the registers (HFSCR[PM]), and comes
 * to Xen when it uses them: it then finds the initial set, and what it writes
 * is lost when it leaves the CPU. So nothing need be moved while nobody
 * profiles.
 * Some emulators let everybody in. Until a CPU has been seen to keep somebody
 * out it is taken for such a one (exposed), and pmu_switch() is called at every
 * switch.
 *
 * A kernel that has asked for the monitor need not use it all the time. While
 * it says that it does not (in_use), it is switched as if it were not covered:
 * it finds the initial set, and what it leaves there is lost.
 *
 * Nothing here depends on Xen beyond types.  Every function runs on the CPU
 * whose registers it moves, with interrupts off.  pmu_reset(), pmu_cover() and
 * pmu_uncover() also need the lock that claims are under, and a vCPU that they
 * are given does not run on another CPU.
 */
#ifndef PPC_PMU_LAZY_H
#define PPC_PMU_LAZY_H

#include <asm/pmu-context.h>

/* The performance monitor of a CPU. */
struct pmu_cpu {
    const struct pmu_family *family;
    bool exposed;               /* may reach guests that are not covered */
    struct pmu_context initial;
};

/* A vCPU's registers; all 0 until pmu_vcpu_init() sets the pointers. */
struct pmu_vcpu {
    /* This set is loaded when the vCPU runs: &ctx, or the CPU's initial. */
    const struct pmu_context *from;
    bool covered;
    /*
     * While *in_use is 0, nothing need be kept for the vCPU.  It may be memory
     * that the vCPU writes to.
     */
    const volatile uint8_t *in_use;
    struct pmu_context ctx;
};

/*
 * Xen's port is compiled for one family, whose moves are inlined.  Unit tests
 * run every family, and call the functions of the one that the CPU has.
 */
#ifdef __XEN__
#define PMU_SAVE(cpu, ctx) pmu_save_power9(ctx)
#define PMU_LOAD(cpu, ctx) pmu_load_power9(ctx)
#else
#define PMU_SAVE(cpu, ctx) (cpu)->family->save(ctx)
#define PMU_LOAD(cpu, ctx) (cpu)->family->load(ctx)
#endif

/*
 * Makes the initial set of what the registers hold at boot, as
 * pmu_context_quiet() leaves it, and loads that.
 */
void pmu_cpu_init(struct pmu_cpu *cpu, const struct pmu_family *family);

void pmu_vcpu_init(const struct pmu_cpu *cpu, struct pmu_vcpu *v);

/* in_use: what says whether v uses its registers, or NULL: v always does. */
void pmu_used_if(struct pmu_vcpu *v, const volatile uint8_t *in_use);

/*
 * Loads the initial set, whatever the registers held: nobody has profiled
 * until now, or nobody does any more.
 */
void pmu_reset(const struct pmu_cpu *cpu);

/*
 * v begins to be covered, and starts with *start, or with the initial set if
 * that is NULL.  running: v is the CPU's current vCPU.
 */
void pmu_cover(struct pmu_cpu *cpu, struct pmu_vcpu *v,
               const struct pmu_context *start, bool running);

/* v is no longer covered, and nothing is left of what it had. */
void pmu_uncover(struct pmu_cpu *cpu, struct pmu_vcpu *v, bool running);

/* prev leaves the CPU, and next, which is not prev, comes. */
static always_inline void pmu_switch(const struct pmu_cpu *cpu,
                                     struct pmu_vcpu *prev,
                                     const struct pmu_vcpu *next)
{
    if ( !prev->covered )
        pmu_freeze();
    else if ( *prev->in_use )
    {
        PMU_SAVE(cpu, &prev->ctx);
        prev->from = &prev->ctx;
    }
    else
    {
        pmu_freeze();
        prev->from = &cpu->initial;
    }
    PMU_LOAD(cpu, next->from);
}

#endif /* PPC_PMU_LAZY_H */
