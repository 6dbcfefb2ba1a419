/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls: PAPR's (LoPAPR 1.1, Logical Partitioning), with the function in
 * r3, arguments from r4 on and the result in r3, and Xen's own under
 * XEN_MARK().
 *
 * All of them run on the vCPU that called, with interrupts as
 * pmu_after_exit() left them.  No argument is to be trusted.
 */
#include <xen/errno.h>
#include <xen/hypercall.h>
#include <xen/lib.h>
#include <xen/nospec.h>
#include <xen/sched.h>
#include <public/sched.h>

#include <asm/byteorder.h>
#include <asm/guest.h>
#include <asm/msr.h>
#include <asm/papr.h>
#include <asm/pmu.h>
#include <asm/regs.h>

/*
 * Sets *result, and returns whether the vCPU gives up the CPU.
 * arg[0] is r4, as LoPAPR counts its parameters from there.
 */
typedef bool hcall_fn(struct vcpu *v, const uint64_t *arg, int64_t *result);

/* v waits for something to do, unless there is already. */
static bool wait_for_work(struct vcpu *v)
{
    struct guest_vcpu *g = &v->arch.guest;

    g->ceded = !g->prodded;
    g->prodded = false;

    return g->ceded;
}

static bool h_cede(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    v->arch.guest.regs.msr |= MSR_EE;   /* LoPAPR: H_CEDE turns them on */
    *result = H_SUCCESS;
    return wait_for_work(v);
}

/*
 * The caller gives its turn to another vCPU of the partition, or to anybody
 * (-1).  Turns are taken in order whoever is named.  Who names itself waits
 * until it is prodded.
 */
static bool h_confer(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    struct vcpu *target = guest_vcpu(v->domain, arg[0]);

    *result = H_PARAMETER;
    if ( !target && arg[0] != ~0UL )
        return false;

    *result = H_SUCCESS;
    return target == v ? wait_for_work(v) : true;
}

static bool h_prod(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    struct vcpu *target = guest_vcpu(v->domain, arg[0]);

    *result = H_PARAMETER;
    if ( target )
    {
        target->arch.guest.prodded = true;
        *result = H_SUCCESS;
    }

    return false;
}

/* Nobody types: there are no characters. */
static bool h_get_term_char(struct vcpu *v, const uint64_t *arg,
                            int64_t *result)
{
    *result = H_PARAMETER;
    if ( !arg[0] )
    {
        v->arch.guest.regs.gprs[4] = 0;
        *result = H_SUCCESS;
    }

    return false;
}

/*
 * Has neither a character nor a behaviour to tell: Xen does not know what the
 * machine's firmware knows of it.  A Linux that is told nothing at all clears
 * its first-level cache by loads at every return to user space.
 */
static bool h_get_cpu_characteristics(struct vcpu *v, const uint64_t *arg,
                                      int64_t *result)
{
    v->arch.guest.regs.gprs[4] = 0;
    v->arch.guest.regs.gprs[5] = 0;
    *result = H_SUCCESS;
    return false;
}

static bool h_put_term_char(struct vcpu *v, const uint64_t *arg,
                            int64_t *result)
{
    __be64 text[2] = { cpu_to_be64(arg[2]), cpu_to_be64(arg[3]) };

    *result = H_PARAMETER;
    if ( arg[0] || arg[1] > sizeof(text) )
        return false;

    guest_console(v->domain, (const char *)text, arg[1]);
    *result = H_SUCCESS;
    return false;
}

/*
 * LoPAPR has both modes be those of the partition.  Linux asks on its first
 * CPU only, before it starts the others.
 */
static void set_lpcr(struct domain *d, uint64_t mask, uint64_t value)
{
    struct vcpu *v;

    for_each_vcpu ( d, v )
    {
        struct guest_vcpu *g = &v->arch.guest;

        g->lpcr = (g->lpcr & ~mask) | value;
    }
}

static bool h_set_mode(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    const uint64_t mode = arg[0], resource = arg[1];

    *result = H_SUCCESS;
    if ( resource != H_SET_MODE_RESOURCE_ADDR_TRANS_MODE &&
         resource != H_SET_MODE_RESOURCE_LE )
        *result = H_P2;
    else if ( arg[2] )
        *result = H_P3;
    else if ( arg[3] )
        *result = H_P4;
    else if ( resource == H_SET_MODE_RESOURCE_LE && mode <= 1 )
        set_lpcr(v->domain, LPCR_ILE, mode ? LPCR_ILE : 0);
    else if ( resource == H_SET_MODE_RESOURCE_ADDR_TRANS_MODE &&
              (mode == 0 || mode == 3) )
        set_lpcr(v->domain, LPCR_AIL, mode ? LPCR_AIL_3 : 0);
    else
        *result = H_UNSUPPORTED_FLAG;

    return false;
}

