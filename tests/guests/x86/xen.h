/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few services of Xen that a test guest uses. */
#ifndef GUESTS_X86_XEN_H
#define GUESTS_X86_XEN_H

#include <stdint.h>

/*
 * Finds Xen's CPUID leaves, sets up the hypercall page and maps shared_info.
 * Returns the guest's TSC frequency in kHz, or 0 if this is not Xen.
 */
uint32_t xen_init(void);

/* Both return what Xen says: 0 or -errno. */
int xen_hvm_param_set(uint16_t domid, uint32_t index, uint64_t value);
int xen_domctl(void *domctl);

/*
 * Has Xen write, whenever vCPU 0 gets a CPU, how many ns it has spent in each
 * RUNSTATE_* (Xen's vcpu.h) since it was created.
 */
enum {
    RUNSTATE_RUNNING,
    RUNSTATE_RUNNABLE,
    RUNSTATE_BLOCKED,
    RUNSTATE_OFFLINE
};
struct runstate {
    uint32_t state;
    uint64_t since;
    uint64_t time[4];
} __attribute__((packed));
int xen_watch_runstate(volatile struct runstate *runstate);

/* These do VCPUOP_up and VCPUOP_down, and return 0 or -errno. */
int xen_vcpu_up(uint32_t vcpu);
int xen_vcpu_down(uint32_t vcpu);

/* Lets another vCPU run that waits for this one's CPU. */
void xen_yield(void);

/* Ends the domain with SHUTDOWN_crash, which dom0 sees in its state. */
void xen_crash(void);

#endif
