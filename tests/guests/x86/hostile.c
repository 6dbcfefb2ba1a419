/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends random domctls of vtimer.h, most of them wrong, among random settings
 * of timer_mode and vhpet.  A reply that vtimer.h does not allow is an error.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <xen/hvm/params.h>

#include "commands.h"
#include "domctl.h"
#include "options.h"

#define NR_ERRNOS 134
#define NO_DOMAIN (DOMID_FIRST_RESERVED - 1)
#define NR_OPS (XEN_VTIMER_OP_resync + 1)
#define ONE_IN(rng, n) (!rng_below(rng, n))

struct hostile {
    uint32_t domid;
    struct rng rng;
    uint32_t nr_vcpus;
    bool stock; /* no such domctl */
    bool paced; /* the domain may have the mode paced_missed_ticks */
    bool counting;
    void *buffer; /* for XEN_VTIMER_OP_stats */
    void *read_only;
    uint64_t calls, sets, wrong, errnos[NR_ERRNOS];
};

/* The errnos that a call may end with; without any it has to succeed. */
struct allowed {
    unsigned int n;
    int err[16];
};

static void allow(struct allowed *a, int err)
{
    a->err[a->n++] = err;
}

static bool is_allowed(const struct allowed *a, int err)
{
    unsigned int i;

    for (i = 0; i < a->n; i++)
        if (a->err[i] == err)
            return true;

    return !a->n && !err;
}

/* Returns mostly what is right: each check gets to catch a single mistake. */
static uint32_t mostly(struct hostile *h, uint32_t right)
{
    static const uint32_t odd[] = { 0, 1, 2, 0x7fffffff, 0x80000000, ~0u };

    if (!ONE_IN(&h->rng, 8))
        return right;
    if (ONE_IN(&h->rng, 2))
        return right + (ONE_IN(&h->rng, 2) ? 1u : ~0u);
    if (ONE_IN(&h->rng, 4))
        return (uint32_t)rng_next(&h->rng);

    return odd[rng_below(&h->rng, sizeof(odd) / sizeof(odd[0]))];
}

/* Returns 0, the limit or nearly that, an end of the type, or anything. */
static uint32_t around(struct hostile *h, uint32_t max)
{
    const uint32_t values[] = { 0,
                                1,
                                max - 1,
                                max,
                                max + 1,
                                0x7fffffff,
                                0x80000000,
                                ~0u,
                                (uint32_t)rng_next(&h->rng),
                                (uint32_t)rng_below(&h->rng, max + 1ull) };

    return values[rng_below(&h->rng, sizeof(values) / sizeof(values[0]))];
}

/*
 * No buffer is in Linux's half of the address space: dom0 is PV, and Xen would
 * write there for it.  0xffff8000... to 0xffff87ff... is Xen's.
 */
static uint64_t random_buffer(struct hostile *h, bool *good)
{
    const uint64_t bad[] = {
        0,
        0x1000, /* not mapped */
        (uintptr_t)h->read_only,
        0x00007ffffffff000ull, /* the last page of the user's half */
        0x0000800000000000ull, /* not canonical */
        0x8000000000000000ull,
        0xffff7fffffffffffull,
        0xffff800000000000ull,
        0xffff82d040200000ull, /* Xen's text */
        0xffff830000000000ull, /* all of memory, mapped by Xen */
        0xffff87ffffffff00ull, /* across the end of that */
        ~0ull,
    };

    *good = !ONE_IN(&h->rng, 3);
    if (*good)
        return (uintptr_t)h->buffer + rng_below(&h->rng, 64);

    return bad[rng_below(&h->rng, sizeof(bad) / sizeof(bad[0]))];
}

static domid_t random_domid(struct hostile *h)
{
    static const domid_t odd[] = {
        0,         NO_DOMAIN, DOMID_SELF,    DOMID_IO,
        DOMID_XEN, DOMID_COW, DOMID_INVALID, DOMID_IDLE,
        0x7fff,    0x8000,    0xffff,
    };

    if (!ONE_IN(&h->rng, 6))
        return (domid_t)h->domid;

    return odd[rng_below(&h->rng, sizeof(odd) / sizeof(odd[0]))];
}

static void random_stats(struct hostile *h, struct xen_domctl_vtimer_op *op,
                         struct allowed *a)
{
    uint64_t buffer;
    bool good;

    op->u.stats.vcpu = ONE_IN(&h->rng, 3)
                           ? around(h, h->nr_vcpus)
                           : (uint32_t)rng_below(&h->rng, h->nr_vcpus);
    op->u.stats.pad = mostly(h, 0);
    buffer = random_buffer(h, &good);
    set_xen_guest_handle_raw(op->u.stats.buffer, (void *)(uintptr_t)buffer);

