/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guests themselves: their domains and vCPUs, all static, and what is in
 * their memory when they begin.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/libfdt/libfdt.h>
#include <xen/mm.h>
#include <xen/nospec.h>
#include <xen/sched.h>

#include <asm/guest.h>
#include <asm/msr.h>
#include <asm/pmu.h>
#include <asm/regs.h>
#include <asm/time.h>

static struct domain domains[GUEST_MAX_DOMAINS];
static struct vcpu vcpus[GUEST_MAX_DOMAINS][GUEST_MAX_VCPUS];
static struct vcpu *vcpu_lists[GUEST_MAX_DOMAINS][GUEST_MAX_VCPUS];
static unsigned int nr_domains;
static const struct guest_bundle *bundle;
static uint64_t started;
static unsigned int slice_us = 200;

#define SLICE_MAX_US 1000000

/* The block that dcbz clears on POWER9 (POWER9 User's Manual). */
#define BLOCK_SIZE 128

unsigned long guest_slice(void)
{
    return (unsigned long)slice_us * TB_PER_US;
}

unsigned long guest_dec(const struct guest_vcpu *g)
{
    int64_t left = g->dec_expires - get_cycles();

    return max(min(left, (int64_t)INT32_MAX), (int64_t)INT32_MIN);
}

/* ---- boot ---- */

/* Reads an address in /chosen, which the firmware gives as 4 or 8 bytes. */
static uint64_t __init fdt_address(const void *fdt, int node, const char *name)
{
    int len;
    const void *prop = fdt_getprop(fdt, node, name, &len);

    if ( !prop )
        return 0;

    return len == 8 ? fdt64_to_cpu(*(const fdt64_t *)prop)
                    : fdt32_to_cpu(*(const fdt32_t *)prop);
}

/* The bundle has `size` bytes. */
static bool __init image_fits(const struct guest_image *image, uint64_t size)
{
    for ( unsigned int i = 0; i < GUEST_MAX_PARTS; i++ )
    {
        const struct guest_part *p = &image->part[i];

        if ( p->offset > size || p->size > size - p->offset ||
             p->address > image->memory ||
             p->size > image->memory - p->address )
            return false;
    }

    return image->vcpus >= 1 && image->vcpus <= GUEST_MAX_VCPUS;
}

/* Memory of the boot loader, or of whoever was there before, is cleared. */
static void clear(void *memory, uint64_t size)
{
    for ( uint64_t at = 0; at < size; at += BLOCK_SIZE )
        asm volatile ( "dcbz 0, %0" : : "r" (memory + at) : "memory" );
}

/* Xen's memcpy() moves bytes one by one, and a kernel has 40 million. */
static void copy(uint64_t *to, const uint64_t *from, uint64_t size)
{
    while ( size >= sizeof(*to) )
    {
        *to++ = *from++;
        size -= sizeof(*to);
    }
    memcpy(to, from, size);
}

static void load_image(struct domain *d)
{
    const struct guest_image *image = d->arch.guest.image;

    clear(d->arch.guest.memory, d->arch.guest.memory_size);
    for ( unsigned int i = 0; i < GUEST_MAX_PARTS; i++ )
    {
        const struct guest_part *p = &image->part[i];

        copy(d->arch.guest.memory + p->address,
             (const void *)bundle + p->offset, p->size);
    }

    /* POWER9's instruction cache snoops: this drops what was fetched ahead. */
    asm volatile ( "sync; icbi 0, %0; sync; isync"
                   : : "r" (d->arch.guest.memory) : "memory" );
}

/* Sets what v, whose other registers are 0, starts with: see guest_image. */
static void set_entry(struct vcpu *v, uint32_t device_tree)
{
    struct cpu_user_regs *regs = &v->arch.guest.regs;

    regs->gprs[3] = v->vcpu_id;
    if ( !device_tree )
    {
        regs->pc = EXC_SYSTEM_RESET;
        regs->gprs[4] = v->domain->domain_id;
        regs->gprs[5] = started;
    }
    else if ( v->vcpu_id )
        regs->pc = 0x60;
    else
        regs->gprs[3] = device_tree;
}

