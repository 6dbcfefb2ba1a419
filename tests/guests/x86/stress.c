/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Switches timer_mode at random moments, by the bare HVM parameter, until a
 * clock of the guest goes backwards.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xen/hvm/params.h>

#include "commands.h"
#include "options.h"

#define NR_MODES 6
#define HISTORY 16
#define IDLE_CHANGE 16 /* switches, on average, from one idle to the next */
#define SETTLE_MS 50
#define WINDOW_TIMEOUT_MS 2000
#define NS_PER_MS 1000000ull

enum { PAUSE_NEVER, PAUSE_ALWAYS, PAUSE_MIX };
enum { STATES_KEEP, STATES_RUNNING, STATES_BLOCKED, STATES_MIX };

static const char *const pause_names[] = { "0", "1", "mix", NULL };
static const char *const states_names[] = { "keep", "running", "blocked", "mix",
                                            NULL };

/* A switch, and the domain's state at it. */
struct step {
    uint8_t from, to;
    bool paused, blocked;
};

struct stress {
    uint32_t domid;
    struct rng rng;
    uint64_t n, pause, states, sleep_us, modes;
    volatile struct shared_page *page;
    struct guest_stats base, now;
    struct vcpus vcpus_base, vcpus;
    uint32_t idle, ap_idle; /* as they were */
    unsigned int mode;
    uint64_t done, paused, blocked, pairs[NR_MODES][NR_MODES];
    struct step history[HISTORY];
};

/* Lets a random time pass, or no time at all. */
static void nap(struct stress *s)
{
    struct timespec t = { 0 };

    if (!s->sleep_us || !rng_below(&s->rng, 4))
        return;

    t.tv_nsec = (long)rng_below(&s->rng, s->sleep_us * 1000);
    nanosleep(&t, NULL);
}

static void set_idle(struct stress *s, uint32_t idle, uint32_t ap_idle)
{
    s->page->control.idle = idle;
    s->page->control.ap_idle = ap_idle;
    page_request(s->domid, s->page);
}

static unsigned int next_mode(struct stress *s)
{
    unsigned int mode;

    do
        mode = (unsigned int)rng_below(&s->rng, NR_MODES);
    while (mode == s->mode || !(s->modes & (1u << mode)));

    return mode;
}

static void one_switch(struct stress *s)
{
    bool pause = s->pause == PAUSE_ALWAYS ||
                 (s->pause == PAUSE_MIX && rng_below(&s->rng, 2));
    unsigned int mode = next_mode(s);
    struct step *step = &s->history[s->done % HISTORY];
    xc_domaininfo_t info;

    if (s->states == STATES_MIX && !rng_below(&s->rng, IDLE_CHANGE)) {
        uint32_t idle = rng_below(&s->rng, 2) ? IDLE_HLT : IDLE_SAMPLE;

        set_idle(s, idle, idle);
    }

    if (pause) {
        if (xc_domain_pause(xch, s->domid))
            fail(errno, "cannot pause domain %u", s->domid);
        nap(s);
    }

    domain_info(s->domid, &info);
    if (xc_hvm_param_set(xch, s->domid, HVM_PARAM_TIMER_MODE, mode))
        fail(errno, "cannot set the timer mode of domain %u", s->domid);
    *step = (struct step){ .from = (uint8_t)s->mode,
                           .to = (uint8_t)mode,
                           .paused = pause,
                           .blocked = info.flags & XEN_DOMINF_blocked };
    s->pairs[s->mode][mode]++;
    s->paused += step->paused;
    s->blocked += step->blocked;
    s->mode = mode;
    s->done++;

    if (pause) {
        nap(s);
        if (xc_domain_unpause(xch, s->domid))
            fail(errno, "cannot unpause domain %u", s->domid);
    }
    nap(s);
}

static const struct clock_stats *clock_of(const struct guest_stats *stats,
                                          const struct vcpus *vcpus,
                                          unsigned int vcpu, unsigned int clock)
{
    return vcpu ? &vcpus->stats[vcpu].clock[clock] : &stats->clock[clock];
}

/* Has any clock gone backwards since the base? */
static bool backwards(struct stress *s, bool tell)
{
    unsigned int v, c;
    bool any = false;

    page_read(s->page, &s->now);
    vcpus_read(&s->vcpus);
    fail_if_ended(s->domid, s->page);

    for (v = 0; v < s->vcpus.n; v++)
        for (c = 0; c < NR_CLOCKS; c++) {
            const struct clock_stats *now = clock_of(&s->now, &s->vcpus, v, c);

            if (now->back == clock_of(&s->base, &s->vcpus_base, v, c)->back)
                continue;
            any = true;
            if (tell)
                printf("backwards switch=%" PRIu64
                       " vcpu=%u clock=%s step_ns=%.0f\n",
                       s->done, v, clock_names[c],
                       clock_s(s->page, c, (double)now->max_back) * 1e9);
        }

    return any;
}

