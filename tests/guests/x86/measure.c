/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dom0's end of the shared page: consistent snapshots, and what two of them
 * say about the time between.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <xendevicemodel.h>
#include <xenforeignmemory.h>

#define NS_PER_SEC 1000000000ull
#define NS_PER_MS 1000000ull
#define MSI_LAPIC0 0xfee00000u /* destination 0, fixed, edge */
/* In real time, on a busy machine, a guest may wait long for its CPUs. */
#define ACK_TIMEOUT_MS 10000
#define READ_RETRIES 1000
/*
 * Starting labdom takes the CPU from the guest for a while.  The ticks that
 * it missed meanwhile are to come before the measurement, and not in it.
 */
#define CATCH_UP_MS 200

/*
 * A guest that has nearly a CPU to itself and still does little else than
 * serve interrupts delivers ticks as fast as it can, and not as the timer
 * mode would have it.  While others have the CPU there is no telling: the
 * wait for it counts as time in a handler if it comes there.
 */
#define OVERLOAD_CPU 0.75
#define OVERLOAD_IRQ 0.50

const char *const timer_names[NR_TIMERS] = {
    [TIMER_PIT] = "pit",
    [TIMER_RTC] = "rtc",
    [TIMER_LAPIC] = "lapic",
    [TIMER_HPET] = "hpet",
};

static const char *const idle_names[] = {
    [IDLE_HLT] = "hlt", [IDLE_SPIN] = "spin",       [IDLE_SAMPLE] = "sample",
    [IDLE_NAP] = "nap", [IDLE_WITNESS] = "witness", [IDLE_ROUNDS] = "rounds",
};

const char *const clock_names[NR_CLOCKS] = {
    [CLOCK_TSC] = "tsc",
    [CLOCK_HPET] = "hpet",
    [CLOCK_PV] = "pv",
};

uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);

    return (uint64_t)t.tv_sec * NS_PER_SEC + (uint64_t)t.tv_nsec;
}

void sleep_ms(unsigned long ms)
{
    struct timespec t = {
        .tv_sec = (time_t)(ms / 1000),
        .tv_nsec = (long)(ms % 1000 * NS_PER_MS),
    };

    while (nanosleep(&t, &t) && errno == EINTR)
        ;
}

volatile void *page_map_at(uint32_t domid, uint32_t addr)
{
    static xenforeignmemory_handle *fmem;
    xen_pfn_t pfn = addr >> XC_PAGE_SHIFT;
    void *page;

    if (!fmem)
        fmem = xenforeignmemory_open(NULL, 0);

    page = fmem ? xenforeignmemory_map(fmem, domid, PROT_READ | PROT_WRITE, 1,
                                       &pfn, NULL)
                : NULL;
    if (!page)
        fail(errno, "cannot map a page of domain %u", domid);

    return page;
}

volatile struct shared_page *page_map(uint32_t domid)
{
    volatile struct shared_page *page;
    xc_domaininfo_t info;

    domain_info(domid, &info);
    page = page_map_at(domid, GUEST_SHARED_ADDR);
    if (page->magic != SHARED_MAGIC || page->version != SHARED_VERSION)
        fail(0, "domain %u does not run this test guest", domid);

    return page;
}

void page_init(uint32_t domid, const struct shared_control *control)
{
    volatile struct shared_page *page = page_map_at(domid, GUEST_SHARED_ADDR);

    memset((void *)page, 0, XC_PAGE_SIZE);
    memset((void *)page_map_at(domid, GUEST_SMP_ADDR), 0, XC_PAGE_SIZE);
    memset((void *)page_map_at(domid, GUEST_SELF_ADDR), 0, XC_PAGE_SIZE);
    memset((void *)page_map_at(domid, GUEST_KEEP_ADDR), 0, XC_PAGE_SIZE);
    memset((void *)page_map_at(domid, GUEST_WITNESS_ADDR), 0, XC_PAGE_SIZE);
    memcpy((void *)&page->control, control, sizeof(*control));
    page->version = SHARED_VERSION;
    page->magic = SHARED_MAGIC;
}

void page_read(volatile struct shared_page *page, struct guest_stats *stats)
{
    unsigned int i;

    for (i = 0; i < READ_RETRIES; i++) {
        uint32_t generation = page->generation;

        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        memcpy(stats, (const void *)&page->stats[generation & 1],
               sizeof(*stats));
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (page->generation == generation)
            return;
    }

    fail(0, "the guest's counters change too fast to be read");
}

