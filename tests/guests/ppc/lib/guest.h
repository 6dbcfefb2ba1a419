/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The library of the test guests. A test is a directory with the source of each
 * domain's guest; README.md tells how a test is made.
 *
 * A guest starts in real mode, one thread of it for each vCPU, with interrupts
 * off and no floating point.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tap.h"

#include "frame.h"
#include "profile.h"

void *memset(void *p, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);

/* ---- a test: TAP on the hypervisor's console ---- */

/* Each guest has its own. It is called on each vCPU; when it returns on vCPU 0
 * the plan is printed and the domain ends, which the other vCPUs wait for. */
void test_main(unsigned int vcpu);

extern unsigned int domid; /* this domain, as the hypervisor counts */

/* Ends the domain, with a plan of what was tested so far. */
void done(void) __attribute__((noreturn));

/* ---- interrupts ---- */

typedef void handler_fn(struct frame *frame);

/* Sets the handler of a vector; NULL: an interrupt there is a failure. */
void on_interrupt(unsigned int vector, handler_fn *fn);

/* ---- hypercalls ---- */

#define H_SUCCESS 0L
#define H_FUNCTION (-2L)
#define H_PRIVILEGE (-3L)
#define H_PARAMETER (-4L)
#define H_RESOURCE (-16L)

#define H_GET_TERM_CHAR 0x54
#define H_PUT_TERM_CHAR 0x58
#define H_PERFMON 0x7c
#define H_EOI 0x64
#define H_CPPR 0x68
#define H_IPI 0x6c
#define H_IPOLL 0x70
#define H_XIRR 0x74
#define H_RTAS 0xf000
#define H_REGISTER_VPA 0xdc
#define H_CEDE 0xe0
#define H_CONFER 0xe4
#define H_PROD 0xe8
#define H_GET_CPU_CHARACTERISTICS 0x1c8
#define H_SET_MODE 0x31c
#define H_REGISTER_PROC_TBL 0x37c
#define XEN_MARK(op) ((op) | (~0UL << 16))

#define SCHED_OP 29
#define SCHEDOP_YIELD 0
#define SCHEDOP_SHUTDOWN 2

#define PERFMON_ENABLE (1UL << 63)
#define PERFMON_THRESHOLD (1UL << 62)

long hcall(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d);

/* The same, and what it leaves in r4 and r5. */
long hcall_out(uint64_t function, uint64_t a, uint64_t b, uint64_t out[2]);

static inline long perfmon(uint64_t set, uint64_t reset)
{
    return hcall(H_PERFMON, set, reset, 0, 0);
}

/* Waits for an interrupt; interrupts are on afterwards. */
static inline void cede(void)
{
    hcall(H_CEDE, 0, 0, 0, 0);
}

/* Lets all others have their turn. */
static inline void give_way(void)
{
    hcall(XEN_MARK(SCHED_OP), SCHEDOP_YIELD, 0, 0, 0);
}

/*
 * Calls RTAS without arguments, and returns the status; with more results than
 * that, the others are in r[].
 */
#define RTAS_POWER_OFF 1
#define RTAS_GET_TIME_OF_DAY 2
#define RTAS_SYSTEM_REBOOT 3
int32_t rtas(uint32_t token, unsigned int results, uint32_t *r);

/* The virtual processor area that a vCPU registers. */
#define VPA_REGISTER (1UL << 45)
#define VPA_DEREGISTER (5UL << 45)
#define VPA_SIZE 640
#define VPA_IN_USE 0xbb /* the byte that says whether the monitor is */
struct vpa {
    uint8_t byte[VPA_SIZE];
} __attribute__((aligned(1024)));

static inline void vpa_init(struct vpa *vpa)
{
    vpa->byte[4] = VPA_SIZE >> 8; /* big endian */
    vpa->byte[5] = VPA_SIZE & 0xff;
}

/* ---- the profiling sysctl (profile.h) ---- */

#define XEN_SYSCTL 35
#define SYSCTL_INTERFACE_VERSION 0x15 /* of Xen 4.20 */

struct xen_sysctl {
    uint32_t cmd, interface_version;
    union {
        struct xen_sysctl_profile profile;
        uint8_t pad[128];
    } u;
};

#define EPERM 1
#define ESRCH 3
#define EFAULT 14
#define EBUSY 16
#define EINVAL 22
#define ENOSYS 38
#define EOPNOTSUPP 95

/* Does op on domain `of`; *p goes in, its union comes out. 0 or -errno. */
long profile(uint32_t op, unsigned int of, struct xen_sysctl_profile *p);
struct xen_profile_status profile_status(unsigned int of);

/* ---- registers ---- */

#define mfspr(spr) \
    ({ \
        uint64_t v_; \
        asm volatile("mfspr %0, %1" : "=r"(v_) : "i"(spr) : "memory"); \
        v_; \
    })
#define mtspr(spr, value) \
    asm volatile("mtspr %0, %1" ::"i"(spr), "r"((uint64_t)(value)) : "memory")

#define DEC 22
#define PID 48
#define TB 268
#define SIER 784
#define MMCR2 785
#define MMCRA 786
#define PMC1 787
#define PMC2 788
#define PMC3 789
#define PMC4 790
#define PMC5 791 /* instructions */
#define PMC6 792 /* cycles */
#define MMCR0 795
#define SIAR 796
#define SDAR 797
#define MMCR1 798

#define FC 0x80000000UL /* MMCR0 */
#define FCS 0x40000000UL
#define FCP 0x20000000UL
#define PMAE 0x04000000UL
#define FCECE 0x02000000UL
#define PMC1CE 0x00008000UL
#define PMCNCE 0x00004000UL
#define PMAO 0x00000080UL
#define FCH 0x00000001UL

#define MSR_EE 0x8000UL
#define MSR_PR 0x4000UL
#define MSR_IR 0x20UL
#define MSR_DR 0x10UL

static inline uint64_t mfmsr(void)
{
    uint64_t v;

    asm volatile("mfmsr %0" : "=r"(v)::"memory");
    return v;
}

static inline void mtmsr(uint64_t v)
{
    asm volatile("mtmsrd %0" ::"r"(v) : "memory");
}

static inline void interrupts(bool on)
{
    mtmsr(on ? mfmsr() | MSR_EE : mfmsr() & ~MSR_EE);
}

static inline uint64_t time_base(void)
{
    return mfspr(TB);
}

/* The time base has 512 ticks a microsecond. */
#define US 512UL
#define MS (1000 * US)

static inline void until(uint64_t tb)
{
    while ((int64_t)(time_base() - tb) < 0)
        ;
}

/* Waits until ms milliseconds after the guests were loaded, which is the same
 * moment for all domains. */
void at(unsigned int ms);

/* Is it earlier than that moment? */
bool before(unsigned int ms);

/* All registers of the performance monitor, of which a context is made. */
#define NR_PMU_REGS 13
struct pmu_regs {
    uint64_t reg[NR_PMU_REGS];
};
extern const char *const pmu_reg_name[NR_PMU_REGS];
void pmu_read(struct pmu_regs *r);
void pmu_write(const struct pmu_regs *r); /* MMCR0 last */

/* Runs two nops and a branch n times: 3 n instructions but for a few. */
void spin(uint64_t n);

/* Spins with the counters running from the first instruction to the last. */
void counted_spin(uint64_t n);

/* The sequence differs between domains, but is the same in every run. */
uint64_t random(void);

#endif
