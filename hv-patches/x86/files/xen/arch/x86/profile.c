/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Profiling sessions on x86: which domains have a vPMU (xen/profile.h).
 *
 * A domain's vCPUs get their vPMU with its first session and lose it with its
 * last, its contents included.  Without a vPMU their MSRs read 0 and ignore
 * what is written, CPUID has no leaf for it, and a context switch finds
 * nothing to save or load: it looks at VPMU_CONTEXT_ALLOCATED, as it does
 * without this file.  vpmu.c decides what is saved and loaded, and when.
 *
 * The hardware domain always has a vPMU, as far as vpmu= goes: its kernel
 * looks for a PMU when it boots, and nobody can start a session before that.
 *
 * Contexts: arch_profile_*() run in a hypercall of the control domain, with
 * the lock of sysctls or domctls held and, but for features, get_domain,
 * put_domain, begin and end, profile_lock; interrupts are on.  vpmu_lock is
 * taken inside.  The domain's vCPUs do not run meanwhile.
 */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/profile.h>
#include <xen/sched.h>

#include <public/pmu.h>

#include <asm/apicdef.h>
#include <asm/hvm/vlapic.h>
#include <asm/hvm/vmx/vmcs.h>
#include <asm/vpmu.h>

static bool sampling;               /* there is a primary */
static unsigned int passive_domains;

/*
 * Samples of others go by XENPMU_init's page, which a PVH dom0 is refused, and
 * in which a 32-bit PV one has no room for Xen's addresses.
 */
static bool hwdom_takes_samples(void)
{
    return hardware_domain && !has_vlapic(hardware_domain) &&
           !is_pv_32bit_domain(hardware_domain);
}

/* ---- the mode ---- */

/* Returns the least mode that serves all claims: modes are in that order. */
static unsigned int mode_needed(void)
{
    BUILD_BUG_ON(XENPMU_MODE_OFF > XENPMU_MODE_SELF ||
                 XENPMU_MODE_SELF > XENPMU_MODE_HV ||
                 XENPMU_MODE_HV > XENPMU_MODE_ALL);

    return passive_domains          ? XENPMU_MODE_ALL
           : sampling               ? XENPMU_MODE_HV
           : profile_counts.claims  ? XENPMU_MODE_SELF
                                    : XENPMU_MODE_OFF;
}

/* Sets the mode needed.  -EBUSY: it would take away vPMUs that vCPUs have. */
static int settle_mode(void)
{
    unsigned int mode = mode_needed();

    if ( mode != XENPMU_MODE_OFF )
        return vpmu_hold_mode(mode);

    vpmu_unhold_mode();

    return 0;
}

/* ---- domains ---- */

/*
 * Intel's vPMU has the VMCS load GLOBAL_CTRL at each VM entry and exit.  A vCPU
 * that goes on without a vPMU would enable counters that are somebody else's.
 * Each CPU with such a vPMU has MSR bitmaps; cpu_has_vmx_msr_bitmap is 0 in a
 * Xen that was built without VMX and has no vmx_del_msr().
 */
static void forget_global_ctrl(struct vcpu *v)
{
    if ( !is_hvm_vcpu(v) || !cpu_has_vmx_msr_bitmap )
        return;

    vmx_del_msr(v, MSR_CORE_PERF_GLOBAL_CTRL, VMX_MSR_GUEST);
    vmx_del_msr(v, MSR_CORE_PERF_GLOBAL_CTRL, VMX_MSR_HOST);
}

static void take_away(struct domain *d)
{
    struct vcpu *v;

    for_each_vcpu ( d, v )
    {
        vpmu_destroy(v);
        vpmu_clear(vcpu_vpmu(v));
        forget_global_ctrl(v);
    }
}

/* Takes over what the guest wrote to its LVTPC while it had no vPMU. */
static void take_lvtpc(struct vcpu *v)
{
    if ( has_vlapic(v->domain) &&
         !(vlapic_get_reg(vcpu_vlapic(v), APIC_LVTPC) & APIC_LVT_MASKED) )
        vcpu_vpmu(v)->hw_lapic_lvtpc &= ~APIC_LVT_MASKED;
}

