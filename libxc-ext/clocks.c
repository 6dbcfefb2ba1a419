/* SPDX-License-Identifier: LGPL-2.1-only */
/* Reads a domain's virtual clocks, without its help. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "error.h"
#include "hypercall.h"

#include <xen/hvm/save.h>

#define NS_PER_SEC INT64_C(1000000000)

/* IA-PC HPET 1.0a, 2.3.5, and the period in fs in the upper half of 2.3.4. */
#define HPET_ENABLE_CNF (1u << 0)
#define HPET_PERIOD_SHIFT 32

/* The records of a context that are looked at. */
struct context {
    const HVM_SAVE_TYPE(HEADER) * header;
    const HVM_SAVE_TYPE(CPU) * cpu; /* of vCPU 0; offsets are the same in
                                       the older, shorter form */
    const HVM_SAVE_TYPE(HPET) * hpet;
    const HVM_SAVE_TYPE(RTC) * rtc;
};

static const char *const clock_names[XENTIME_CLOCKS] = {
    [XENTIME_CLOCK_TSC] = "tsc",
    [XENTIME_CLOCK_HPET] = "hpet",
};

const char *xentime_clock_name(enum xentime_clock clock)
{
    if ((unsigned int)clock >= XENTIME_CLOCKS)
        return NULL;
    return clock_names[clock];
}

static int64_t raw_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
    return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

static void take_record(struct context *c, const struct hvm_save_descriptor *d)
{
    const void *data = d + 1;

    if (d->instance)
        return;
    if (d->typecode == HVM_SAVE_CODE(HEADER) && d->length >= sizeof(*c->header))
        c->header = data;
    else if (d->typecode == HVM_SAVE_CODE(CPU) &&
             d->length >= offsetof(HVM_SAVE_TYPE(CPU), tsc) + 8)
        c->cpu = data;
    else if (d->typecode == HVM_SAVE_CODE(HPET) &&
             d->length >= sizeof(*c->hpet))
        c->hpet = data;
    else if (d->typecode == HVM_SAVE_CODE(RTC) && d->length >= sizeof(*c->rtc))
        c->rtc = data;
}

static void parse(const uint8_t *buffer, size_t size, struct context *c)
{
    const struct hvm_save_descriptor *d;
    size_t at = 0;

    memset(c, 0, sizeof(*c));
    while (size - at >= sizeof(*d)) {
        d = (const void *)(buffer + at);
        at += sizeof(*d);
        if (d->typecode == HVM_SAVE_CODE(END) || d->length > size - at)
            return;
        take_record(c, d);
        at += d->length;
    }
}

/* Returns the nanoseconds in @ticks, each of @unit / @per nanoseconds. */
static int64_t scale(uint64_t ticks, uint64_t unit, uint64_t per)
{
    return (int64_t)((unsigned __int128)ticks * unit / per);
}

static void fill(const struct context *c, struct xentime_clocks *clocks)
{
    if (c->header)
        clocks->tsc_khz = c->header->gtsc_khz;
    if (c->header && c->header->gtsc_khz && c->cpu) {
        clocks->present |= 1u << XENTIME_CLOCK_TSC;
        clocks->ns[XENTIME_CLOCK_TSC] = scale(c->cpu->tsc, 1000000,
                                              c->header->gtsc_khz);
    }
    if (c->hpet && (c->hpet->config & HPET_ENABLE_CNF)) {
        clocks->present |= 1u << XENTIME_CLOCK_HPET;
        clocks->ns[XENTIME_CLOCK_HPET] =
            scale(c->hpet->mc64, c->hpet->capability >> HPET_PERIOD_SHIFT,
                  1000000);
    }
    if (c->rtc) {
        clocks->has_rtc = true;
        clocks->rtc_offset_s = c->rtc->rtc_offset;
    }
}

static enum xentime_error fail_read(xentime *xt,
                                    const struct xentime_domain *dom)
{
    return xt_fail_xen(xt, errno, dom, "cannot read its clocks");
}

enum xentime_error xentime_read_clocks(xentime *xt,
                                       const struct xentime_domain *dom,
                                       struct xentime_clocks *clocks)
{
    int size, got;
    struct context context;
    int64_t before, after;
    uint8_t *buffer;

    memset(clocks, 0, sizeof(*clocks));
    if (dom->type == XENTIME_PV) {
        xt_fail(xt, XENTIME_ERR_UNSUPPORTED, 0, dom,
                "a PV domain has no virtual clocks");
        xt_hint_pv(xt);
        return XENTIME_ERR_UNSUPPORTED;
    }
    size = xc_domain_hvm_getcontext(xt->xch, dom->domid, NULL, 0);
    if (size < 0)
        return fail_read(xt, dom);
    buffer = calloc(1, size + 1);
    if (!buffer)
        return xt_fail(xt, XENTIME_ERR_FAIL, ENOMEM, dom, "out of memory");
    before = raw_ns();
    got = xc_domain_hvm_getcontext(xt->xch, dom->domid, buffer, size);
    after = raw_ns();
    if (got >= 0) {
        parse(buffer, got && got <= size ? got : size, &context);
        fill(&context, clocks);
        clocks->at_ns = before + (after - before) / 2;
        clocks->error_ns = (after - before + 1) / 2;
    }
    free(buffer);
    return got < 0 ? fail_read(xt, dom) : XENTIME_OK;
}