static void reset_vcpu(struct vcpu *v, const struct guest_image *image)
{
    struct guest_vcpu *g = &v->arch.guest;

    memset(g, 0, sizeof(*g));
    g->regs.msr = MSR_SF | MSR_ME | MSR_LE;
    set_entry(v, image->device_tree);
    g->dec_expires = get_cycles() + INT32_MAX;
    /* Nothing is taken over from the boot loader but the prefetch depth. */
    g->lpcr = (mfspr(SPRN_LPCR) & LPCR_DPFD) | LPCR_HDICE | LPCR_ILE |
              LPCR_LPES0 | LPCR_UPRT | LPCR_HR | LPCR_GTSE;
    /* TM, BHRB and MSGP are not switched, so no guest has them. */
    g->hfscr = HFSCR_DSCR | HFSCR_TAR;
    if ( image->flags & GUEST_IMAGE_FPU )
        g->hfscr |= HFSCR_FPU;
    g->ctrl = CTRL_RUN;
    g->ppr = PPR_MEDIUM;
    xics_init(g);
    pmu_init_vcpu(v);
}

static void __init build_vcpu(struct domain *d, unsigned int i, unsigned int n)
{
    struct vcpu *v = &vcpus[i][n];

    v->domain = d;
    v->vcpu_id = n;
    v->processor = 0;
    d->vcpu[n] = v;
    if ( n )
        d->vcpu[n - 1]->next_in_list = v;
}

/* Loads what was built, at boot or again. */
static void reset_domain(struct domain *d)
{
    struct vcpu *v;

    load_image(d);
    for_each_vcpu ( d, v )
        reset_vcpu(v, d->arch.guest.image);
}

void guest_domain_rebuild(struct domain *d)
{
    reset_domain(d);
    guest_set_process_table(d, 0);
    d->is_dying = DOMDYING_alive;
}

static bool __init build_domain(unsigned int i, const struct guest_image *image,
                                const void *fdt)
{
    struct domain *d = &domains[i];

    d->domain_id = i + 1;       /* LPID 0 is Xen's */
    d->arch.guest.image = image;
    if ( !guest_memory_alloc(d, fdt, image->memory) )
        return false;

    d->max_vcpus = image->vcpus;
    d->vcpu = vcpu_lists[i];
    d->is_privileged = image->flags & GUEST_IMAGE_CONTROL;

    for ( unsigned int n = 0; n < image->vcpus; n++ )
        build_vcpu(d, i, n);

    return true;
}

void __init guests_load(const void *fdt)
{
    int chosen = fdt_path_offset(fdt, "/chosen");
    uint64_t start, end;

    if ( chosen < 0 )
        return;

    start = fdt_address(fdt, chosen, "linux,initrd-start");
    end = fdt_address(fdt, chosen, "linux,initrd-end");
    bundle = __va(start);
    if ( !start || end < start || end - start < sizeof(*bundle) ||
         memcmp(bundle->magic, GUEST_BUNDLE_MAGIC, sizeof(bundle->magic)) )
        return;
    if ( !guest_memory_init(fdt, start, end) )
    {
        printk("too much memory is reserved in pieces: no guests\n");
        return;
    }

    started = get_cycles();
    if ( bundle->slice_us )
        slice_us = min(bundle->slice_us, SLICE_MAX_US + 0u);

    for ( unsigned int i = 0; i < min(bundle->nr, GUEST_MAX_DOMAINS + 0u); i++ )
    {
        const struct guest_image *image = &bundle->image[i];

        if ( !image_fits(image, end - start) || !build_domain(i, image, fdt) )
        {
            printk("guest %u of the bundle does not fit: it and what follows"
                   " are left out\n", i + 1);
            return;
        }

        reset_domain(&domains[i]);
        nr_domains++;
    }
}

/* This is not done in guests_load(): LPID 0's entry comes with the MMU. */
void __init guests_map(void)
{
    for ( unsigned int i = 0; i < nr_domains; i++ )
        guest_set_process_table(&domains[i], 0);
}

/* ---- as they run ---- */

struct domain *guest_domain(domid_t domid)
{
    struct domain *d;

