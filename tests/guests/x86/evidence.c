/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This file starts the witness of struct witness_page, waits for it, and tells
 * what the vCPUs have seen of one another's time; it has the guest do what may
 * disturb that, too.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

/* After this time without a handover there will be none. */
#define STALL_MS 5000
#define POLL_MS 20
#define NS_PER_MS 1000000ull

static const char *const witness_names[NR_WITNESSES] = {
    [WITNESS_TSC] = "tsc",           [WITNESS_PV] = "pv",
    [WITNESS_HPET] = "hpet",         [WITNESS_PMTIMER] = "pmtimer",
    [WITNESS_REFCOUNT] = "refcount", [WITNESS_REFTSC] = "reftsc",
};

/* The sums over all vCPUs, for one clock. */
struct evidence {
    uint64_t turns, handovers, back, absent;
    uint32_t max_back;
    unsigned int max_vcpu, max_from;
};

static struct evidence sum_up(volatile struct witness_page *w,
                              unsigned int vcpus, enum witness_clock id)
{
    struct evidence e = { 0 };
    unsigned int i;

    for (i = 0; i < vcpus; i++) {
        volatile struct witness_count *c = &w->count[i][id];

        e.turns += c->turns;
        e.handovers += c->handovers;
        e.back += c->back;
        e.absent += c->absent;
        if (c->max_back > e.max_back) {
            e.max_back = c->max_back;
            e.max_vcpu = i;
            e.max_from = c->max_from;
        }
    }

    return e;
}

static double to_ns(volatile struct shared_page *page, enum witness_clock id,
                    double units)
{
    switch (id) {
    case WITNESS_TSC:
        return clock_s(page, CLOCK_TSC, units) * 1e9;

    case WITNESS_HPET:
        return clock_s(page, CLOCK_HPET, units) * 1e9;

    case WITNESS_PMTIMER:
        return units * 1e9 / WITNESS_PMTIMER_HZ;

    case WITNESS_PV:
        return units;

    default:
        return units * 100;
    }
}

/* Returns the handovers of the clock that had the fewest. */
static uint64_t least(volatile struct witness_page *w, unsigned int vcpus)
{
    uint64_t n = UINT64_MAX;
    unsigned int i;

    for (i = 0; i < NR_WITNESSES; i++) {
        struct evidence e = sum_up(w, vcpus, i);

        if (!(w->clocks & (1u << i)) || (e.absent && !e.turns))
            continue;
        if (e.handovers < n)
            n = e.handovers;
    }

    return n == UINT64_MAX ? 0 : n;
}

static uint32_t mask_of(int argc, char **argv)
{
    uint32_t mask = 0;
    unsigned int i;
    int k;

    for (k = 0; k < argc; k++) {
        for (i = 0; i < NR_WITNESSES; i++)
            if (!strcmp(argv[k], witness_names[i]))
                break;
        if (i == NR_WITNESSES)
            return 0;
        mask |= 1u << i;
    }

    return mask ? mask : (1u << NR_WITNESSES) - 1;
}

static void set_idle(uint32_t domid, volatile struct shared_page *page,
                     uint32_t idle)
{
    page->control.idle = idle;
    page->control.ap_idle = idle;
    page_request(domid, page);
}

/* No vCPU may be in a turn while the page is cleared. */
static void start(uint32_t domid, volatile struct shared_page *page,
                  volatile struct witness_page *w, uint32_t mask)
{
    set_idle(domid, page, IDLE_SPIN);
    memset((void *)w->latest, 0, sizeof(w->latest));
    memset((void *)w->count, 0, sizeof(w->count));
    w->clocks = mask;
    set_idle(domid, page, IDLE_WITNESS);
}

static void wait_for(uint32_t domid, volatile struct shared_page *page,
                     volatile struct witness_page *w, uint64_t n)
{
    uint64_t seen = 0, since = now_ns();

    for (;;) {
        uint64_t now = least(w, page->control.vcpus);

        if (now >= n)
            return;
        fail_if_ended(domid, page);
        if (now > seen) {
            seen = now;
            since = now_ns();
        }
        if (now_ns() - since > STALL_MS * NS_PER_MS)
            fail(0, "no handover in %u ms, after %" PRIu64 " of %" PRIu64,
                 STALL_MS, now, n);
        sleep_ms(POLL_MS);
    }
}

