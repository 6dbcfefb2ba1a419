/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guests' memory: where it is, the partition-scoped translation that
 * leads there, and Xen's own access to it.
 *
 * There is no allocator.  Each guest gets the lowest memory that is large
 * enough and that nobody has: no entry of the device tree's reservation map,
 * not Xen, not the bundle, not the device tree, no other guest.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/libfdt/libfdt.h>
#include <xen/mm.h>
#include <xen/nospec.h>
#include <xen/sched.h>
#include <xen/sections.h>

#include <asm/guest.h>

/* A leaf of the third level maps so much; guests begin at a multiple of it. */
#define LEAF_SIZE (1UL << XEN_PT_SHIFT_LVL(3))

/* A guest has one table of each level: 1 GiB in leaves of the third, and what
 * is less than such a leaf in pages of the fourth. */
static struct {
    struct lvl1_pd l1;
    struct lvl2_pd l2;
    struct lvl3_pd l3;
    struct lvl4_pt l4;
} trees[GUEST_MAX_DOMAINS];

struct range {
    paddr_t start, end;
};

/* Three are Xen's, the bundle's and the device tree's. */
#define MAX_RANGES (32 + 3 + GUEST_MAX_DOMAINS)
static struct range __initdata taken[MAX_RANGES];
static unsigned int __initdata nr_taken;

/* Memory of the guests, and of the bundle, which a reboot loads from. */
static struct range guest_ranges[GUEST_MAX_DOMAINS + 1];

/* ---- boot ---- */

static bool __init take(paddr_t start, paddr_t end)
{
    if ( nr_taken == ARRAY_SIZE(taken) )
        return false;

    taken[nr_taken++] = (struct range){ start, end };
    return true;
}

bool __init guest_memory_init(const void *fdt, paddr_t bundle, paddr_t end)
{
    bool all = take(0, __pa(_end)) && take(bundle, end) &&
               take(__pa(fdt), __pa(fdt) + fdt_totalsize(fdt));

    for ( int i = 0; all && i < fdt_num_mem_rsv(fdt); i++ )
    {
        uint64_t start, size;

        all = !fdt_get_mem_rsv(fdt, i, &start, &size) &&
              take(start, start + size);
    }

    guest_ranges[GUEST_MAX_DOMAINS] = (struct range){ bundle, end };

    return all;
}

/* Returns whether [start, start + size) is in one of the machine's memories. */
static bool __init is_memory(const void *fdt, paddr_t start, uint64_t size)
{
    int node = -1;

    while ( (node = fdt_node_offset_by_prop_value(fdt, node, "device_type",
                                                  "memory", 7)) >= 0 )
    {
        /* Firmware of this machine has two cells for each, always. */
        int len;
        const fdt64_t *reg = fdt_getprop(fdt, node, "reg", &len);

        for ( ; reg && len >= 16; reg += 2, len -= 16 )
            if ( start >= fdt64_to_cpu(reg[0]) &&
                 size <= fdt64_to_cpu(reg[1]) &&
                 start - fdt64_to_cpu(reg[0]) <= fdt64_to_cpu(reg[1]) - size )
                return true;
    }

    return false;
}

/* Returns the end of what is taken and overlaps, and 0 if nothing does. */
static paddr_t __init taken_until(paddr_t start, uint64_t size)
{
    for ( unsigned int i = 0; i < nr_taken; i++ )
        if ( start < taken[i].end && taken[i].start < start + size )
            return taken[i].end;

    return 0;
}

static bool __init find_memory(const void *fdt, uint64_t size, struct range *r)
{
    paddr_t start = 0, end;

    while ( start + size <= GUEST_MEM_END )
    {
        end = taken_until(start, size);
        if ( !end && is_memory(fdt, start, size) )
        {
            *r = (struct range){ start, start + size };
            return take(r->start, r->end);
        }
        start = ROUNDUP(end ?: start + 1, LEAF_SIZE);
    }

    return false;
}

static void __init build_tree(unsigned int i, paddr_t start, uint64_t size)
{
    const unsigned long flags = PTE_VALID | PTE_REFERENCE | PTE_CHANGE |
                                PTE_EAA_READ | PTE_EAA_WRITE | PTE_EAA_EXECUTE;
    unsigned int leaves = size / LEAF_SIZE;

    trees[i].l1.entries[0] = paddr_to_pde(__pa(&trees[i].l2), PDE_VALID,
                                          XEN_PT_ENTRIES_LOG2_LVL_2);
    trees[i].l2.entries[0] = paddr_to_pde(__pa(&trees[i].l3), PDE_VALID,
                                          XEN_PT_ENTRIES_LOG2_LVL_3);
    for ( unsigned int n = 0; n < leaves; n++ )
        trees[i].l3.entries[n].pde =
            paddr_to_pte(start + n * LEAF_SIZE, flags).pte;

    size -= leaves * LEAF_SIZE;
    start += leaves * LEAF_SIZE;
    if ( !size )
        return;

    trees[i].l3.entries[leaves] = paddr_to_pde(__pa(&trees[i].l4), PDE_VALID,
                                               XEN_PT_ENTRIES_LOG2_LVL_4);
    for ( unsigned int p = 0; p < size / PAGE_SIZE; p++ )
        trees[i].l4.entries[p] = paddr_to_pte(start + p * PAGE_SIZE, flags);
}

bool __init guest_memory_alloc(struct domain *d, const void *fdt, uint64_t size)
{
    unsigned int i = d->domain_id - 1;

    if ( !size || size % PAGE_SIZE || size > GUEST_MEM_MAX ||
         !find_memory(fdt, size, &guest_ranges[i]) )
        return false;

    d->arch.guest.memory = __va(guest_ranges[i].start);
    d->arch.guest.memory_size = size;
    build_tree(i, guest_ranges[i].start, size);

    return true;
}

bool __init guest_memory_range(unsigned int i, paddr_t *start, paddr_t *end)
{
    if ( i >= ARRAY_SIZE(guest_ranges) )
        return false;

    *start = guest_ranges[i].start & ~(LEAF_SIZE - 1);
    *end = ROUNDUP(guest_ranges[i].end, LEAF_SIZE);
    return true;
}

/* ---- as they run ---- */

void guest_set_process_table(struct domain *d, uint64_t patb1)
{
    unsigned int i = d->domain_id - 1;

    partition_table_set(d->domain_id,
                        RTS_FIELD | __pa(&trees[i].l1) |
                        XEN_PT_ENTRIES_LOG2_LVL_1 | PATB0_HR,
                        patb1 | PATB1_GR);
}

void *guest_real(const struct domain *d, uint64_t gaddr, uint64_t size)
{
    const uint64_t all = d->arch.guest.memory_size;

    if ( gaddr > all || size > all - gaddr )
        return NULL;

    return d->arch.guest.memory + array_index_nospec(gaddr, all + 1);
}
