/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This guest is passive from some moment on, and writes to the registers. */
#include "guest.h"

/* Returns what stands in the register; if the hypervisor keeps that from the
 * guest, `otherwise`. */
#define look(spr, otherwise) \
    ({ \
        uint64_t v_ = (otherwise); \
        asm volatile("mfspr %0, %1" : "+r"(v_) : "i"(spr) : "memory"); \
        v_; \
    })

void test_main(unsigned int vcpu)
{
    unsigned int free = 0, other = 0, n;

    (void)vcpu;
    for (n = 0; before(140); n++) {
        mtspr(MMCR0, PMCNCE);
        mtspr(MMCR1, 0x1e1e1e1e);
        mtspr(MMCRA, 1);
        hcall(H_REGISTER_PROC_TBL, 0x1d, 0xa0000, 0, 0);
        if (before(30))
            continue; /* it may not be passive yet */
        if (before(60)) {
            free += !(look(MMCR0, FCH) & FCH);
            other += look(MMCR1, 0) || look(MMCRA, 0);
        }
        spin(1000);
    }
    ok(n > 100, "it runs on");
    is(free, 0, "FCH is set again after each hypercall");
    is(other, 0, "and its events are not its own");
}
