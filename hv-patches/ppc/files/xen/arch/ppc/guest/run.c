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

struct guest_cpu guest_cpu;

static struct domain idle_domain = { .domain_id = DOMID_IDLE };
static struct vcpu idle = { .domain = &idle_domain };

static uint8_t __aligned(STACK_ALIGN) pmi_stack[STACK_SIZE];

/* ---- context switch ---- */

static void save_sprs(struct guest_vcpu *g)
{
#define X(field, spr) g->sprs.field = mfspr(spr);
    GUEST_SPRS(X)
#undef X
    g->dec_expires = get_cycles() + (int32_t)mfspr(SPRN_DEC);
}

static void load_sprs(const struct guest_vcpu *g)
{
#define X(field, spr) mtspr(spr, g->sprs.field);
    GUEST_SPRS(X)
#undef X
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

    if ( is_idle_vcpu(next) )
        return;

    mtspr(SPRN_LPIDR, next->domain->domain_id);
    isync();
    load_sprs(&next->arch.guest);
}

/* ---- exits ---- */

/* Each handler returns whether the vCPU gives up the CPU. */

static bool exit_slice(struct vcpu *v)
{
    return true;
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

static const struct {
    uint32_t vector;
    bool (*handle)(struct vcpu *v);
} exits[] = {
    { EXC_SYSTEM_CALL,     guest_hcall },
    { EXC_H_DECREMENTER,   exit_slice },
    { EXC_H_DATA_STORAGE,  exit_storage },
    { EXC_H_INSN_STORAGE,  exit_storage },
    { EXC_H_EMUL_ASST,     exit_illegal },
    { EXC_H_FACIL_UNAVAIL, exit_illegal },
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

    if ( unlikely(g->notify) && (g->regs.msr & MSR_EE) )
    {
        g->notify = false;
        guest_inject(v, EXC_EXTERNAL, 0);
    }
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
        enter_guest(&g->regs);
        /* Xen's own LPCR has no HDEC interrupt, and Xen's vectors. */
        mtspr(SPRN_LPCR, lpcr);

        if ( unlikely(g->regs.msr & MSR_HV) )
            panic("exception %#x in Xen at %#lx\n", g->regs.entry_vector,
                  g->regs.pc);

        pmu_after_exit(v);
        give_way = handle_exit(v);
        pmu_before_entry(v);
    } while ( !give_way );
}

void guests_run(void)
{
    struct vcpu *next;

    local_irq_disable();
    asm volatile ( "mr %0, %%r2" : "=r" (guest_cpu.toc) );
    guest_cpu.exit_virt = (unsigned long)guest_exit_virt;
    guest_cpu.pmi_stack = (unsigned long)pmi_stack + sizeof(pmi_stack) -
                          sizeof(struct cpu_user_regs) - STACK_FRAME_OVERHEAD;
    mtspr(SPRN_HSPRG0, (unsigned long)&guest_cpu);
    set_current(&idle);

    guests_map();
    /* FP, VMX, VSX, TM and EBB are not switched, so no guest has them. */
    mtspr(SPRN_HFSCR, HFSCR_PM | HFSCR_DSCR | HFSCR_TAR);
    pmu_init();

    while ( (next = guest_next_vcpu(current)) )
    {
        if ( next != current )
            context_switch(current, next);
        run_vcpu(next);
    }

    if ( !is_idle_vcpu(current) )
    {
        context_switch(current, &idle);
        printk("all guests are gone: power off\n");
    }
}
