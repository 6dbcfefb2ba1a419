/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pmu_world.h"

#include <string.h>

#define MMCR0 PMU_SPR_MMCR0
#define MMCRA PMU_SPR_MMCRA
#define ISYNC 0xffff
#define WRITE 0x8000
#define JUNK 0xdead000000000000u

struct pmu_world pw;

uint64_t pw_random(void)
{
    pw.seed ^= pw.seed << 13;
    pw.seed ^= pw.seed >> 7;
    pw.seed ^= pw.seed << 17;
    return pw.seed;
}

#define WIDE(i, name, spr_) pw.regs[pw.nr_regs++] = spr_;
#define NARROW(i, name, spr_) \
    pw.narrow[spr_] = true; \
    pw.regs[pw.nr_regs++] = spr_;

void pw_start(const struct pmu_family *f, uint64_t seed)
{
    memset(&pw, 0, sizeof(pw));
    pw.seed = seed * 0x9e3779b97f4a7c15u + 1;
    NARROW(0, MMCR0, MMCR0)
    if (f->nr_pmcs == 8) {
        PMU_PPC970(WIDE, NARROW)
    } else {
        PMU_POWER9(WIDE, NARROW)
    }
    pw.regs[pw.nr_regs++] = MMCRA;
    pw.spr[MMCR0] = PMU_MMCR0_FC;
}

static void step(unsigned int most)
{
    for (unsigned int i = 1; i < pw.nr_regs; i++) {
        uint64_t *pmc = &pw.spr[pw.regs[i]];
        uint32_t before;

        if (!pw.narrow[pw.regs[i]])
            continue;
        before = *pmc;
        *pmc = (uint32_t)(before + pw_random() % most);
        if (!(before & 0x80000000) && *pmc & 0x80000000 &&
            pw.spr[MMCR0] & PMU_MMCR0_PMAE) {
            pw.spr[MMCR0] &= ~(uint64_t)PMU_MMCR0_PMAE;
            pw.spr[MMCR0] |= PMU_MMCR0_PMAO;
        }
    }
}

static bool counting(void)
{
    return !(pw.spr[MMCR0] & PMU_MMCR0_FC);
}

void pw_run(void)
{
    if (counting())
        step(0x10000000);
}

/* Are these what a CPU may still change, with the counters frozen? */
static bool sampled(uint16_t spr)
{
    return spr == 784 || spr == 796 || spr == 797; /* SIER, SIAR, SDAR */
}

static void seen(uint16_t what)
{
    if (pw.nr_trace < sizeof(pw.trace) / sizeof(*pw.trace))
        pw.trace[pw.nr_trace++] = what;
    if (sampled(what & ~WRITE) && pw.spr[MMCRA])
        pw.violations++;
    if (what == ISYNC || !counting())
        return;
    if ((what & ~WRITE) != MMCR0)
        pw.violations++;
    if (!pw.still)
        step(1000);
}

uint64_t pmu_mfspr(uint16_t spr)
{
    seen(spr);
    return pw.spr[spr] | (pw.narrow[spr] ? JUNK : 0);
}

void pmu_mtspr(uint16_t spr, uint64_t value)
{
    seen(spr | WRITE);
    pw.spr[spr] = pw.narrow[spr] ? (uint32_t)value : value;
}

void pmu_isync(void)
{
    seen(ISYNC);
    pw.isyncs++;
}

void pw_read(uint64_t *values)
{
    for (unsigned int i = 0; i < pw.nr_regs; i++)
        values[i] = pw.spr[pw.regs[i]];
}