/* Prints a line for each clock; true if one has stepped back. */
static bool tell(volatile struct shared_page *page,
                 volatile struct witness_page *w)
{
    bool back = false;
    unsigned int i;

    for (i = 0; i < NR_WITNESSES; i++) {
        struct evidence e = sum_up(w, page->control.vcpus, i);

        if (!(w->clocks & (1u << i)))
            continue;
        printf("witness clock=%s", witness_names[i]);
        if (e.absent && !e.turns) {
            printf(" absent\n");
            continue;
        }
        printf(" handovers=%" PRIu64 " back=%" PRIu64 " max_back_ns=%.0f",
               e.handovers, e.back, to_ns(page, i, e.max_back));
        if (e.back)
            printf(" max_on=vcpu%u max_from=vcpu%u", e.max_vcpu, e.max_from);
        printf(" absent=%" PRIu64 "\n", e.absent);
        back |= e.back;
    }

    return back;
}

int cmd_witness(int argc, char **argv)
{
    volatile struct witness_page *w;
    volatile struct shared_page *page;
    uint32_t domid, mask;
    struct vcpus vcpus;

    if (argc < 2)
        return usage_error();

    domid = domid_of(argv[1]);
    page = page_map(domid);
    w = page_map_at(domid, GUEST_WITNESS_ADDR);

    if (argc > 2 && !strcmp(argv[2], "start")) {
        mask = mask_of(argc - 3, argv + 3);
        if (!mask)
            return usage_error();
        vcpus_map(&vcpus, domid, page);
        vcpus_wait_started(&vcpus, domid, page);
        start(domid, page, w, mask);
        return 0;
    }
    if (argc > 3)
        return usage_error();

    if (argc == 3)
        wait_for(domid, page, w, number(argv[2], UINT32_MAX));

    return tell(page, w);
}

static uint32_t vcpu_of(volatile struct shared_page *page, const char *text)
{
    uint32_t vcpu = (uint32_t)number(text, MAX_VCPUS - 1);

    if (vcpu >= page->control.vcpus)
        fail(0, "the guest has no vCPU %u", vcpu);

    return vcpu;
}

int cmd_restart(int argc, char **argv)
{
    volatile struct witness_page *w;
    volatile struct shared_page *page;
    struct vcpus vcpus;
    uint32_t domid;

    if (argc != 3)
        return usage_error();

    domid = unpaused_domid_of(argv[1]);
    page = page_map(domid);
    w = page_map_at(domid, GUEST_WITNESS_ADDR);
    w->restart_vcpu = vcpu_of(page, argv[2]);
    if (!w->restart_vcpu)
        fail(0, "vCPU 0 is the one that restarts others");

    page->control.restart++;
    page_request(domid, page);
    vcpus_map(&vcpus, domid, page);
    vcpus_wait_started(&vcpus, domid, page);

    return 0;
}

int cmd_writetsc(int argc, char **argv)
{
    volatile struct witness_page *w;
    volatile struct shared_page *page;
    uint32_t domid;
    bool less;

    if (argc != 4)
        return usage_error();

    domid = unpaused_domid_of(argv[1]);
    page = page_map(domid);
    w = page_map_at(domid, GUEST_WITNESS_ADDR);
    w->write_vcpu = vcpu_of(page, argv[2]);
    less = *argv[3] == '-';
    w->write_add = (int64_t)number(argv[3] + less, INT64_MAX);
    if (less)
        w->write_add = -w->write_add;

    page->control.write_tsc++;
    page_request(domid, page);
    printf("moved=%" PRId64 "\n", (int64_t)w->tsc_moved[w->write_vcpu]);

    return 0;
}

int cmd_down(int argc, char **argv)
{
    volatile struct witness_page *w;
    volatile struct shared_page *page;
    uint32_t domid;

    if (argc != 2)
        return usage_error();

    domid = unpaused_domid_of(argv[1]);
    page = page_map(domid);
    w = page_map_at(domid, GUEST_WITNESS_ADDR);
    if (page->control.vcpus < 2)
        fail(0, "the guest has one vCPU only");

    w->down_tsc = 0;
    page->control.down++;
    page_request(domid, page);
    printf("down_us=%.0f\n",
           clock_s(page, CLOCK_TSC, (double)w->down_tsc) * 1e6);

    return 0;
}
