/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gives the performance monitor to the vCPUs that are profiled, and serves the
 * hypercalls that ask for it.
 */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/sched.h>
#include <public/sysctl.h>

#include <asm/guest.h>
#include <asm/papr.h>
#include <asm/pmu.h>
#include <asm/regs.h>

struct pmu_cpu pmu_cpu;

static struct pmu_vcpu *pmu_of(struct vcpu *v)
{
    return &v->arch.guest.pmu.lazy;
}

void pmu_init(void)
{
    const struct pmu_family *family = pmu_family_of(mfspr(SPRN_PVR));

    if ( family )
        pmu_cpu_init(&pmu_cpu, family);
    else
        printk("PMU: no support for PVR %#lx\n", mfspr(SPRN_PVR));
}

void pmu_init_vcpu(struct vcpu *v)
{
    pmu_vcpu_init(&pmu_cpu, pmu_of(v));
    guest_pmu_at_exit(&v->arch.guest.pmu);
}

/* A vCPU that is not covered is kept from the registers, a passive one too. */
static bool may_use(struct vcpu *v)
{
    return pmu_of(v)->covered && !v->arch.guest.pmu.start;
}

/*
 * The registers of a passive domain are Xen's: whether they are in use is not
 * for the domain to say.
 */
void pmu_vpa_changed(struct vcpu *v)
{
    const uint8_t *vpa = v->arch.guest.vpa;

    pmu_used_if(pmu_of(v), vpa && !v->arch.guest.pmu.start
                           ? vpa + VPA_PMC_REGS_IN_USE : NULL);
}

void pmu_changed(struct vcpu *v)
{
    guest_pmu_at_exit(&v->arch.guest.pmu);
    pmu_vpa_changed(v);
    guest_allow(v, HFSCR_PM, may_use(v));
}

/*
 * Linux writes to the registers when it boots, long before it asks for them.
 * Whoever does so without having asked gets the initial set until it leaves the
 * CPU, with nothing that is kept.  To cover it instead would make every Linux
 * pay for the rest of its life; a program interrupt would end it.
 *
 * A passive domain knows nothing of it and must not change what is counted, or
 * see it: mfspr and mtspr have no effect.
 */
bool pmu_unavailable(struct vcpu *v)
{
    if ( !pmu_cpu.family )
        return false;

    /* This CPU does keep guests from the registers. */
    pmu_cpu.exposed = false;

    if ( v->arch.guest.pmu.start )
        v->arch.guest.regs.pc += 4;
    else
    {
        pmu_reset(&pmu_cpu);
        guest_allow_for_now(HFSCR_PM);
    }

    return true;
}

/* ---- coverage: profile_lock held ---- */

uint64_t arch_profile_features(void)
{
    uint64_t features = XEN_PROFILE_FEATURE_DOMAIN | XEN_PROFILE_FEATURE_SELF;

    if ( IS_ENABLED(CONFIG_PROFILE_SAMPLES) )
        features |= XEN_PROFILE_FEATURE_PRIMARY | XEN_PROFILE_FEATURE_PASSIVE |
                    XEN_PROFILE_FEATURE_RING;

    return pmu_cpu.family ? features : 0;
}

struct domain *arch_profile_get_domain(domid_t domid)
{
    return guest_domain(domid);
}

/* Static domains need no reference: their memory stays. */
void arch_profile_put_domain(struct domain *d)
{
}

/* There is one CPU, so that only the caller runs. */
int arch_profile_begin(struct domain *d)
{
    return 0;
}

void arch_profile_end(struct domain *d)
{
}

void arch_profile_status(struct xen_profile_status *s)
{
}

void arch_profile_each_domain(void (*fn)(struct domain *d))
{
    struct domain *d;

    for ( domid_t i = 1; i <= GUEST_MAX_DOMAINS; i++ )
        if ( (d = guest_domain(i)) )
            fn(d);
}

void arch_profile_first(void)
{
    pmu_reset(&pmu_cpu);
}

void arch_profile_last(void)
{
    pmu_reset(&pmu_cpu);
}

/* There is one CPU: a vCPU that is not current is not running. */
int arch_profile_update(struct domain *d)
{
    struct vcpu *v;

    for_each_vcpu ( d, v )
    {
        bool covers = profile_covers(&d->profile, &v->profile);

        if ( covers == pmu_of(v)->covered )
            continue;
        if ( covers )
            pmu_cover(&pmu_cpu, pmu_of(v), v->arch.guest.pmu.start,
                      v == current);
        else
            pmu_uncover(&pmu_cpu, pmu_of(v), v == current);
        pmu_changed(v);
    }

    return 0;
}

/*
 * profile_lock is taken with interrupts off here.  They are on in hypercalls
 * while Xen is sampled, and no sample may see registers that are being moved.
 */
void pmu_domain_destroy(struct domain *d)
{
    unsigned long flags;

    local_irq_save(flags);
    profile_domain_destroy(d);
    local_irq_restore(flags);
}

static int self_set(struct vcpu *v, bool on)
{
    unsigned long flags;
    int rc;

    local_irq_save(flags);
    rc = profile_self_set(v, on);
    local_irq_restore(flags);

    return rc;
}

/* ---- hypercalls ---- */

/*
 * H_PERFMON (LoPAPR 1.1, Logical Partitioning) takes the modes to set and
 * those to reset.  POWER9 has one granularity of thresholds only: that mode
 * is accepted, and has no effect.
 */
bool h_perfmon(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    const uint64_t modes = H_PERFMON_ENABLE | H_PERFMON_THRESHOLD;
    uint64_t set = arg[0], reset = arg[1];

    if ( !pmu_cpu.family )
        *result = H_FUNCTION;
    else if ( (set | reset) & ~modes )
        *result = H_PARAMETER;
    else if ( set & reset )
        *result = H_RESOURCE;
    else if ( (set | reset) & H_PERFMON_ENABLE )
        *result = self_set(v, set & H_PERFMON_ENABLE) ? H_RESOURCE : H_SUCCESS;
    else
        *result = H_SUCCESS;

    return false;
}

/*
 * Serves the sysctl for profiling, and no other.  r4 is the guest real address
 * of a struct xen_sysctl.
 */
bool xen_sysctl(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    struct xen_sysctl *shared, op;
    unsigned long flags;

    *result = -EPERM;
    if ( !v->domain->is_privileged )
        return false;

    *result = -EFAULT;
    shared = guest_real(v->domain, arg[0], sizeof(*shared));
    if ( !shared )
        return false;

    /* Nobody can change the copy between the checks and its use. */
    memcpy(&op, shared, sizeof(op));
    *result = -EACCES;
    if ( op.interface_version != XEN_SYSCTL_INTERFACE_VERSION )
        return false;

    *result = -ENOSYS;
    if ( op.cmd != XEN_SYSCTL_profile || !pmu_cpu.family )
        return false;

    local_irq_save(flags);
    *result = profile_sysctl(v->domain, &op.u.profile);
    local_irq_restore(flags);
    if ( !*result )
        memcpy(&shared->u.profile, &op.u.profile, sizeof(op.u.profile));

    return false;
}