    if (op->u.stats.pad)
        allow(a, EINVAL);
    if (op->u.stats.vcpu >= h->nr_vcpus)
        allow(a, ENOENT);
    if (!good)
        allow(a, EFAULT);
    if (!buffer)
        allow(a, EINVAL);
    if (!h->counting)
        allow(a, ENODATA);
}

/* Fields that are not set are noise: only IN fields of vtimer.h may matter. */
static void random_op(struct hostile *h, struct xen_domctl_vtimer_op *op,
                      struct allowed *a)
{
    uint64_t *words = (uint64_t *)(void *)op;
    unsigned int i;

    for (i = 0; i < sizeof(*op) / sizeof(*words); i++)
        words[i] = rng_next(&h->rng);

    op->version = mostly(h, XEN_VTIMER_INTERFACE_VERSION);
    op->op = mostly(h, (uint32_t)rng_below(&h->rng, NR_OPS));
    op->pad = mostly(h, 0);

    switch (op->op) {
    case XEN_VTIMER_OP_features:
    case XEN_VTIMER_OP_status:
    case XEN_VTIMER_OP_resync:
        break;

    case XEN_VTIMER_OP_stats:
        random_stats(h, op, a);
        break;

    case XEN_VTIMER_OP_set_counting:
        op->u.counting = mostly(h, ONE_IN(&h->rng, 4) ? 0 : 1);
        if (op->u.counting > 1)
            allow(a, EINVAL);
        break;

    case XEN_VTIMER_OP_tune:
        op->u.tune.sync_wakeup_after = around(h, XEN_VTIMER_WAKEUP_MAX);
        if (op->u.tune.sync_wakeup_after > XEN_VTIMER_WAKEUP_MAX)
            allow(a, EINVAL);
        break;

    default:
        allow(a, EOPNOTSUPP);
        break;
    }

    if (op->version != XEN_VTIMER_INTERFACE_VERSION)
        allow(a, EACCES);
    if (op->pad)
        allow(a, EINVAL);
}

static void wrong(struct hostile *h, const char *what, uint64_t a, uint64_t b)
{
    if (!h->wrong++)
        printf("hostile: call %" PRIu64 ": %s (%#" PRIx64 ", %#" PRIx64 ")\n",
               h->calls, what, a, b);
}

static void count(struct hostile *h, int err)
{
    h->calls++;
    h->errnos[err >= 0 && err < NR_ERRNOS ? err : NR_ERRNOS - 1]++;
}

static bool adds_up(const struct xen_vtimer_stats *s)
{
    unsigned int i;

    for (i = 0; i < XEN_VTIMER_NR_SRC; i++)
        if (s->src[i].due != s->src[i].delivered + s->src[i].collapsed +
                                 s->src[i].dropped + s->src[i].pending)
            return false;

    return s->since <= s->now;
}

static void call(struct hostile *h)
{
    struct xen_domctl domctl = { .cmd = XEN_DOMCTL_vtimer_op };
    struct xen_domctl_vtimer_op op;
    struct xen_vtimer_stats stats;
    struct allowed a = { 0 };
    int err;

    random_op(h, &op, &a);
    domctl.interface_version = mostly(h, XEN_DOMCTL_INTERFACE_VERSION);
    domctl.domain = random_domid(h);

    if (h->stock) {
        a.n = 0;
        allow(&a, ENOSYS);
    }
    if (domctl.interface_version != XEN_DOMCTL_INTERFACE_VERSION)
        allow(&a, EACCES);
    if (domctl.domain && domctl.domain != h->domid)
        allow(&a, ESRCH);
    else if (!domctl.domain && op.op != XEN_VTIMER_OP_features)
        allow(&a, EOPNOTSUPP);

    memcpy(domctl.u.pad, &op, sizeof(op));
    err = domctl_raw(&domctl, NULL);
    count(h, err);
    if (!is_allowed(&a, err)) {
        if (!h->wrong)
            printf("hostile: interface_version=%#x domain=%u version=%u op=%u"
                   " pad=%u u=%#x,%#x,%#" PRIx64 "\n",
                   domctl.interface_version, domctl.domain, op.version, op.op,
                   op.pad, op.u.stats.vcpu, op.u.stats.pad,
                   (uint64_t)(uintptr_t)op.u.stats.buffer.p);
        wrong(h, "a reply that is not allowed: op, errno", op.op,
              (uint64_t)err);
        return;
    }
    if (err)
        return;

    if (op.op == XEN_VTIMER_OP_set_counting) {
        h->counting = op.u.counting;
    } else if (op.op == XEN_VTIMER_OP_stats) {
        memcpy(&stats, op.u.stats.buffer.p, sizeof(stats));
        if (!adds_up(&stats))
            wrong(h, "statistics that do not add up: vCPU", op.u.stats.vcpu, 0);
    }
}

