/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statically configured guests: the least that runs paravirtualised (PAPR)
 * guests in turn on one CPU, under partition-scoped radix translation.
 *
 * There is no allocator and no scheduler behind this.  Every structure is
 * static, memory is given away once at boot, and a guest that is gone is not
 * replaced.  What the guests are stands in a bundle that the firmware
 * hands over as the initial RAM disk (struct guest_bundle).
 *
 * Contexts: all of this runs on the one CPU, in hypervisor state, with
 * interrupts off but between pmu_after_exit() and pmu_before_entry().  Nothing
 * sleeps.
 */
#ifndef PPC_GUEST_H
#define PPC_GUEST_H

#define GUEST_MAX_DOMAINS 4
#define GUEST_MAX_VCPUS   2     /* of a domain */
#define GUEST_MAX_PARTS   4     /* of an image */

#ifndef __ASSEMBLY__

#include <xen/types.h>
#include <public/xen.h>

#include <asm/processor.h>
#ifdef CONFIG_PPC_PMU
#include <asm/pmu-vcpu.h>
#endif

#define GUEST_MEM_MAX GB(1)     /* of a domain: see memory.c */
/*
 * Guests' memory is below this.  Xen's own table for it is part of its image,
 * and lies where the port will have its VMAP, which nothing uses yet.
 */
#define GUEST_MEM_END GB(4)

/* ---- the bundle: little endian, offsets from its start ---- */

#define GUEST_BUNDLE_MAGIC "XENPPCG2"

struct guest_part {
    uint32_t offset, size;      /* of these bytes of the bundle, ... */
    uint32_t address;           /* ... which are loaded at guest real address */
};

struct guest_image {
    char name[16];
    uint64_t memory;            /* in bytes; a multiple of PAGE_SIZE */
    uint32_t vcpus, flags;
#define GUEST_IMAGE_CONTROL 1u  /* the control domain: may use the sysctl */
#define GUEST_IMAGE_FPU     2u  /* has FP, VMX, VSX, EBB and scv */
    struct guest_part part[GUEST_MAX_PARTS];    /* size 0: none */
    /*
     * 0: each vCPU starts at 0x100, with its number in r3, the domain's in r4
     * and the time base at boot in r5.
     * Else the image is a Linux, entered as by kexec: vCPU 0 at 0 with this
     * address, that of a device tree, in r3; the others, with their number in
     * r3, at 0x60, where they wait for it.
     */
    uint32_t device_tree, unused;
};

struct guest_bundle {
    char magic[8];
    uint32_t nr;
    uint32_t slice_us;          /* how long a vCPU runs at a time */
    struct guest_image image[GUEST_MAX_DOMAINS];
};

/* ---- state ---- */

/*
 * Each X(field, SPR) is a register that the guest owns and Xen does not use:
 * it is moved at a context switch only.  VRSAVE, PSPB and TIDR can be used
 * whatever HFSCR says.
 */
#define GUEST_SPRS(X)                                                   \
    X(sprg0, 272)                                                       \
    X(sprg1, 273)                                                       \
    X(sprg2, 274)                                                       \
    X(sprg3, 275)                                                       \
    X(dsisr, 18)                                                        \
    X(dar, 19)                                                          \
    X(pid, 48)                                                          \
    X(dscr, 17)                                                         \
    X(tidr, 144)                                                        \
    X(pspb, 159)                                                        \
    X(vrsave, 256)                                                      \
    X(psscr, 823)                                                       \
    X(amr, 29)                                                          \
    X(iamr, 61)                                                         \
    X(uamor, 157)                                                       \
    X(fscr, 153)                                                        \
    X(tar, 815)

struct guest_sprs {
#define X(field, spr) uint64_t field;
    GUEST_SPRS(X)
#undef X
};

/*
 * These are moved besides for vCPUs with GUEST_IMAGE_FPU: what HFSCR_FPU keeps
 * others from.
 */
#define GUEST_FPU_SPRS(X)                                               \
    X(ebbhr, 804)                                                       \
    X(ebbrr, 805)                                                       \
    X(bescr, 806)

struct guest_fpu {
    uint64_t vsr[64][2];
    uint64_t fpscr, unused;
    uint64_t vscr[2];
#define X(field, spr) uint64_t field;
    GUEST_FPU_SPRS(X)
#undef X
} __aligned(16);

/* A guest's vCPU; a member of struct arch_vcpu. */
struct guest_vcpu {
    struct cpu_user_regs regs;  /* while it does not run */
    struct guest_sprs sprs;
    uint64_t ctrl;              /* its run latch: CTRL[RUN] */
    uint64_t ppr;               /* its priority, moved at each exit and entry */
    uint64_t dec_expires;       /* its decrementer, as a time base value */
    uint64_t lpcr;              /* while it runs */
    uint64_t hfscr;             /* the facilities that it may use */
    bool ceded;                 /* waits for something to do */
    bool prodded;               /* by H_PROD, before it waited */
    uint8_t external;           /* external interrupts to be delivered */
#define GUEST_EXT_NOTIFY 1u     /* of the primary's ring: once */
#define GUEST_EXT_IPI    2u     /* while there is one: see xics.c */
    uint8_t cppr, mfrr;
    uint8_t *vpa;               /* its virtual processor area, or NULL */
#ifdef CONFIG_PPC_PMU
    struct guest_pmu pmu;
#endif
    struct guest_fpu fpu;       /* all 0 without GUEST_IMAGE_FPU */
};

/* A guest's domain; a member of struct arch_domain. */
struct guest_domain {
    const struct guest_image *image;
    void *memory;               /* of guest real address 0 */
    uint64_t memory_size;       /* in bytes */
    char line[120];             /* its console: what it has not ended yet */
    unsigned int line_len;
};

