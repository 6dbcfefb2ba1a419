/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has a guest count (struct rounds_page), and tells what it has counted. */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"

#define DEFAULT_LOOPS 20000
/* After this time without a round there will be none. */
#define STALL_MS 10000
#define POLL_MS 20
#define MAX_PACED 8
#define NS_PER_MS 1000000ull

static void set_idle(uint32_t domid, volatile struct shared_page *page,
                     uint32_t idle)
{
    page->control.idle = idle;
    page_request(domid, page);
}

/*
 * Reads "loops=N", "stop=1", "yield=1", "looks=N" and up to four events; false
 * if one is none of these.
 */
static bool read_arguments(volatile struct rounds_page *r, int argc,
                           char **argv)
{
    unsigned int n = 0;
    int i;

    memset((void *)r->event, 0, sizeof(r->event));
    r->loops = DEFAULT_LOOPS;
    r->stop = 0;
    r->yield = 0;
    r->looks = 1;
    for (i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "loops=", 6))
            r->loops = (uint32_t)number(argv[i] + 6, UINT32_MAX);
        else if (!strncmp(argv[i], "stop=", 5))
            r->stop = (uint32_t)number(argv[i] + 5, 1);
        else if (!strncmp(argv[i], "yield=", 6))
            r->yield = (uint32_t)number(argv[i] + 6, 1);
        else if (!strncmp(argv[i], "looks=", 6))
            r->looks = (uint32_t)number(argv[i] + 6, UINT32_MAX);
        else if (n == PMU_COUNTERS)
            return false;
        else if (strcmp(argv[i], "-"))
            r->event[n++] = number(argv[i], UINT64_MAX);
        else
            n++;
    }

    return n && r->loops;
}

/* No round is under way while the page is written to. */
static int start(uint32_t domid, volatile struct shared_page *page,
                 volatile struct rounds_page *r, int argc, char **argv)
{
    unsigned int i;

    set_idle(domid, page, IDLE_SPIN);
    if (!read_arguments(r, argc, argv))
        return usage_error();
    page->control.rounds = r->begun + 1;
    set_idle(domid, page, IDLE_ROUNDS);

    printf("rdpmc=");
    for (i = 0; i < PMU_COUNTERS; i++)
        if (r->refused & (1u << i))
            printf("%sfault", i ? "," : "");
        else
            printf("%s%#" PRIx64, i ? "," : "", r->rdpmc[i]);
    printf(" ctrl=");
    for (i = 0; i < PMU_COUNTERS; i++)
        printf("%s%#" PRIx64, i ? "," : "", r->found_ctrl[i]);
    printf(" counter=");
    for (i = 0; i < PMU_COUNTERS; i++)
        printf("%s%#" PRIx64, i ? "," : "", r->found_counter[i]);
    putchar('\n');

    return 0;
}

static void wait_for(uint32_t domid, volatile struct shared_page *page,
                     volatile struct rounds_page *r, uint32_t n)
{
    uint32_t seen = r->rounds;
    uint64_t since = now_ns();

    while (r->preempted < n) {
        fail_if_ended(domid, page);
        if (r->rounds != seen) {
            seen = r->rounds;
            since = now_ns();
        }
        if (now_ns() - since > STALL_MS * NS_PER_MS)
            fail(0, "no round in %u ms, after %" PRIu32, STALL_MS, seen);
        sleep_ms(POLL_MS);
    }
}

/* The guest goes on with its rounds afterwards. */
static void tell(uint32_t domid, volatile struct shared_page *page,
                 volatile struct rounds_page *r)
{
    unsigned int i;

    set_idle(domid, page, IDLE_SPIN);
    printf("rounds=%" PRIu32 " preempted=%" PRIu32, r->rounds, r->preempted);
    for (i = 0; i < PMU_COUNTERS; i++)
        if (!r->event[i])
            continue;
        else if (r->least[i] == r->most[i])
            printf(" counter%u=%" PRIu64, i, r->most[i]);
        else
            printf(" counter%u=%" PRIu64 "..%" PRIu64, i, r->least[i],
                   r->most[i]);
    putchar('\n');
    set_idle(domid, page, IDLE_ROUNDS);
}

int cmd_count(int argc, char **argv)
{
    volatile struct shared_page *page;
    volatile struct rounds_page *r;
    uint32_t domid;

    if (argc < 2)
        return usage_error();

    domid = unpaused_domid_of(argv[1]);
    page = page_map(domid);
    r = page_map_at(domid, GUEST_ROUNDS_ADDR);
    if (argc > 2 && !strcmp(argv[2], "start"))
        return start(domid, page, r, argc - 3, argv + 3);
    if (argc > 3)
        return usage_error();

    if (argc == 3)
        wait_for(domid, page, r, (uint32_t)number(argv[2], UINT32_MAX));
    tell(domid, page, r);

    return 0;
}

static uint64_t total(volatile struct rounds_page **r, int n)
{
    uint64_t rounds = 0;
    int i;

    for (i = 0; i < n; i++)
        rounds += r[i]->rounds;

    return rounds;
}

/* Asks the guests nothing, so as not to be in their way. */
int cmd_pace(int argc, char **argv)
{
    volatile struct rounds_page *r[MAX_PACED];
    uint64_t rounds, since, seconds;
    int i, n = argc - 2;

    if (n < 1 || n > MAX_PACED)
        return usage_error();

    seconds = number(argv[1], UINT32_MAX / 1000);
    for (i = 0; i < n; i++)
        r[i] = page_map_at(unpaused_domid_of(argv[2 + i]), GUEST_ROUNDS_ADDR);
    since = now_ns();
    rounds = total(r, n);
    sleep_ms((uint32_t)seconds * 1000);
    since = now_ns() - since;
    rounds = total(r, n) - rounds;
    if (!rounds)
        fail(0, "no round in %" PRIu64 " s", seconds);
    printf("%" PRIu64 "\n", since / rounds);

    return 0;
}
