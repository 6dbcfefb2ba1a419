/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds domains without libxl and without a device model, and writes the
 * xenstore nodes by which libxl and xl know a domain: name, vm, and its type.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <xenforeignmemory.h>
#include <xenguest.h>
#include <xenstore.h>
#include <xen/hvm/params.h>
#include <xen/hvm/save.h>

#define PAGE_KIB 4
#define EXTRA_KIB 1024 /* room for what Xen itself adds */
#define HAP_POOL_MB 1
#define HAP_POOL_SHARE 64 /* and a MiB more for this many MiB of memory */
#define POPULATE_BATCH 1024

#define CR0_PE_ET 0x11
#define ATTR_CODE32 0xc9b /* flat, accessed, as VMCB holds it */
#define ATTR_DATA32 0xc93
#define ATTR_TSS32 0x08b
#define DR6_DEFAULT 0xffff0ff0u
#define DR7_DEFAULT 0x400u

static struct xs_handle *xenstore;

/* The domain under construction, which must not outlive a failure. */
static uint32_t unfinished;

static const struct {
    const char *name; /* as in /libxl/ID/type */
    uint32_t flags;
    uint32_t emulation;
} types[] = {
    [DOM_HVM] = { "hvm", XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
                  XEN_X86_EMU_ALL & ~XEN_X86_EMU_VPCI },
    [DOM_PVH] = { "pvh", XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
                  XEN_X86_EMU_LAPIC },
    [DOM_PV] = { "pv", 0, 0 },
};

static struct xs_handle *xenstore_get(void)
{
    if (!xenstore)
        xenstore = xs_open(0);
    if (!xenstore)
        fail(errno, "cannot open xenstore");

    return xenstore;
}

void build_close(void)
{
    if (xenstore)
        xs_close(xenstore);
    xenstore = NULL;
}

static void uuid_string(const uint8_t *u, char out[37])
{
    snprintf(out, 37,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
             "%02x%02x%02x%02x%02x%02x",
             u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10],
             u[11], u[12], u[13], u[14], u[15]);
}

bool uuid_parse(const char *text, xen_domain_handle_t uuid)
{
    unsigned int i;

    for (i = 0; i < sizeof(xen_domain_handle_t); i++) {
        int n = 0;

        if (*text == '-')
            text++;
        if (sscanf(text, "%2hhx%n", &uuid[i], &n) != 1 || n != 2)
            return false;
        text += 2;
    }

    return !*text;
}

static void node_write(xs_transaction_t t, const char *dir, const char *node,
                       const char *value)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", dir, node);
    if (!xs_write(xenstore, t, path, value, strlen(value)))
        fail(errno, "cannot write %s to xenstore", path);
}

static void nodes_write(uint32_t domid, const char *name,
                        const xen_domain_handle_t uuid, enum dom_type type)
{
    struct xs_handle *xs = xenstore_get();
    char dom[64], vm[64], libxl[64], id[16], uuid_text[37];
    xs_transaction_t t;

    uuid_string(uuid, uuid_text);
    snprintf(id, sizeof(id), "%u", domid);
    snprintf(dom, sizeof(dom), "/local/domain/%u", domid);
    snprintf(vm, sizeof(vm), "/vm/%s", uuid_text);
    snprintf(libxl, sizeof(libxl), "/libxl/%u", domid);

    do {
        t = xs_transaction_start(xs);
        if (t == XBT_NULL)
            fail(errno, "cannot start a xenstore transaction");
        node_write(t, dom, "vm", vm);
        node_write(t, dom, "name", name);
        node_write(t, dom, "domid", id);
        node_write(t, vm, "uuid", uuid_text);
        node_write(t, vm, "name", name);
        node_write(t, libxl, "type", types[type].name);
        if (xs_transaction_end(xs, t, false))
            return;
    } while (errno == EAGAIN);

    fail(errno, "cannot write the xenstore nodes of domain %u", domid);
}

static void nodes_remove(uint32_t domid)
{
    struct xs_handle *xs = xenstore_get();
    char path[64];
    unsigned int len;
    char *vm;

    snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
    vm = xs_read(xs, XBT_NULL, path, &len);
    if (vm && !strncmp(vm, "/vm/", 4))
        xs_rm(xs, XBT_NULL, vm);
    free(vm);

    snprintf(path, sizeof(path), "/local/domain/%u", domid);
    xs_rm(xs, XBT_NULL, path);
    snprintf(path, sizeof(path), "/libxl/%u", domid);
    xs_rm(xs, XBT_NULL, path);
}

/*
 * Makes a UUID as unique as domids are, the same in every run.  The exclusive
 * or of its bytes is the same for all, so their records are in one directory of
 * xenstore, of which the next change sweeps those of domains that ended.
 */
static void default_uuid(uint32_t domid, xen_domain_handle_t uuid)
{
    static const xen_domain_handle_t base = { 'l',  'a', 'b',  'd', 'o', 'm',
                                              0x40, 0,   0x80, 0,   0,   0,
                                              0,    0,   0,    0 };

    memcpy(uuid, base, sizeof(base));
    uuid[12] = uuid[14] = (uint8_t)(domid >> 8);
    uuid[13] = uuid[15] = (uint8_t)domid;
}