/* Prints the latest switches, the last one last: p paused, b blocked. */
static void print_history(const struct stress *s)
{
    uint64_t i = s->done > HISTORY ? s->done - HISTORY : 0;

    printf("history");
    for (; i < s->done; i++) {
        const struct step *step = &s->history[i % HISTORY];

        printf(" %u>%u%s%s", step->from, step->to, step->paused ? "p" : "",
               step->blocked ? "b" : "");
    }
    printf("\n");
}

static void print_result(const struct stress *s, uint64_t seed, bool back,
                         double seconds)
{
    unsigned int i, j, v, c;

    printf("stress seed=%" PRIu64 " switches=%" PRIu64 " paused=%" PRIu64
           " blocked=%" PRIu64,
           seed, s->done, s->paused, s->blocked);
    for (i = 0; i < NR_MODES; i++)
        for (j = 0; j < NR_MODES; j++)
            if (i != j)
                printf(" p%u%u=%" PRIu64, i, j, s->pairs[i][j]);
    printf(" backwards=%d", back);
    for (v = 0; v < s->vcpus.n; v++)
        for (c = 0; c < NR_CLOCKS; c++)
            printf(
                " vcpu%u_%s_ns=%.0f", v, clock_names[c],
                clock_s(s->page, c,
                        (double)clock_of(&s->now, &s->vcpus, v, c)->max_back) *
                    1e9);
    printf(" s=%.2f\n", seconds);
}

/* Has every vCPU begun its maxima anew? */
static bool window_seen(struct stress *s)
{
    unsigned int i;

    page_read(s->page, &s->base);
    vcpus_read(&s->vcpus);
    for (i = 1; i < s->vcpus.n; i++)
        if (s->vcpus.stats[i].window != s->page->control.window)
            return false;

    return s->base.window == s->page->control.window;
}

static void begin(struct stress *s)
{
    uint64_t end = now_ns() + WINDOW_TIMEOUT_MS * NS_PER_MS;
    uint64_t mode;

    if (xc_hvm_param_get(xch, s->domid, HVM_PARAM_TIMER_MODE, &mode))
        fail(errno, "cannot get the timer mode of domain %u", s->domid);
    s->mode = (unsigned int)mode % NR_MODES;

    s->page = page_map(s->domid);
    vcpus_map(&s->vcpus, s->domid, s->page);
    s->idle = s->page->control.idle;
    s->ap_idle = s->page->control.ap_idle;
    if (s->states == STATES_RUNNING)
        set_idle(s, IDLE_SAMPLE, IDLE_SAMPLE);
    else if (s->states == STATES_BLOCKED)
        set_idle(s, IDLE_HLT, IDLE_HLT);

    s->page->control.window++;
    while (!window_seen(s)) {
        fail_if_ended(s->domid, s->page);
        if (now_ns() > end)
            fail(0, "a vCPU of domain %u does not read its clocks", s->domid);
        sleep_ms(1);
    }
    s->vcpus_base = s->vcpus;
}

int cmd_stress(int argc, char **argv)
{
    struct stress s = { .n = 1000, .sleep_us = 5000, .modes = 0xf };
    uint64_t seed = 1, every = 1, start;
    const struct option_kv options[] = {
        { "n", &s.n, UINT32_MAX, NULL },
        { "seed", &seed, UINT64_MAX, NULL },
        { "pause", &s.pause, 0, pause_names },
        { "states", &s.states, 0, states_names },
        { "sleep", &s.sleep_us, 1000000, NULL },
        { "modes", &s.modes, (1u << NR_MODES) - 1, NULL },
        { "every", &every, UINT32_MAX, NULL },
    };
    bool back = false;

    s.pause = PAUSE_MIX;
    if (argc < 2 ||
        !options_read(argc - 2, argv + 2, options,
                      sizeof(options) / sizeof(options[0])) ||
        !every || !(s.modes & (s.modes - 1)))
        return usage_error();

    s.domid = domid_of(argv[1]);
    s.rng.state = seed;
    begin(&s);

    start = now_ns();
    while (s.done < s.n && !back) {
        one_switch(&s);
        if (!(s.done % every))
            back = backwards(&s, false);
    }
    /* A guest reads its clocks in turn: all of them are to show a jump. */
    sleep_ms(SETTLE_MS);
    back = backwards(&s, true);
    if (back)
        print_history(&s);
    print_result(&s, seed, back, (double)(now_ns() - start) / 1e9);
    if (s.states != STATES_KEEP)
        set_idle(&s, s.idle, s.ap_idle);

    return back;
}