/*
 * The entry and exit code keeps its data here: HSPRG0 points to it.  It is
 * accessed with and without translation.
 */
struct guest_cpu {
    struct cpu_user_regs *regs; /* of the vCPU that runs */
    unsigned long stack;        /* Xen's, while a guest runs */
    unsigned long r11, r12;        /* the guest's, until they are in *regs */
    unsigned long exit_virt;
    unsigned long own_stack;    /* for what interrupts Xen itself */
    unsigned long pmi_r1;       /* the stack pointer that 0xf00 interrupted */
    uint64_t hfscr;             /* what HFSCR holds, but for the cause */
#define GUEST_CPU_FPU (1UL << 63)       /* in it, if there is fpu */
    struct guest_fpu *fpu;      /* whose registers are in the CPU, or NULL */
};
extern struct guest_cpu guest_cpu;

struct vcpu;
struct domain;

/* ---- boot: before the MMU is on ---- */

/*
 * Copies the guests of the bundle that the device tree names.  No bundle is
 * no error: there are no guests then.
 */
void guests_load(const void *fdt);

/* Tells the MMU of the guests' memory, once the MMU is on. */
void guests_map(void);

/* Runs the guests until none is left; on the boot stack, the MMU on. */
void guests_run(void);

/* ---- memory.c ---- */

/*
 * Boot.  The bundle, which nobody gets, is [bundle, end). False: there are
 * more reservations than there is room for, and no guest gets memory.
 */
bool guest_memory_init(const void *fdt, paddr_t bundle, paddr_t end);

/* Boot.  Gives d that much memory; false: there is not as much. */
bool guest_memory_alloc(struct domain *d, const void *fdt, uint64_t size);

/*
 * Boot, for who maps them.  The memory of guest i, or the bundle, in whole
 * leaves of the third level, may be empty; false: there are no more than i.
 */
bool guest_memory_range(unsigned int i, paddr_t *start, paddr_t *end);

/*
 * Returns where Xen finds size bytes from guest real address gaddr; NULL if
 * not all of them are the guest's memory.
 */
void *guest_real(const struct domain *d, uint64_t gaddr, uint64_t size);

void guest_set_process_table(struct domain *d, uint64_t patb1);

/* ---- fpu.S ---- */

void guest_fpu_save(struct guest_fpu *f);
void guest_fpu_load(const struct guest_fpu *f);

/* ---- entry.S ---- */

/*
 * Runs the guest until its next exit; its registers are in *regs before and
 * after.  Interrupts are off before and after.
 */
void enter_guest(struct cpu_user_regs *regs);
void guest_exit_virt(void);

/* ---- run.c ---- */

/*
 * The domain of v, the current vCPU, ends and begins anew, under the same
 * number and with nobody profiling it.
 */
void guest_domain_reboot(struct vcpu *v);

/* Lets v use a facility (HFSCR_*), or not any more, from its next entry on. */
void guest_allow(struct vcpu *v, uint64_t facility, bool allow);

/* The current vCPU may use the facility until it leaves the CPU. */
void guest_allow_for_now(uint64_t facility);

/* ---- domain.c ---- */

/* The time base of POWER9 runs at 512 MHz, always (POWER9 User's Manual). */
#define TB_PER_US 512

unsigned long guest_slice(void);        /* in time base ticks */

/* Returns what the decrementer of g, which does not run, would hold now. */
unsigned long guest_dec(const struct guest_vcpu *g);

struct domain *guest_domain(domid_t domid);     /* NULL: none, or gone */
struct vcpu *guest_vcpu(const struct domain *d, uint64_t n);    /* NULL: none */

/* Returns the vCPU whose turn it is; NULL: none has anything to do. */
struct vcpu *guest_next_vcpu(void);

/*
 * Sets *when to the time base value at which the first of those that wait has
 * something to do. False: none is left.
 */
bool guest_next_time(uint64_t *when);

/*
 * Ends d: none of its vCPUs runs again.  The caller may be one of them: it
 * goes on in Xen and is switched away from next.
 */
void guest_domain_destroy(struct domain *d);

/* Makes d, which is dead, what it was when Xen booted. */
void guest_domain_rebuild(struct domain *d);

/* Says on the console why Xen gives up the guest, and ends its domain. */
void guest_crash(struct vcpu *v, const char *why);

/*
 * The guest takes the interrupt at its next entry, as if the hardware had
 * delivered it. srr1: bits that say why.
 */
void guest_inject(struct vcpu *v, unsigned int vector, uint64_t srr1);

/* ---- console.c ---- */

void guest_console(struct domain *d, const char *s, unsigned int len);

/* ---- xics.c ---- */

void xics_init(struct guest_vcpu *g);

bool h_xirr(struct vcpu *v, const uint64_t *arg, int64_t *result);
bool h_cppr(struct vcpu *v, const uint64_t *arg, int64_t *result);
bool h_eoi(struct vcpu *v, const uint64_t *arg, int64_t *result);
bool h_ipi(struct vcpu *v, const uint64_t *arg, int64_t *result);
bool h_ipoll(struct vcpu *v, const uint64_t *arg, int64_t *result);

/* ---- rtas.c ---- */

void rtas_init(void);

bool h_rtas(struct vcpu *v, const uint64_t *arg, int64_t *result);

/* ---- vpa.c ---- */

bool h_register_vpa(struct vcpu *v, const uint64_t *arg, int64_t *result);

/* ---- hcall.c ---- */

/* Serves `sc 1`, with its result in r3.  True: the vCPU gives up the CPU. */
bool guest_hcall(struct vcpu *v);

#endif /* __ASSEMBLY__ */

#endif /* PPC_GUEST_H */
