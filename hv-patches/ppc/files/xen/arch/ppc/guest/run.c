/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs the guests, each vCPU in turn and for a slice at a time, and handles
 * their exits.
 */
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/shutdown.h>

#include <asm/guest.h>
#include <asm/msr.h>
#include <asm/pmu.h>
#include <asm/regs.h>
#include <asm/time.h>

static struct domain idle_domain = { .domain_id = DOMID_IDLE };
static struct vcpu idle = { .domain = &idle_domain };

static uint8_t __aligned(STACK_ALIGN) own_stack[STACK_SIZE];

/*
 * This is complete before the first guest runs: an interrupt of Xen's own may
 * come through a guest's vector as soon as there are vectors.
 */
struct guest_cpu guest_cpu = {
    .regs = &idle.arch.guest.regs,
    .exit_virt = (unsigned long)guest_exit_virt,
    .own_stack = (unsigned long)own_stack + sizeof(own_stack) -
                 sizeof(struct cpu_user_regs) - STACK_FRAME_OVERHEAD,
};

/* ---- facilities ---- */

static void write_hfscr(uint64_t hfscr)
{
    guest_cpu.hfscr = hfscr | (guest_cpu.fpu ? GUEST_CPU_FPU : 0);
    mtspr(SPRN_HFSCR, hfscr);
}

void guest_allow(struct vcpu *v, uint64_t facility, bool allow)
{
    struct guest_vcpu *g = &v->arch.guest;

    g->hfscr = allow ? g->hfscr | facility : g->hfscr & ~facility;
    if ( v == current )
        write_hfscr(g->hfscr);
}

void guest_allow_for_now(uint64_t facility)
{
    write_hfscr((guest_cpu.hfscr & ~GUEST_CPU_FPU) | facility);
}

static void save_fpu(struct guest_fpu *f)
{
    guest_fpu_save(f);
#define X(field, spr) f->field = mfspr(spr);
    GUEST_FPU_SPRS(X)
#undef X
}

static void load_fpu(const struct guest_fpu *f)
{
    guest_fpu_load(f);
#define X(field, spr) mtspr(spr, f->field);
    GUEST_FPU_SPRS(X)
#undef X
}

/* A vCPU that has none keeps zeros here: see switch_facilities(). */
static noinline void switch_fpu(struct vcpu *next)
{
    struct guest_vcpu *g = &next->arch.guest;

    if ( guest_cpu.fpu )
        save_fpu(guest_cpu.fpu);
    load_fpu(&g->fpu);
    guest_cpu.fpu = g->hfscr & HFSCR_FP ? &g->fpu : NULL;
    write_hfscr(g->hfscr);
}

/*
 * Most guests have the same in HFSCR, which is then not written.  While the
 * registers of a struct guest_fpu are in the CPU guest_cpu.hfscr is nothing
 * that a vCPU has, so that who has none pays for no more than this comparison.
 * Such a vCPU finds zeros after one that has, as some emulators let everybody
 * use the registers.
 */
static always_inline void switch_facilities(struct vcpu *next)
{
    const uint64_t hfscr = next->arch.guest.hfscr;

    if ( likely(guest_cpu.hfscr == hfscr) )
        return;
    if ( unlikely((guest_cpu.hfscr | hfscr) & HFSCR_FP) )
        switch_fpu(next);
    else
    {
        guest_cpu.hfscr = hfscr;
        mtspr(SPRN_HFSCR, hfscr);
    }
}

/* ---- context switch ---- */

static void save_sprs(struct guest_vcpu *g)
{
#define X(field, spr) g->sprs.field = mfspr(spr);
    GUEST_SPRS(X)
#undef X
    g->ctrl = mfspr(SPRN_CTRLF) & CTRL_RUN;
    g->dec_expires = get_cycles() + (int32_t)mfspr(SPRN_DEC);
}

static void load_sprs(const struct guest_vcpu *g)
{
#define X(field, spr) mtspr(spr, g->sprs.field);
    GUEST_SPRS(X)
#undef X
    mtspr(SPRN_CTRLT, g->ctrl);
    mtspr(SPRN_DEC, guest_dec(g));
}

/*
 * Runs on the CPU that prev ran on, with interrupts off.  Either vCPU may be
 * the idle one, which has no registers to speak of.
 */
void context_switch(struct vcpu *prev, struct vcpu *next)
{
    ASSERT(prev != next);
    ASSERT(!local_irq_is_enabled());

    if ( !is_idle_vcpu(prev) )
        save_sprs(&prev->arch.guest);

    set_current(next);
    pmu_context_switch(prev, next);

    if ( !is_idle_vcpu(next) )
    {
        mtspr(SPRN_LPIDR, next->domain->domain_id);
        isync();
        load_sprs(&next->arch.guest);
    }
    switch_facilities(next);
}

/* ---- exits ---- */

/* Each handler returns whether the vCPU gives up the CPU. */

/* HDEC has 56 bits on POWER9, and reads of it are sign extended. */
static bool slice_is_over(void)
{
    return (int64_t)mfspr(SPRN_HDEC) <= 0;
}

/* QEMU keeps the exception of an earlier slice, which ended in Xen. */
static bool exit_slice(struct vcpu *v)
{
    return slice_is_over();
}

