/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries a guest's state to another domain, as save and restore do. */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xen/memory.h>

#include "commands.h"

static void copy_memory(uint32_t from, uint32_t to)
{
    uint32_t addr;

    for (addr = GUEST_LOAD_ADDR; addr < GUEST_MEMORY_END;
         addr += XC_PAGE_SIZE) {
        /* This page is Xen's and no RAM: the copy has to map its own. */
        if (addr == GUEST_SHARED_INFO)
            continue;
        memcpy((void *)page_map_at(to, addr), (void *)page_map_at(from, addr),
               XC_PAGE_SIZE);
    }

    if (xc_domain_add_to_physmap(xch, to, XENMAPSPACE_shared_info, 0,
                                 GUEST_SHARED_INFO >> XC_PAGE_SHIFT))
        fail(errno, "cannot map shared_info of domain %u", to);
}

/* HVM parameters are not copied: those are for the toolstack to set. */
int cmd_copyctx(int argc, char **argv)
{
    uint32_t from, to;
    uint8_t *ctx;
    int size;

    if (argc != 3)
        return usage_error();

    from = domid_of(argv[1]);
    to = domid_of(argv[2]);
    if (page_map(from)->control.vcpus != page_map(to)->control.vcpus)
        fail(0, "domains %u and %u have not as many vCPUs", from, to);
    if (page_map(to)->state != GUEST_NOT_STARTED)
        fail(0, "domain %u has run already", to);

    if (xc_domain_pause(xch, from))
        fail(errno, "cannot pause domain %u", from);

    size = xc_domain_hvm_getcontext(xch, from, NULL, 0);
    ctx = size > 0 ? malloc((size_t)size) : NULL;
    size = ctx ? xc_domain_hvm_getcontext(xch, from, ctx, (uint32_t)size) : -1;
    if (size < 0)
        fail(errno, "cannot read the context of domain %u", from);
    copy_memory(from, to);
    if (xc_domain_hvm_setcontext(xch, to, ctx, (uint32_t)size))
        fail(errno, "cannot set the context of domain %u", to);
    free(ctx);

    if (xc_domain_unpause(xch, from))
        fail(errno, "cannot unpause domain %u", from);
    printf("bytes=%d\n", size);

    return 0;
}
