/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The performance monitor of POWER9 as guests have it: the functions that the
 * rest of Xen calls.
 *
 * Each is called on the CPU that runs the vCPU, with interrupts off.  Only
 * pmu_domain_destroy() and the hypercalls may be called with interrupts on.
 */
#ifndef PPC_PMU_H
#define PPC_PMU_H

struct cpu_user_regs;
struct domain;
struct vcpu;

#ifdef CONFIG_PPC_PMU

#include <xen/profile.h>
#include <xen/sched.h>

/* Both are called before the first guest runs. */
void pmu_init(void);
void pmu_init_vcpu(struct vcpu *v);

/* Only pmu_context_switch() needs this here. */
extern struct pmu_cpu pmu_cpu;

/*
 * Costs two loads and two branches while nobody profiles, on a CPU that keeps
 * guests from the registers.
 */
static always_inline void pmu_context_switch(struct vcpu *prev,
                                             struct vcpu *next)
{
    if ( unlikely(profile_active()) || unlikely(pmu_cpu.exposed) )
        pmu_switch(&pmu_cpu, &prev->arch.guest.pmu.lazy,
                   &next->arch.guest.pmu.lazy);
}

void pmu_domain_destroy(struct domain *d);

/* v has an interrupt of the monitor to take. */
static inline bool pmu_alert_pending(const struct vcpu *v)
{
    uint64_t mmcr0 = v == current ? mfspr(PMU_SPR_MMCR0)
                                  : v->arch.guest.pmu.lazy.from->narrow[0];

    return mmcr0 & PMU_MMCR0_PMAO;
}

/* v has another virtual processor area, or none any more. */
void pmu_vpa_changed(struct vcpu *v);

/*
 * v, the current vCPU, has used the performance monitor without being allowed
 * to. Returns whether it is to go on with what is at its pc.
 */
bool pmu_unavailable(struct vcpu *v);

/* Hypercalls, for hcall.c. */
bool h_perfmon(struct vcpu *v, const uint64_t *arg, int64_t *result);
bool xen_sysctl(struct vcpu *v, const uint64_t *arg, int64_t *result);

#else

static inline void pmu_init(void) {}
static inline void pmu_init_vcpu(struct vcpu *v) {}
static inline void pmu_context_switch(struct vcpu *prev, struct vcpu *next) {}
static inline void pmu_domain_destroy(struct domain *d) {}
static inline bool pmu_alert_pending(const struct vcpu *v)
{
    return false;
}
static inline void pmu_vpa_changed(struct vcpu *v) {}
static inline bool pmu_unavailable(struct vcpu *v)
{
    return false;
}

#endif /* CONFIG_PPC_PMU */

#ifdef CONFIG_PROFILE_SAMPLES

void pmu_exited(struct vcpu *v);
void pmu_entering(struct vcpu *v);

/*
 * These two enclose what Xen does between a guest's exit and its next entry.
 * While Xen itself is profiled on behalf of v, interrupts are on in between.
 * The decrementer is set too far ahead to fire, and HDEC is off in Xen's LPCR:
 * nothing but the performance monitor interrupts Xen.
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

/* Takes samples of Xen: entry.S calls this at Xen's own interrupt 0xf00. */
void pmu_xen_interrupt(struct cpu_user_regs *regs);

#else

static inline void pmu_after_exit(struct vcpu *v) {}
static inline void pmu_before_entry(struct vcpu *v) {}

#endif /* CONFIG_PROFILE_SAMPLES */

#endif /* PPC_PMU_H */