/* The parameters are 64 bits wide. */
static uint64_t random_value(struct hostile *h, uint64_t max)
{
    if (!ONE_IN(&h->rng, 3))
        return rng_below(&h->rng, max + 1);
    if (ONE_IN(&h->rng, 2))
        return (1ull << rng_below(&h->rng, 64)) | rng_below(&h->rng, max + 2);

    return rng_next(&h->rng);
}

static void set_param(struct hostile *h)
{
    bool mode = rng_below(&h->rng, 2);
    uint64_t modes = h->stock ? HVMPTM_one_missed_tick_pending + 1
                              : HVMPTM_no_doubled_ticks_pending + 1;
    uint64_t value = random_value(h, mode ? modes - 1 : 1), now;
    uint32_t index = mode ? HVM_PARAM_TIMER_MODE : HVM_PARAM_HPET_ENABLED;
    int err = xc_hvm_param_set(xch, h->domid, index, value) ? errno : 0;

    h->sets++;
    count(h, err);
    if (mode && value == HVMPTM_paced_missed_ticks && !h->stock && !h->paced) {
        if (err != EOPNOTSUPP)
            wrong(h, "timer_mode that does not fit: value, errno", value,
                  (uint64_t)err);
    } else if (mode && (value < modes) != !err)
        wrong(h, "timer_mode: value, errno", value, (uint64_t)err);
    if (xc_hvm_param_get(xch, h->domid, index, &now))
        wrong(h, "a parameter that cannot be read: errno", (uint64_t)errno, 0);
    else if (mode && !err && now != value)
        wrong(h, "timer_mode: set, got", value, now);
}

static void print_result(const struct hostile *h, uint64_t seed, double seconds)
{
    unsigned int i;

    printf("hostile seed=%" PRIu64 " stock=%d calls=%" PRIu64 " sets=%" PRIu64
           " wrong=%" PRIu64 " ok=%" PRIu64,
           seed, h->stock, h->calls, h->sets, h->wrong, h->errnos[0]);
    for (i = 1; i < NR_ERRNOS; i++)
        if (h->errnos[i])
            printf(" %s=%" PRIu64,
                   strerrorname_np((int)i) ? strerrorname_np((int)i) : "other",
                   h->errnos[i]);
    printf(" s=%.2f\n", seconds);
}

/* Brings the domain to a known state: not counting, and not tuned. */
static void reset(struct hostile *h)
{
    struct xen_domctl_vtimer_op counting = { .op = XEN_VTIMER_OP_set_counting };
    struct xen_domctl_vtimer_op tune = { .op = XEN_VTIMER_OP_tune };
    int err = h->stock ? 0 : vtimer_op(h->domid, &counting);

    if (!err && !h->stock)
        err = vtimer_op(h->domid, &tune);
    if (err)
        fail(err, "cannot reset the virtual timers of domain %u", h->domid);
    h->counting = false;
}

int cmd_hostile(int argc, char **argv)
{
    static const uint32_t params[] = { HVM_PARAM_TIMER_MODE,
                                       HVM_PARAM_HPET_ENABLED };
    struct hostile h = { 0 };
    struct xen_domctl_vtimer_op probe = { .op = XEN_VTIMER_OP_features };
    uint64_t n = 10000, seed = 1, sets = 1, paced = 1, i, start, before[2];
    const struct option_kv options[] = {
        { "n", &n, UINT32_MAX, NULL },
        { "seed", &seed, UINT64_MAX, NULL },
        { "params", &sets, 1, NULL },
        { "paced", &paced, 1, NULL },
    };
    xc_domaininfo_t info;

    if (argc < 2 || !options_read(argc - 2, argv + 2, options,
                                  sizeof(options) / sizeof(options[0])))
        return usage_error();

    h.domid = domid_of(argv[1]);
    h.rng.state = seed;
    h.paced = paced;
    domain_info(h.domid, &info);
    h.nr_vcpus = info.max_vcpu_id + 1;
    h.buffer = xen_buffer(sizeof(struct xen_vtimer_stats) + 64);
    h.read_only = mmap(NULL, XC_PAGE_SIZE, PROT_READ,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (h.read_only == MAP_FAILED)
        fail(errno, "no memory");
    h.stock = vtimer_op(h.domid, &probe) == ENOSYS;
    reset(&h);
    for (i = 0; i < 2; i++)
        if (xc_hvm_param_get(xch, h.domid, params[i], &before[i]))
            fail(errno, "cannot read a parameter of domain %u", h.domid);

    start = now_ns();
    for (i = 0; i < n; i++)
        if (sets && ONE_IN(&h.rng, 16))
            set_param(&h);
        else
            call(&h);
    print_result(&h, seed, (double)(now_ns() - start) / 1e9);

    reset(&h);
    for (i = 0; sets && i < 2; i++)
        if (xc_hvm_param_set(xch, h.domid, params[i], before[i]))
            fail(errno, "cannot restore a parameter of domain %u", h.domid);

    return h.wrong > 0;
}