static bool exit_storage(struct vcpu *v)
{
    guest_crash(v, "access outside its memory");
    return true;
}

/*
 * Tells the guest that it may not have an instruction, by this machine or by
 * this hypervisor.
 */
static bool exit_illegal(struct vcpu *v)
{
    guest_inject(v, EXC_PROGRAM, MSR_TRAP_IOP);
    return false;
}

/* The guest has used a facility that HFSCR denies it. */
static bool exit_facility(struct vcpu *v)
{
    unsigned int cause = mfspr(SPRN_HFSCR) >> HFSCR_CAUSE_SHIFT;

    if ( cause == HFSCR_CAUSE_PM && pmu_unavailable(v) )
        return false;

    return exit_illegal(v);
}

static const struct {
    uint32_t vector;
    bool (*handle)(struct vcpu *v);
} exits[] = {
    { EXC_SYSTEM_CALL,     guest_hcall },
    { EXC_H_DECREMENTER,   exit_slice },
    { EXC_H_DATA_STORAGE,  exit_storage },
    { EXC_H_INSN_STORAGE,  exit_storage },
    { EXC_H_EMUL_ASST,     exit_illegal },
    { EXC_H_FACIL_UNAVAIL, exit_facility },
};

static bool handle_exit(struct vcpu *v)
{
    const struct cpu_user_regs *regs = &v->arch.guest.regs;

    for ( unsigned int i = 0; i < ARRAY_SIZE(exits); i++ )
        if ( exits[i].vector == regs->entry_vector )
            return exits[i].handle(v);

    guest_crash(v, "unexpected exit");
    return true;
}

/* Delivers what the guest is to be interrupted for, before it runs on. */
static void before_entry(struct vcpu *v)
{
    struct guest_vcpu *g = &v->arch.guest;

    if ( unlikely(g->external) && (g->regs.msr & MSR_EE) )
    {
        g->external &= ~GUEST_EXT_NOTIFY;
        guest_inject(v, EXC_EXTERNAL, 0);
    }
}

void guest_domain_reboot(struct vcpu *v)
{
    /* If interrupts are on, for samples of Xen, they are off from here on. */
    pmu_before_entry(v);
    guest_domain_destroy(v->domain);
    context_switch(v, &idle);
    guest_domain_rebuild(v->domain);
}

/* Runs v until it has to make way. */
static void run_vcpu(struct vcpu *v)
{
    struct guest_vcpu *g = &v->arch.guest;
    const unsigned long lpcr = mfspr(SPRN_LPCR);
    bool give_way;

    mtspr(SPRN_HDEC, guest_slice());

    do {
        before_entry(v);
        mtspr(SPRN_LPCR, g->lpcr);
        isync();
        /*
         * POWER9 has no exception of an HDEC that becomes negative while
         * LPCR[HDICE] is 0, as it is in Xen: the guest would have the CPU for
         * good.
         */
        if ( slice_is_over() )
        {
            mtspr(SPRN_LPCR, lpcr);
            break;
        }
        enter_guest(&g->regs);
        /* Xen's own LPCR has no HDEC interrupt, and Xen's vectors. */
        mtspr(SPRN_LPCR, lpcr);

        pmu_after_exit(v);
        give_way = handle_exit(v);
        pmu_before_entry(v);
    } while ( !give_way );
}

/*
 * The CPU sleeps until `when`, lightly: it keeps its state and goes on behind
 * the instruction when the decrementer's exception is there, with EE off (ISA
 * 3.0B, Book III, 3.3.2, PSSCR with EC and ESL 0).
 */
static void sleep_until(uint64_t when)
{
    int64_t left = when - get_cycles();

    if ( left <= 0 )
        return;
    mtspr(SPRN_DEC, min(left, (int64_t)INT32_MAX));
    mtspr(SPRN_PSSCR, 0);
    asm volatile ( PPC_STOP : : : "memory" );
}

/*
 * No vCPU has anything to do.  The one that ran last is switched away from, so
 * that nothing is counted for it, and its alerts are seen.  False: none is
 * left.
 */
static bool be_idle(void)
{
    uint64_t when;

    if ( !guest_next_time(&when) )
        return false;

    if ( !is_idle_vcpu(current) )
        context_switch(current, &idle);
    else
        sleep_until(when);

    return true;
}

void guests_run(void)
{
    struct vcpu *next;
    uint64_t when;
    bool any;

    /* entry.S takes one for the other. */
    BUILD_BUG_ON(offsetof(struct guest_vcpu, regs));

    local_irq_disable();
    set_current(&idle);

    guests_map();
    mtspr(SPRN_HFSCR, 0);
    mtspr(SPRN_AMOR, ~0UL);     /* AMR, IAMR and UAMOR are guests' own */
    pmu_init();
    pmu_init_vcpu(&idle);
    rtas_init();

    any = guest_next_time(&when);
    do {
        while ( (next = guest_next_vcpu()) )
        {
            if ( next != current )
                context_switch(current, next);
            run_vcpu(next);
        }
    } while ( be_idle() );

    if ( !is_idle_vcpu(current) )
        context_switch(current, &idle);
    if ( any )
        printk("all guests are gone: power off\n");
}
