/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lazy switching of the performance monitor: whose registers are loaded when.
 *
 * A vCPU is covered while somebody profiles it.  What a covered vCPU has in
 * the registers is kept for it.  One that is not covered finds the initial set
 * there, and what it writes is lost when it leaves the CPU: nobody ever reads
 * another's.
 *
 * The initial set is what the CPU had before the first guest ran.  When the
 * first of all begins to profile is too late to store it: by then a guest may
 * have written to the registers.
 *
 * While nobody profiles nothing is moved, and the caller does not even call.
 *
 * No Xen dependency beyond types.  All of it on the CPU whose registers they
 * are, interrupts off; pmu_first_start() to pmu_uncover() also under the lock
 * that claims are under, and none of the vCPUs runs elsewhere.
 */
#ifndef PPC_PMU_LAZY_H
#define PPC_PMU_LAZY_H

#include <asm/pmu-context.h>

/* One of a CPU. */
struct pmu_cpu {
    const struct pmu_family *family;
    struct pmu_context initial;
};

/* One of a vCPU; all zero but for `from`, which pmu_vcpu_init() sets. */
struct pmu_vcpu {
    /* What is loaded when it runs: its own, or the CPU's initial set. */
    const struct pmu_context *from;
    bool covered;               /* from == &ctx */
    struct pmu_context ctx;
};

/*
 * This port runs on one family, and knows it as it is compiled; a test tells
 * by the CPU's.
 */
#ifdef __XEN__
#define PMU_SAVE(cpu, ctx) pmu_save_power9(ctx)
#define PMU_LOAD(cpu, ctx) pmu_load_power9(ctx)
#else
#define PMU_SAVE(cpu, ctx) (cpu)->family->save(ctx)
#define PMU_LOAD(cpu, ctx) (cpu)->family->load(ctx)
#endif

/* At boot: what the registers hold is the initial set, but quiet.  They are
 * left so. */
void pmu_cpu_init(struct pmu_cpu *cpu, const struct pmu_family *family);

void pmu_vcpu_init(const struct pmu_cpu *cpu, struct pmu_vcpu *v);

/* The registers hold the initial set, whatever they held: nobody profiled
 * until now, or nobody does any more. */
void pmu_reset(const struct pmu_cpu *cpu);

/*
 * v begins to be covered, and starts with *start, or with the initial set
 * (NULL).  running: its registers are on the CPU.
 */
void pmu_cover(struct pmu_cpu *cpu, struct pmu_vcpu *v,
               const struct pmu_context *start, bool running);

/* v is no longer covered; nothing of its own is left. */
void pmu_uncover(struct pmu_cpu *cpu, struct pmu_vcpu *v, bool running);

/* prev leaves the CPU, next comes.  They are not the same. */
static always_inline void pmu_switch(const struct pmu_cpu *cpu,
                                     struct pmu_vcpu *prev,
                                     const struct pmu_vcpu *next)
{
    if ( prev->covered )
        PMU_SAVE(cpu, &prev->ctx);
    else
        pmu_freeze();
    PMU_LOAD(cpu, next->from);
}

#endif /* PPC_PMU_LAZY_H */
