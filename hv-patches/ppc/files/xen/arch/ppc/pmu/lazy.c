/* SPDX-License-Identifier: GPL-2.0-only */
#ifdef __XEN__
#include <xen/lib.h>
#include <xen/string.h>
#else
#include <string.h>
#endif

#include <asm/pmu-lazy.h>

void pmu_cpu_init(struct pmu_cpu *cpu, const struct pmu_family *family)
{
    cpu->family = family;
    cpu->exposed = true;
    family->save(&cpu->initial);
    pmu_context_quiet(&cpu->initial);
    family->load(&cpu->initial);
}

void pmu_vcpu_init(const struct pmu_cpu *cpu, struct pmu_vcpu *v)
{
    v->from = &cpu->initial;
    pmu_used_if(v, NULL);
}

void pmu_used_if(struct pmu_vcpu *v, const volatile uint8_t *in_use)
{
    static const uint8_t always = 1;

    v->in_use = in_use ?: &always;
}

void pmu_reset(const struct pmu_cpu *cpu)
{
    pmu_freeze();
    cpu->family->load(&cpu->initial);
}

void pmu_cover(struct pmu_cpu *cpu, struct pmu_vcpu *v,
               const struct pmu_context *start, bool running)
{
    v->ctx = start ? *start : cpu->initial;
    v->covered = true;
    v->from = &v->ctx;

    if ( running )
    {
        pmu_freeze();
        cpu->family->load(v->from);
    }
}

void pmu_uncover(struct pmu_cpu *cpu, struct pmu_vcpu *v, bool running)
{
    v->from = &cpu->initial;
    v->covered = false;
    memset(&v->ctx, 0, sizeof(v->ctx));

    if ( running )
        pmu_reset(cpu);
}
