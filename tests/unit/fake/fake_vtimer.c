/* SPDX-License-Identifier: GPL-2.0-or-later */
/* XEN_DOMCTL_vtimer_op of the fake Xen: see fake_xen.h and vtimer.h. */

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "fake_xen.h"

#define SECOND 1000000000u
#define ALL_FEATURES \
    (XEN_VTIMER_FEAT_safe_switch | XEN_VTIMER_FEAT_quiet_vhpet | \
     XEN_VTIMER_FEAT_tick_stats | XEN_VTIMER_FEAT_resync | \
     XEN_VTIMER_FEAT_sync_wakeup | XEN_VTIMER_FEAT_paced_mode | \
     XEN_VTIMER_FEAT_one_time | XEN_VTIMER_FEAT_undoubled_mode)

struct fake_vtimer *fake_vtimer(uint32_t id)
{
    return &fake->vtimer[id % FAKE_VTIMERS];
}

void fake_patch(void)
{
    fake->patched = true;
    fake->features = ALL_FEATURES;
}

void fake_vtimer_reset(uint32_t id)
{
    struct fake_vtimer *t = fake_vtimer(id);
    int v;

    memset(t, 0, sizeof(*t));
    for (v = 0; v < FAKE_VCPUS; v++) {
        t->vcpu[v].now = 5 * (uint64_t)SECOND;
        t->vcpu[v].src[XEN_VTIMER_SRC_lapic].period = 10000000;
    }
}

/* ---- operations: 0 or an errno ---- */

static unsigned int vcpus_of(const struct fake_domain *d)
{
    return d->vcpus < FAKE_VCPUS ? d->vcpus : FAKE_VCPUS;
}

/* Follows Xen's pt_mode_fits(). */
bool fake_mode_fits(const struct fake_domain *d, uint64_t mode)
{
    return mode != HVMPTM_paced_missed_ticks || !fake_vtimer(d->id)->native ||
           d->vcpus == 1;
}

static int status(struct fake_domain *d, struct xen_domctl_vtimer_op *op)
{
    const struct fake_vtimer *t = fake_vtimer(d->id);
    struct xen_vtimer_status *s = &op->u.status;
    unsigned int mode;

    memset(s, 0, sizeof(*s));
    s->flags = (t->counting ? XEN_VTIMER_counting : 0) |
               (t->native ? XEN_VTIMER_native_tsc : 0);
    s->sync_wakeup_after = d->param[XENTIME_SYNC_WAKEUP];
    s->nr_vcpus = vcpus_of(d);
    s->timekeeper = t->timekeeper;
    s->lag = t->lag;
    for (mode = 0; mode < XENTIME_TIMER_MODES; mode++)
        if (fake_mode_fits(d, mode))
            s->modes |= 1u << mode;
    return 0;
}

static void let_a_second_pass(struct xen_vtimer_stats *s)
{
    uint64_t ticks;
    int i;

    s->now += SECOND;
    for (i = 0; i < XEN_VTIMER_NR_SRC; i++) {
        struct xen_vtimer_counts *c = &s->src[i];

        ticks = c->period ? SECOND / c->period : 0;
        c->due += ticks;
        c->delivered += ticks;
        c->lateness[3] += ticks;
    }
}

static int stats(struct fake_domain *d, struct xen_domctl_vtimer_op *op)
{
    struct fake_vtimer *t = fake_vtimer(d->id);
    unsigned int v = op->u.stats.vcpu;

    if (op->u.stats.pad)
        return EINVAL;
    if (v >= vcpus_of(d) || (t->absent & (1u << v)))
        return ENOENT;
    if (!t->counting)
        return ENODATA;
    t->vcpu[v].lag = t->lag;
    *op->u.stats.buffer.p = t->vcpu[v];
    let_a_second_pass(&t->vcpu[v]);
    return 0;
}

