/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vCPUs other than 0: their counters, and clocks compared at a meeting. */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

#define READ_RETRIES 1000
#define START_TIMEOUT_MS 2000
#define NS_PER_MS 1000000ull

void vcpus_map(struct vcpus *vcpus, uint32_t domid,
               volatile struct shared_page *page)
{
    memset(vcpus, 0, sizeof(*vcpus));
    vcpus->n = page->control.vcpus;
    if (vcpus->n > MAX_VCPUS)
        fail(0, "domain %u has a shared page of nonsense", domid);
    vcpus->page = page_map_at(domid, GUEST_SMP_ADDR);
}

static void read_slot(volatile struct vcpu_slot *slot, struct vcpu_stats *stats)
{
    unsigned int i;

    for (i = 0; i < READ_RETRIES; i++) {
        uint32_t generation = slot->generation;

        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        memcpy(stats, (const void *)&slot->stats[generation & 1],
               sizeof(*stats));
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (slot->generation == generation)
            return;
    }

    fail(0, "the counters of a vCPU change too fast to be read");
}

void vcpus_read(struct vcpus *vcpus)
{
    unsigned int i;

    for (i = 1; i < vcpus->n; i++)
        read_slot(&vcpus->page->vcpu[i], &vcpus->stats[i]);
}

bool vcpus_have_seen(struct vcpus *vcpus, uint32_t request)
{
    unsigned int i;

    vcpus_read(vcpus);
    for (i = 1; i < vcpus->n; i++)
        if (vcpus->page->vcpu[i].started && vcpus->stats[i].request != request)
            return false;

    return true;
}

void vcpus_print(const struct vcpus *vcpus, const struct vcpus *since,
                 volatile struct shared_page *page, double dt)
{
    static const struct vcpu_stats none;
    unsigned int i, c;

    for (i = 1; i < vcpus->n; i++) {
        const struct vcpu_stats *now = &vcpus->stats[i];
        const struct vcpu_stats *was = since ? &since->stats[i] : &none;
        uint64_t ticks = now->lapic.ticks - was->lapic.ticks;

        printf("vcpu%u lapic=%" PRIu64, i, ticks);
        if (since) {
            double ideal = now->lapic.period_ps
                               ? dt * 1e12 / (double)now->lapic.period_ps
                               : 0;

            printf(" ideal=%.1f ratio=%.4f", ideal,
                   ideal > 0 ? (double)ticks / ideal : 0);
        } else {
            printf(" period_us=%.3f started=%u",
                   (double)now->lapic.period_ps / 1e6,
                   vcpus->page->vcpu[i].started);
        }
        printf(" short=%" PRIu64 " long=%" PRIu64 " filtered=%u",
               now->lapic.short_gaps - was->lapic.short_gaps,
               now->lapic.long_gaps - was->lapic.long_gaps,
               now->lapic.filtered - was->lapic.filtered);
        for (c = 0; c < NR_CLOCKS; c++)
            printf(" %s=%" PRIu64 " %s_back=%" PRIu64 " %s_back_max_ns=%.0f",
                   clock_names[c], now->clock[c].now, clock_names[c],
                   now->clock[c].back - was->clock[c].back, clock_names[c],
                   clock_s(page, c, (double)now->clock[c].max_back) * 1e9);
        printf(" loops=%" PRIu64 "\n", now->loops - was->loops);
    }
    if (page->control.remote)
        printf("remote rtc=%u hpet=%u\n", vcpus->page->remote[TIMER_RTC],
               vcpus->page->remote[TIMER_HPET]);
}

void vcpus_wait_started(const struct vcpus *vcpus, uint32_t domid,
                        volatile struct shared_page *page)
{
    uint64_t end = now_ns() + START_TIMEOUT_MS * NS_PER_MS;
    unsigned int i;

    while (page->state == GUEST_NOT_STARTED) {
        fail_if_ended(domid, page);
        if (now_ns() > end)
            fail(0, "the guest does not start");
        sleep_ms(1);
    }
    for (i = 1; i < vcpus->n; i++)
        while (!vcpus->page->vcpu[i].started) {
            fail_if_ended(domid, page);
            if (now_ns() > end)
                fail(0, "vCPU %u does not start", i);
            sleep_ms(1);
        }
}

int cmd_clocks(int argc, char **argv)
{
    volatile struct shared_page *page;
    volatile struct meeting *first, *m;
    double ns, ahead, low = 0, high = 0;
    struct vcpus vcpus;
    unsigned int i, all = 1;
    uint32_t domid;

    if (argc != 2)
        return usage_error();

    domid = unpaused_domid_of(argv[1]);

    page = page_map(domid);
    vcpus_map(&vcpus, domid, page);
    vcpus_wait_started(&vcpus, domid, page);
    page->control.meet++;
    page_request(domid, page);

    /*
     * The pvclock is Xen's time on every vCPU: a TSC that has moved more than
     * the pvclock between two readings is ahead by so much.
     */
    first = &vcpus.page->meeting[0];
    for (i = 0; i < vcpus.n; i++) {
        m = &vcpus.page->meeting[i];
        ns = clock_s(page, CLOCK_TSC, (double)(int64_t)(m->tsc - first->tsc)) *
             1e9;
        ahead = ns - (double)(int64_t)(m->pv_ns - first->pv_ns);
        if (ahead < low)
            low = ahead;
        if (ahead > high)
            high = ahead;
        all &= m->all;
        printf("vcpu%u tsc=%" PRIu64 " pv_ns=%" PRIu64 " tsc_ns=%.0f"
               " ahead_ns=%" PRId64 "\n",
               i, m->tsc, m->pv_ns,
               clock_s(page, CLOCK_TSC, (double)m->tsc) * 1e9, (int64_t)ahead);
    }
    printf("clocks vcpus=%u met=%u spread_ns=%.0f\n", vcpus.n, all, high - low);

    return !all;
}
