/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The performance monitor of POWER9 as guests have it: what each of the
 * places in Xen that have to know of it calls.
 *
 * All of it on the CPU that runs the vCPU, interrupts off unless it says
 * otherwise.
 */
#ifndef PPC_PMU_H
#define PPC_PMU_H

struct cpu_user_regs;
struct domain;
struct vcpu;

#ifdef CONFIG_PPC_PMU

#include <xen/profile.h>
#include <xen/sched.h>

/* Before the first guest runs. */
void pmu_init(void);
void pmu_init_vcpu(struct vcpu *v);

/* For pmu_context_switch(). */
extern struct pmu_cpu pmu_cpu;

/* A load and a branch as long as nobody profiles. Neither is idle then: no
 * guest is left to profile when the idle vCPU comes. */
static always_inline void pmu_context_switch(struct vcpu *prev,
                                             struct vcpu *next)
{
    if ( unlikely(profile_active()) )
        pmu_switch(&pmu_cpu, &prev->arch.guest.pmu.lazy,
                   &next->arch.guest.pmu.lazy);
}

void pmu_domain_destroy(struct domain *d);

/* Hypercalls, for hcall.c. */
bool h_perfmon(struct vcpu *v, const uint64_t *arg, int64_t *result);
bool xen_sysctl(struct vcpu *v, const uint64_t *arg, int64_t *result);

#else

static inline void pmu_init(void) {}
static inline void pmu_init_vcpu(struct vcpu *v) {}
static inline void pmu_context_switch(struct vcpu *prev, struct vcpu *next) {}
static inline void pmu_domain_destroy(struct domain *d) {}

#endif /* CONFIG_PPC_PMU */

#ifdef CONFIG_PROFILE_SAMPLES

void pmu_exited(struct vcpu *v);
void pmu_entering(struct vcpu *v);

/*
 * Around what Xen does between a guest's exit and its next entry.  While Xen
 * itself is profiled on behalf of v, interrupts are on in between: Xen's own
 * decrementer is out of the way, HDEC is off in Xen's LPCR, so nothing but
 * its performance monitor interrupts it.
 */
static inline void pmu_after_exit(struct vcpu *v)
{
    if ( unlikely(v->arch.guest.pmu.xen) )
        pmu_exited(v);
}

static inline void pmu_before_entry(struct vcpu *v)
{
    if ( unlikely(v->arch.guest.pmu.xen) )
        pmu_entering(v);
}

/* Xen's own 0xf00, from entry.S: a sample of Xen. */
void pmu_xen_interrupt(struct cpu_user_regs *regs);

#else

static inline void pmu_after_exit(struct vcpu *v) {}
static inline void pmu_before_entry(struct vcpu *v) {}

#endif /* CONFIG_PROFILE_SAMPLES */

#endif /* PPC_PMU_H */