static void populate(uint32_t domid, unsigned long pages)
{
    static xen_pfn_t pfns[POPULATE_BATCH];
    unsigned long done = 0;

    while (done < pages) {
        unsigned long i, n = pages - done;

        if (n > POPULATE_BATCH)
            n = POPULATE_BATCH;
        for (i = 0; i < n; i++)
            pfns[i] = done + i;
        if (xc_domain_populate_physmap_exact(xch, domid, n, 0, 0, pfns))
            fail(errno, "cannot give domain %u its memory", domid);
        done += n;
    }
}

static void load_image(uint32_t domid, const char *path)
{
    const unsigned int pages = GUEST_LOAD_SIZE >> XC_PAGE_SHIFT;
    xen_pfn_t pfns[GUEST_LOAD_SIZE >> XC_PAGE_SHIFT];
    xenforeignmemory_handle *fmem;
    unsigned int i;
    size_t n;
    void *to;
    FILE *f;

    f = fopen(path, "rb");
    if (!f)
        fail(errno, "cannot open %s", path);

    fmem = xenforeignmemory_open(NULL, 0);
    for (i = 0; i < pages; i++)
        pfns[i] = (GUEST_LOAD_ADDR >> XC_PAGE_SHIFT) + i;
    to = fmem ? xenforeignmemory_map(fmem, domid, PROT_READ | PROT_WRITE, pages,
                                     pfns, NULL)
              : NULL;
    if (!to)
        fail(errno, "cannot map the memory of domain %u", domid);

    n = fread(to, 1, GUEST_LOAD_SIZE, f);
    if (ferror(f) || !n || fgetc(f) != EOF)
        fail(0, "%s is unreadable, empty or more than %u bytes", path,
             GUEST_LOAD_SIZE);

    fclose(f);
    xenforeignmemory_unmap(fmem, to, pages);
    xenforeignmemory_close(fmem);
}

static void *append(uint8_t *to, unsigned int typecode, unsigned int instance,
                    const void *record, size_t size)
{
    struct hvm_save_descriptor desc = {
        .typecode = (uint16_t)typecode,
        .instance = (uint16_t)instance,
        .length = (uint32_t)size,
    };

    memcpy(to, &desc, sizeof(desc));
    memcpy(to + sizeof(desc), record, size);

    return to + sizeof(desc) + size;
}

void set_contexts(uint32_t domid, const struct hvm_hw_cpu *cpus, unsigned int n)
{
    const size_t head = sizeof(struct hvm_save_descriptor) +
                        HVM_SAVE_LENGTH(HEADER);
    uint8_t ctx[16384], *now, *to;
    HVM_SAVE_TYPE(END) end;
    unsigned int i;
    int size;

    /* The header must be the one that this Xen writes. */
    size = xc_domain_hvm_getcontext(xch, domid, NULL, 0);
    now = size > 0 ? calloc(1, size) : NULL;
    if (!now || xc_domain_hvm_getcontext(xch, domid, now, size) < 0 ||
        (size_t)size < head)
        fail(errno, "cannot read the context of domain %u", domid);
    memcpy(ctx, now, head);
    free(now);

    _Static_assert(sizeof(ctx) > (MAX_VCPUS + 1) * (sizeof(*cpus) + 64),
                   "room");
    to = ctx + head;
    for (i = 0; i < n; i++)
        to = append(to, HVM_SAVE_CODE(CPU), i, &cpus[i], sizeof(cpus[i]));
    to = append(to, HVM_SAVE_CODE(END), 0, &end, HVM_SAVE_LENGTH(END));

    if (xc_domain_hvm_setcontext(xch, domid, ctx, (uint32_t)(to - ctx)))
        fail(errno, "cannot set the context of domain %u", domid);
}

/*
 * The test guest starts in 32-bit protected mode, flat, without paging, at the
 * start of the image, each vCPU with its number in EBX.
 */
static void start_test_guest(uint32_t domid, unsigned int vcpus)
{
    const struct hvm_hw_cpu cpu = {
        .rip = GUEST_LOAD_ADDR,
        .cr0 = CR0_PE_ET,
        .dr6 = DR6_DEFAULT,
        .dr7 = DR7_DEFAULT,
        .cs_limit = ~0u,
        .cs_arbytes = ATTR_CODE32,
        .ds_limit = ~0u,
        .ds_arbytes = ATTR_DATA32,
        .es_limit = ~0u,
        .es_arbytes = ATTR_DATA32,
        .ss_limit = ~0u,
        .ss_arbytes = ATTR_DATA32,
        .tr_limit = 0x67,
        .tr_arbytes = ATTR_TSS32,
    };
    struct hvm_hw_cpu cpus[MAX_VCPUS];
    unsigned int i;

    for (i = 0; i < vcpus; i++) {
        cpus[i] = cpu;
        cpus[i].rbx = i;
    }
    set_contexts(domid, cpus, vcpus);
}