/*
 * Registers a process table for radix translation, in the guest's memory.
 * The MMU's reads of it go through the partition's own tree, so nothing
 * in it need be checked.
 */
static bool h_register_proc_tbl(struct vcpu *v, const uint64_t *arg,
                                int64_t *result)
{
    uint64_t flags = arg[0], base = arg[1], size = arg[3];

    if ( flags != (PROC_TABLE_NEW | PROC_TABLE_RADIX | PROC_TABLE_GTSE) )
        *result = H_PARAMETER;
    else if ( base & 0xfff || !guest_real(v->domain, base, 1) )
        *result = H_P2;
    else if ( arg[2] )
        *result = H_P3;
    else if ( size > 24 || base & ((0x1000UL << size) - 1) )
        *result = H_P4;
    else
    {
        guest_set_process_table(v->domain, base | size);
        *result = H_SUCCESS;
    }

    return false;
}

static bool xen_sched_op(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    const struct sched_shutdown *shutdown;

    *result = -EFAULT;
    shutdown = guest_real(v->domain, arg[1], sizeof(*shutdown));
    switch ( arg[0] )
    {
    case SCHEDOP_yield:
        *result = 0;
        return true;

    case SCHEDOP_shutdown:
        if ( !shutdown )
            return false;
        if ( shutdown->reason != SHUTDOWN_poweroff )
            guest_crash(v, "shut down with a reason");
        guest_domain_destroy(v->domain);
        return true;

    default:
        *result = -EOPNOTSUPP;
        return false;
    }
}

/* PAPR's are numbered in steps of four. */
static hcall_fn *const papr[] = {
    [H_CEDE / 4]                    = h_cede,
    [H_PUT_TERM_CHAR / 4]           = h_put_term_char,
    [H_SET_MODE / 4]                = h_set_mode,
    [H_REGISTER_PROC_TBL / 4]       = h_register_proc_tbl,
    [H_CONFER / 4]                  = h_confer,
    [H_PROD / 4]                    = h_prod,
    [H_GET_TERM_CHAR / 4]           = h_get_term_char,
    [H_REGISTER_VPA / 4]            = h_register_vpa,
    [H_GET_CPU_CHARACTERISTICS / 4] = h_get_cpu_characteristics,
    [H_XIRR / 4]                    = h_xirr,
    [H_XIRR_X / 4]                  = h_xirr,
    [H_EOI / 4]                     = h_eoi,
    [H_CPPR / 4]                    = h_cppr,
    [H_IPI / 4]                     = h_ipi,
    [H_IPOLL / 4]                   = h_ipoll,
#ifdef CONFIG_PPC_PMU
    [H_PERFMON / 4]                 = h_perfmon,
#endif
};

static const struct {
    uint64_t function;
    hcall_fn *fn;
} others[] = {
    { XEN_MARK(__HYPERVISOR_sched_op),   xen_sched_op },
#ifdef CONFIG_PPC_PMU
    { XEN_MARK(__HYPERVISOR_sysctl),     xen_sysctl },
#endif
    { H_RTAS,                              h_rtas },
};

static hcall_fn *find_hcall(uint64_t function)
{
    if ( function < 4 * ARRAY_SIZE(papr) && !(function & 3) )
        return papr[array_index_nospec(function / 4, ARRAY_SIZE(papr))];

    for ( unsigned int i = 0; i < ARRAY_SIZE(others); i++ )
        if ( others[i].function == function )
            return others[i].fn;

    return NULL;
}

bool guest_hcall(struct vcpu *v)
{
    struct cpu_user_regs *regs = &v->arch.guest.regs;
    int64_t result = H_FUNCTION;
    bool give_way = false;
    hcall_fn *fn;

    /* Hypercalls are for the guest's kernel, not for its programs. */
    if ( regs->msr & MSR_PR )
    {
        regs->gprs[3] = H_PRIVILEGE;
        return false;
    }

    fn = find_hcall(regs->gprs[3]);
    if ( fn )
        give_way = fn(v, &regs->gprs[4], &result);

    regs->gprs[3] = result;
    return give_way;
}
