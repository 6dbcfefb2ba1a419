/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MSRs of the performance monitor, as far as Xen lets the guest at them. */
#ifndef GUESTS_X86_PMU_H
#define GUESTS_X86_PMU_H

#include <stdbool.h>

#include "x86.h"

/* Tries them if dom0 asks for it; see struct pmu_page. */
void pmu_test(void);

/* Handles an exception that pmu_test() waits for; false if it is another. */
bool pmu_exception(struct frame *frame);

#endif