static int set_counting(struct fake_domain *d, struct xen_domctl_vtimer_op *op)
{
    struct fake_vtimer *t = fake_vtimer(d->id);
    uint64_t period;
    int v, i;

    if (op->u.counting > 1)
        return EINVAL;
    t->counting = op->u.counting;
    t->countings++;
    for (v = 0; v < FAKE_VCPUS; v++) {
        t->vcpu[v].since = t->vcpu[v].now;
        t->vcpu[v].descheduled = t->vcpu[v].switches = 0;
        for (i = 0; i < XEN_VTIMER_NR_SRC; i++) {
            period = t->vcpu[v].src[i].period;
            memset(&t->vcpu[v].src[i], 0, sizeof(t->vcpu[v].src[i]));
            t->vcpu[v].src[i].period = period;
        }
    }
    return 0;
}

static int tune(struct fake_domain *d, struct xen_domctl_vtimer_op *op)
{
    uint64_t *value = &d->param[XENTIME_SYNC_WAKEUP];

    if (op->u.tune.sync_wakeup_after > XEN_VTIMER_WAKEUP_MAX)
        return EINVAL;
    d->sets++;
    if (!d->stuck && *value != op->u.tune.sync_wakeup_after) {
        *value = op->u.tune.sync_wakeup_after;
        d->changes++;
    }
    return 0;
}

static int resync(struct fake_domain *d, struct xen_domctl_vtimer_op *op)
{
    struct fake_vtimer *t = fake_vtimer(d->id);

    op->u.resync.lag = t->lag;
    t->resyncs++;
    t->lag = 0;
    return 0;
}

static const struct {
    uint32_t features; /* one of these is needed; 0: none */
    int (*run)(struct fake_domain *d, struct xen_domctl_vtimer_op *op);
} ops[] = {
    [XEN_VTIMER_OP_status] = { 0, status },
    [XEN_VTIMER_OP_stats] = { XEN_VTIMER_FEAT_tick_stats, stats },
    [XEN_VTIMER_OP_set_counting] = { XEN_VTIMER_FEAT_tick_stats, set_counting },
    [XEN_VTIMER_OP_tune] = { XEN_VTIMER_FEAT_sync_wakeup, tune },
    [XEN_VTIMER_OP_resync] = { XEN_VTIMER_FEAT_resync, resync },
};

int fake_vtimer_op(struct fake_domain *d, struct xen_domctl_vtimer_op *op)
{
    if (op->version != fake->vtimer_version)
        return EACCES;
    if (op->pad)
        return EINVAL;
    if (op->op == XEN_VTIMER_OP_features) {
        op->features = fake->features;
        return 0;
    }
    if (!d)
        return ESRCH;
    if (op->op >= sizeof(ops) / sizeof(ops[0]) ||
        (ops[op->op].features && !(fake->features & ops[op->op].features)) ||
        d->type == XENTIME_PV)
        return EOPNOTSUPP;
    return ops[op->op].run(d, op);
}

/* ---- events ---- */

void fake_vtimer_event(uint32_t id, const struct xen_domctl_vtimer_op *op)
{
    struct xen_domctl_vtimer_op count = { .op = XEN_VTIMER_OP_set_counting };
    struct fake_vtimer *t = fake_vtimer(id);

    if (op->op != XEN_VTIMER_OP_stats || !t->reads || --t->reads)
        return;
    switch (t->event) {
    case FAKE_ENDS:
        fake_destroy(id);
        break;
    case FAKE_REPLACED:
        fake_replace(id);
        break;
    case FAKE_RECOUNTED:
    case FAKE_UNCOUNTED:
        count.u.counting = t->event == FAKE_RECOUNTED;
        set_counting(fake_domain(id), &count);
        break;
    case FAKE_UNPLUGGED:
        t->absent |= 1u << 1;
        break;
    case FAKE_SIGNAL:
        raise(SIGINT);
        break;
    case FAKE_NOTHING:
        break;
    }
}
