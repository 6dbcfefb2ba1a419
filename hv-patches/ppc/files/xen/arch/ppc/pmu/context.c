/* SPDX-License-Identifier: GPL-2.0-only */
#ifdef __XEN__
#include <xen/lib.h>
#else
#include <stddef.h>
#endif

#include <asm/pmu-context.h>

#define ONE(i, name, spr)  + 1
#define NONE(i, name, spr)
#define NAME(i, name, spr) [i] = #name,

#define FAMILY(family, NAME_, LIST, ...)                                \
static void save_##family(struct pmu_context *ctx)                      \
{                                                                       \
    pmu_save_##family(ctx);                                             \
}                                                                       \
static void load_##family(const struct pmu_context *ctx)                \
{                                                                       \
    pmu_load_##family(ctx);                                             \
}                                                                       \
static const struct pmu_family family = {                               \
    .name = NAME_,                                                      \
    .pvr_versions = { __VA_ARGS__ },                                    \
    .nr_regs = 2 LIST(ONE, ONE),                                        \
    .nr_pmcs = 0 LIST(NONE, ONE),                                       \
    .wide = { LIST(NAME, NONE) [PMU_MMCRA] = "MMCRA" },                 \
    .narrow = { "MMCR0", LIST(NONE, NAME) },                            \
    .save = save_##family,                                              \
    .load = load_##family,                                              \
};

FAMILY(power9, "POWER9", PMU_POWER9, 0x004e)
/* These PVRs are those of the 970 itself, FX, MP and GX. */
FAMILY(ppc970, "PowerPC 970", PMU_PPC970, 0x0039, 0x003c, 0x0044, 0x0045)

static const struct pmu_family *const families[] = { &power9, &ppc970, NULL };

const struct pmu_family *pmu_family_of(uint32_t pvr)
{
    for ( const struct pmu_family *const *f = families; *f; f++ )
        for ( const uint16_t *p = (*f)->pvr_versions; *p; p++ )
            if ( *p == pvr >> 16 )
                return *f;

    return NULL;
}

void pmu_context_quiet(struct pmu_context *ctx)
{
    ctx->narrow[0] &= ~(PMU_MMCR0_PMAE | PMU_MMCR0_PMAO);
    ctx->narrow[0] |= PMU_MMCR0_FC | PMU_MMCR0_FCH;
}