static void set_weight(uint32_t domid, unsigned int weight)
{
    struct xen_domctl_sched_credit2 params;

    if (xc_sched_credit2_domain_get(xch, domid, &params))
        fail(errno, "cannot read the weight of domain %u", domid);
    params.weight = weight;
    if (xc_sched_credit2_domain_set(xch, domid, &params))
        fail(errno, "cannot set the weight of domain %u", domid);
}

/*
 * Introduces a domain to xenstored as libxl does before it runs: with a ring
 * page, just after what the guest uses, and an event channel, of which the
 * guest knows nothing.  xenstored then tells of its coming and going.
 */
static void introduce(uint32_t domid)
{
    const xen_pfn_t pfn = GUEST_MEMORY_END >> XC_PAGE_SHIFT;
    int port = xc_evtchn_alloc_unbound(xch, domid, 0);

    if (port < 0 || xc_hvm_param_set(xch, domid, HVM_PARAM_STORE_PFN, pfn) ||
        xc_hvm_param_set(xch, domid, HVM_PARAM_STORE_EVTCHN, port) ||
        xc_dom_gnttab_seed(xch, domid, true, -1, pfn, 0, 0) ||
        !xs_introduce_domain(xenstore_get(), domid, pfn, port))
        fail(errno, "cannot introduce domain %u to xenstored", domid);
}

static void destroy_unfinished(void)
{
    if (unfinished)
        xc_domain_destroy(xch, unfinished);
}

uint32_t domain_create(const struct dom_config *config)
{
    /* Fields that one Xen release has and another has not stay zero. */
    struct xen_domctl_createdomain create = {
        .flags = types[config->type].flags,
        .max_vcpus = config->vcpus,
        .max_evtchn_port = -1,
        .max_grant_frames = 1,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
        .arch = { .emulation_flags = types[config->type].emulation },
    };
    unsigned int pool_mb = HAP_POOL_MB + (unsigned int)(config->mem_kib / 1024 /
                                                        HAP_POOL_SHARE);
    static bool registered;
    uint32_t domid = 0;

    if (!registered)
        registered = !atexit(destroy_unfinished);

    memcpy(create.handle, config->uuid, sizeof(create.handle));
    if (xc_domain_create(xch, &domid, &create))
        fail(errno, "cannot create a domain");

    unfinished = domid;
    if (!config->set_uuid) {
        default_uuid(domid, create.handle);
        if (xc_domain_sethandle(xch, domid, create.handle))
            fail(errno, "cannot set the UUID of domain %u", domid);
    }

    if (xc_domain_max_vcpus(xch, domid, config->vcpus) ||
        xc_domain_setmaxmem(xch, domid, config->mem_kib + EXTRA_KIB))
        fail(errno, "cannot size domain %u", domid);

    if (config->type != DOM_PV) {
        if (xc_shadow_control(xch, domid, XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION,
                              &pool_mb, 0) < 0)
            fail(errno, "cannot set the HAP pool of domain %u", domid);
        populate(domid, config->mem_kib / PAGE_KIB);
    }

    /* Xen takes no registers that the CPUID policy rules out. */
    if ((config->image || config->load) &&
        xc_cpuid_apply_policy(xch, domid, false, NULL, 0, true, false, false,
                              NULL, NULL))
        fail(errno, "cannot set the CPUID policy of domain %u", domid);

    if (config->load) {
        config->load(domid, config);
    } else if (config->image) {
        load_image(domid, config->image);
        page_init(domid, &config->control);
        start_test_guest(domid, config->control.vcpus);
    }

    /* A toolstack would restart a guest after its triple fault. */
    if (config->type != DOM_PV &&
        xc_hvm_param_set(xch, domid, HVM_PARAM_TRIPLE_FAULT_REASON,
                         SHUTDOWN_crash))
        fail(errno, "cannot make a triple fault of domain %u a crash", domid);
    if (config->viridian &&
        xc_hvm_param_set(xch, domid, HVM_PARAM_VIRIDIAN,
                         HVMPV_base_freq | HVMPV_time_ref_count |
                             HVMPV_reference_tsc))
        fail(errno, "cannot give domain %u Viridian", domid);
    if (config->weight)
        set_weight(domid, config->weight);
    if (config->tsc_mode &&
        xc_domain_set_tsc_info(xch, domid, config->tsc_mode, 0, 0, 0))
        fail(errno, "cannot set the TSC mode of domain %u", domid);

    if (!config->no_xenstore)
        nodes_write(domid, config->name, create.handle, config->type);
    if (config->introduce)
        introduce(domid);

    unfinished = 0;

    return domid;
}

void domain_info(uint32_t domid, xc_domaininfo_t *info)
{
    int n = xc_domain_getinfolist(xch, domid, 1, info);

    if (n < 0)
        fail(errno, "cannot read the state of domain %u", domid);
    if (!n || info->domain != domid)
        fail(0, "there is no domain %u", domid);
}

void domain_destroy(uint32_t domid, bool no_xenstore)
{
    if (xc_domain_destroy(xch, domid))
        fail(errno, "cannot destroy domain %u", domid);
    if (!no_xenstore)
        nodes_remove(domid);
}
