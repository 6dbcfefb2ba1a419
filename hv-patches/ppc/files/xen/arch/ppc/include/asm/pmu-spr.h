/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to the performance monitor's registers: by single instructions in the
 * hypervisor, by functions of the test in a unit test.
 */
#ifndef PPC_PMU_SPR_H
#define PPC_PMU_SPR_H

#ifdef __XEN__

#include <asm/processor.h>

#define pmu_mfspr(spr)         mfspr(spr)
#define pmu_mtspr(spr, value)  mtspr(spr, value)
#define pmu_isync()            isync()

#else

#include <stdint.h>

uint64_t pmu_mfspr(uint16_t spr);
void pmu_mtspr(uint16_t spr, uint64_t value);
void pmu_isync(void);

#endif

#endif /* PPC_PMU_SPR_H */