static int give(struct domain *d)
{
    struct vcpu *v;

    for_each_vcpu ( d, v )
    {
        if ( vpmu_available(v) )
            continue;
        vpmu_initialise(v);
        if ( !vpmu_available(v) )
            return -EOPNOTSUPP;
        take_lvtpc(v);
    }

    return 0;
}

bool vpmu_allowed(const struct domain *d)
{
    return is_hardware_domain(d) ||
           (d->profile.sessions && !d->profile_passive);
}

int arch_profile_update(struct domain *d)
{
    int rc;

    if ( is_hardware_domain(d) || !vpmu_allowed(d) )
    {
        if ( !is_hardware_domain(d) )
            take_away(d);
        return settle_mode();
    }

    rc = settle_mode();
    if ( rc )
        return rc;
    /* In mode all only the hardware domain has a vPMU. */
    if ( vpmu_mode & XENPMU_MODE_ALL )
        return -EBUSY;

    return give(d);
}

int arch_profile_passive(struct domain *d,
                         const struct xen_profile_events *events)
{
    static const struct xen_profile_events none;
    int rc;

    if ( is_hardware_domain(d) || memcmp(events, &none, sizeof(none)) )
        return -EINVAL;
    if ( !hwdom_takes_samples() )
        return -EOPNOTSUPP;

    passive_domains++;
    rc = settle_mode();
    if ( rc )
        passive_domains--;

    return rc;
}

void arch_profile_not_passive(struct domain *d)
{
    passive_domains--;
    settle_mode();
}

/* ---- the primary ---- */

int arch_profile_primary(struct domain *d,
                         const struct xen_profile_primary *primary,
                         void **ring)
{
    static const struct xen_profile_primary none;
    int rc;

    if ( memcmp(primary, &none, sizeof(none)) )
        return -EINVAL;
    if ( !is_hardware_domain(d) )
        return -EPERM;
    if ( !vpmu_enabled() || !hwdom_takes_samples() )
        return -EOPNOTSUPP;

    sampling = true;
    rc = settle_mode();
    if ( rc )
        sampling = false;

    return rc;
}

void arch_profile_not_primary(struct domain *d)
{
    sampling = false;
    settle_mode();
}

/* ---- the rest of what common code asks for ---- */

uint64_t arch_profile_features(void)
{
    uint64_t features = XEN_PROFILE_FEATURE_OWN_RDPMC;

    if ( !vpmu_enabled() )
        return features;

    features |= XEN_PROFILE_FEATURE_DOMAIN;
    if ( hwdom_takes_samples() )
        features |= XEN_PROFILE_FEATURE_PRIMARY | XEN_PROFILE_FEATURE_PASSIVE;

    return features;
}

struct domain *arch_profile_get_domain(domid_t domid)
{
    return rcu_lock_domain_by_id(domid);
}

void arch_profile_put_domain(struct domain *d)
{
    rcu_unlock_domain(d);
}

/*
 * Pauses d: once its vCPUs are descheduled their registers have been saved,
 * and nobody sees a vPMU half made.  This cannot be done under profile_lock:
 * a vCPU that is waited for may be waiting for that itself.
 */
int arch_profile_begin(struct domain *d)
{
    if ( !vpmu_enabled() )
        return -EOPNOTSUPP;
    if ( is_hardware_domain(d) )
        return 0;
    if ( d == current->domain )
        return -EINVAL;
    domain_pause(d);

    return 0;
}

void arch_profile_end(struct domain *d)
{
    if ( !is_hardware_domain(d) )
        domain_unpause(d);
}

/* Nothing is left to do: vpmu_hold_mode() keeps the mode from before. */
void arch_profile_first(void)
{
}

void arch_profile_last(void)
{
}

void arch_profile_status(struct xen_profile_status *s)
{
    s->mode = vpmu_mode;
    s->initial = vpmu_mode_before();
}