void page_request(uint32_t domid, volatile struct shared_page *page)
{
    xendevicemodel_handle *dmod;
    uint32_t request = page->control.request + 1;
    uint64_t end = now_ns() + ACK_TIMEOUT_MS * NS_PER_MS;
    struct guest_stats stats;
    struct vcpus vcpus;
    xc_domaininfo_t info;

    vcpus_map(&vcpus, domid, page);
    page->control.request = request;

    dmod = xendevicemodel_open(NULL, 0);
    if (!dmod)
        fail(errno, "cannot open libxendevicemodel");
    if (page->state == GUEST_RUNNING &&
        xendevicemodel_inject_msi(dmod, (domid_t)domid, MSI_LAPIC0,
                                  DOORBELL_VECTOR))
        fail(errno, "cannot wake domain %u", domid);
    xendevicemodel_close(dmod);

    /* A paused guest sees the request when it goes on. */
    for (;;) {
        page_read(page, &stats);
        domain_info(domid, &info);
        if ((stats.request == request && vcpus_have_seen(&vcpus, request)) ||
            (info.flags & XEN_DOMINF_paused))
            return;
        fail_if_ended(domid, page);
        if (now_ns() > end)
            fail_unanswered(domid);
        sleep_ms(1);
    }
}

static bool parse_u32(const char *text, uint32_t *value)
{
    unsigned long v;
    char *end;

    errno = 0;
    v = strtoul(text, &end, 0);
    if (errno || end == text || *end || *text == '-' || v > UINT32_MAX)
        return false;
    *value = (uint32_t)v;

    return true;
}

bool control_set(struct shared_control *control, const char *arg)
{
    const char *value = strchr(arg, '=');
    size_t len = value ? (size_t)(value++ - arg) : 0;
    const struct {
        const char *name;
        uint32_t *field;
        uint32_t max;
    } fields[] = {
        { "pit", &control->hz[TIMER_PIT], 20000 },
        { "rtc", &control->hz[TIMER_RTC], 8192 },
        { "lapic", &control->hz[TIMER_LAPIC], 20000 },
        { "aplapic", &control->ap_hz, 20000 },
        { "hpet", &control->hz[TIMER_HPET], 20000 },
        { "hpetclock", &control->hpet_clock, 1 },
        { "io", &control->io_hz, 20000 },
        { "clocks", &control->read_clocks, (1u << NR_CLOCKS) - 1 },
        { "remote", &control->remote, 1u << TIMER_RTC | 1u << TIMER_HPET },
        { "rearm", &control->rearm, UINT32_MAX },
    };
    unsigned int i;
    uint32_t v;

    if (!value)
        return false;

    if (!strncmp(arg, "idle=", 5) || !strncmp(arg, "apidle=", 7)) {
        for (i = 0; i < IDLE_KINDS; i++)
            if (!strcmp(value, idle_names[i])) {
                if (*arg == 'i')
                    control->idle = i;
                control->ap_idle = i;
                return true;
            }
        return false;
    }

    if (!parse_u32(value, &v))
        return false;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (strlen(fields[i].name) == len &&
            !strncmp(arg, fields[i].name, len)) {
            if (v > fields[i].max)
                return false;
            /* Any value of rearm programs the timers once more. */
            *fields[i].field = fields[i].field == &control->rearm
                                   ? control->rearm + 1
                                   : v;
            return true;
        }

    return false;
}

static double tsc_ms(volatile struct shared_page *page, uint64_t tsc)
{
    return page->tsc_khz ? (double)tsc / page->tsc_khz : 0;
}

double clock_s(volatile struct shared_page *page, enum clock_id id,
               double ticks)
{
    switch (id) {
    case CLOCK_TSC:
        return page->tsc_khz ? ticks / page->tsc_khz / 1e3 : 0;

    case CLOCK_HPET:
        return ticks * page->hpet_period_fs / 1e15;

    default:
        return ticks / 1e9;
    }
}

void measure_begin(struct measurement *m, uint32_t domid)
{
    xc_domaininfo_t info;

    m->domid = domid;
    m->page = page_map(domid);
    domain_info(domid, &info);
    if (!(info.flags & XEN_DOMINF_paused))
        sleep_ms(CATCH_UP_MS);
    m->page->control.window++;
    domain_info(domid, &info);
    m->cpu_ns = info.cpu_time;
    page_read(m->page, &m->stats);
    vcpus_map(&m->vcpus, domid, m->page);
    vcpus_read(&m->vcpus);
    m->start_ns = now_ns();
}