    if ( domid < 1 || domid > nr_domains )
        return NULL;
    d = &domains[array_index_nospec(domid - 1, GUEST_MAX_DOMAINS)];

    return d->is_dying ? NULL : d;
}

struct vcpu *guest_vcpu(const struct domain *d, uint64_t n)
{
    return n < d->max_vcpus ? d->vcpu[array_index_nospec(n, d->max_vcpus)]
                            : NULL;
}

static bool is_left(const struct vcpu *v)
{
    return v->domain && !v->domain->is_dying;
}

/* v waits no more if it has something to do. */
static bool wakes(struct vcpu *v)
{
    struct guest_vcpu *g = &v->arch.guest;

    if ( v == current )
        g->dec_expires = get_cycles() + (int32_t)mfspr(SPRN_DEC);

    if ( !g->prodded && !(g->external && (g->regs.msr & MSR_EE)) &&
         (int64_t)(g->dec_expires - get_cycles()) >= 0 &&
         !pmu_alert_pending(v) )
        return false;

    g->ceded = g->prodded = false;
    return true;
}

static bool runnable(unsigned int i)
{
    struct vcpu *v = &vcpus[i / GUEST_MAX_VCPUS][i % GUEST_MAX_VCPUS];

    return is_left(v) && (!v->arch.guest.ceded || wakes(v));
}

bool guest_next_time(uint64_t *when)
{
    bool any = false;

    for ( unsigned int i = 0; i < GUEST_MAX_DOMAINS * GUEST_MAX_VCPUS; i++ )
    {
        const struct vcpu *v = &vcpus[i / GUEST_MAX_VCPUS][i % GUEST_MAX_VCPUS];

        if ( !is_left(v) )
            continue;
        if ( !any || (int64_t)(v->arch.guest.dec_expires - *when) < 0 )
            *when = v->arch.guest.dec_expires;
        any = true;
    }

    return any;
}

/*
 * Looks at each vCPU once, in turn.  Whose turn it is does not depend on who is
 * current: whoever has made the CPU idle has had its own.
 */
struct vcpu *guest_next_vcpu(void)
{
    const unsigned int nr = GUEST_MAX_DOMAINS * GUEST_MAX_VCPUS;
    static unsigned int at = GUEST_MAX_DOMAINS * GUEST_MAX_VCPUS - 1;

    for ( unsigned int n = 1; n <= nr; n++ )
    {
        unsigned int i = (at + n) % nr;

        if ( !runnable(i) )
            continue;
        at = i;
        return &vcpus[i / GUEST_MAX_VCPUS][i % GUEST_MAX_VCPUS];
    }

    return NULL;
}

void guest_domain_destroy(struct domain *d)
{
    if ( d->is_dying )
        return;

    d->is_dying = DOMDYING_dead;
    pmu_domain_destroy(d);
    if ( d->arch.guest.line_len )
        guest_console(d, "\n", 1);
}

void guest_crash(struct vcpu *v, const char *why)
{
    const struct cpu_user_regs *regs = &v->arch.guest.regs;

    printk("d%d crashed: %s: vCPU %u, vector %x, pc %lx, msr %lx\n",
           v->domain->domain_id, why, v->vcpu_id, regs->entry_vector,
           regs->pc, regs->msr);
    guest_domain_destroy(v->domain);
}

void guest_inject(struct vcpu *v, unsigned int vector, uint64_t srr1)
{
    struct guest_vcpu *g = &v->arch.guest;
    struct cpu_user_regs *regs = &g->regs;
    bool virt = (g->lpcr & LPCR_AIL) == LPCR_AIL_3 &&
                (regs->msr & (MSR_IR | MSR_DR)) == (MSR_IR | MSR_DR);

    regs->srr0 = regs->pc;
    regs->srr1 = (regs->msr & ~0x783f0000UL) | srr1;
    regs->pc = vector + (virt ? AIL_VECTOR_BASE : 0);
    regs->msr = MSR_SF | (g->lpcr & LPCR_ILE ? MSR_LE : 0) |
                (regs->msr & MSR_ME) | (virt ? MSR_IR | MSR_DR : 0);
}