static void print_timer(const struct measurement *m, enum timer_id id,
                        const struct guest_stats *now, double dt)
{
    const struct timer_stats *a = &m->stats.timer[id];
    const struct timer_stats *b = &now->timer[id];
    double ideal = b->period_ps ? dt * 1e12 / (double)b->period_ps : 0;
    uint64_t ticks = b->ticks - a->ticks;
    bool window = now->window == m->page->control.window;

    printf("timer=%s hz=%u ticks=%" PRIu64 " ideal=%.1f ratio=%.4f"
           " short=%" PRIu64 " long=%" PRIu64 " maxgap_ms=%.2f filtered=%u"
           " absent=%u\n",
           timer_names[id], m->page->control.hz[id], ticks, ideal,
           ideal > 0 ? (double)ticks / ideal : 0, b->short_gaps - a->short_gaps,
           b->long_gaps - a->long_gaps,
           window ? tsc_ms(m->page, b->max_gap_tsc) : 0,
           b->filtered - a->filtered, b->absent);
}

static void print_clocks(const struct measurement *m,
                         const struct guest_stats *now, double dt, double cpu)
{
    double irq = clock_s(m->page, CLOCK_TSC,
                         (double)(now->irq_tsc - m->stats.irq_tsc)) /
                 dt;
    bool window = now->window == m->page->control.window;
    bool overload = cpu > OVERLOAD_CPU &&
                    (m->page->control.idle == IDLE_HLT || irq > OVERLOAD_IRQ);
    unsigned int i;

    printf("clocks dt_s=%.4f", dt);

    for (i = 0; i < NR_CLOCKS; i++)
        printf(" %s_s=%.4f", clock_names[i],
               clock_s(m->page, i,
                       (double)(int64_t)(now->clock[i].now -
                                         m->stats.clock[i].now)));
    for (i = 0; i < NR_CLOCKS; i++)
        printf(" %s_back=%" PRIu64, clock_names[i],
               now->clock[i].back - m->stats.clock[i].back);
    for (i = 0; i < NR_CLOCKS; i++)
        printf(" %s_back_max_ns=%.0f", clock_names[i],
               window
                   ? clock_s(m->page, i, (double)now->clock[i].max_back) * 1e9
                   : 0);

    printf(" hpet_absent=%u loops=%" PRIu64 " cpu=%.3f irq=%.3f"
           " overload=%u\n",
           now->clock[CLOCK_HPET].absent - m->stats.clock[CLOCK_HPET].absent,
           now->loops - m->stats.loops, cpu, irq, overload);
}

static void print_fault(volatile struct shared_page *page)
{
    if (page->state == GUEST_CRASHED)
        printf("fault vector=%u error_code=%#x eip=%#x cr2=%#x\n",
               page->fault.vector, page->fault.error_code, page->fault.eip,
               page->fault.cr2);
}

void measure_end(struct measurement *m)
{
    double dt = (double)(now_ns() - m->start_ns) / 1e9;
    struct vcpus vcpus = m->vcpus;
    struct guest_stats now;
    xc_domaininfo_t info;
    unsigned int i;

    fail_if_ended(m->domid, m->page);
    page_read(m->page, &now);
    vcpus_read(&vcpus);
    domain_info(m->domid, &info);

    for (i = 0; i < NR_TIMERS; i++)
        if (m->page->control.hz[i] ||
            now.timer[i].ticks != m->stats.timer[i].ticks)
            print_timer(m, i, &now, dt);
    print_clocks(m, &now, dt, (double)(info.cpu_time - m->cpu_ns) / 1e9 / dt);
    vcpus_print(&vcpus, &m->vcpus, m->page, dt);
}

void print_ticks(uint32_t domid)
{
    volatile struct shared_page *page = page_map(domid);
    struct guest_stats now;
    struct vcpus vcpus;
    unsigned int i;

    page_read(page, &now);
    vcpus_map(&vcpus, domid, page);
    vcpus_read(&vcpus);

    for (i = 0; i < NR_TIMERS; i++) {
        const struct timer_stats *t = &now.timer[i];

        printf("timer=%s hz=%u ticks=%" PRIu64 " period_us=%.3f"
               " short=%" PRIu64 " long=%" PRIu64 " maxgap_ms=%.2f"
               " filtered=%u absent=%u\n",
               timer_names[i], page->control.hz[i], t->ticks,
               (double)t->period_ps / 1e6, t->short_gaps, t->long_gaps,
               tsc_ms(page, t->max_gap_tsc), t->filtered, t->absent);
    }

    printf("clocks tsc_khz=%u hpet_period_fs=%u", page->tsc_khz,
           page->hpet_period_fs);
    for (i = 0; i < NR_CLOCKS; i++)
        printf(" %s=%" PRIu64 " %s_back=%" PRIu64 " %s_back_max_ns=%.0f",
               clock_names[i], now.clock[i].now, clock_names[i],
               now.clock[i].back, clock_names[i],
               clock_s(page, i, (double)now.clock[i].max_back) * 1e9);
    printf(" loops=%" PRIu64 " spurious=%" PRIu64 "\n", now.loops,
           now.spurious);
    vcpus_print(&vcpus, NULL, page, 0);
    print_fault(page);
}
