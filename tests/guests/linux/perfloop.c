/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A loop of known length, and what Linux counts of it by perf_event_open():
 *
 *     perfloop TURNS                   the loop, and nothing else: for perf
 *     perfloop TURNS ROUNDS [rdpmc]    counts it, so many times
 *
 * The loop has 2 instructions a turn. A round is two lines:
 *
 *     round N insns=N cycles=N rdpmc=N
 *     samples N taken=N in_loop=N lost=N
 *
 * insns and cycles are those of this program in user mode, in this round. rdpmc
 * is what that instruction, if it is asked for, reads of the counter of insns, in
 * which Linux has begun far below zero: it is 0 only if there is no counter behind
 * it. A sample is taken every SAMPLE_PERIOD instructions; in_loop of them have an address in
 * the loop. Without a performance monitor a round is
 *
 *     round N none ERRNO
 *
 * As the init of a guest it never ends, whatever ROUNDS is, and its lines are on
 * Xen's console, the first of them what Linux said of a performance monitor when
 * it booted:
 *
 *     linux Performance Events: ...
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/perf_event.h>

#include "say.h"

#define SAMPLE_PERIOD 100000
#define RING_PAGES 8 /* perf wants a power of two */
#define NAP_NS 20000000

/* A record has this form if sample_type is PERF_SAMPLE_IP alone. */
struct sample {
    struct perf_event_header header;
    uint64_t ip;
};

struct event {
    int fd;
    struct perf_event_mmap_page *page;
};

static bool is_init;

/* Writes a line. */
static void line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void line(const char *fmt, ...)
{
    char text[120];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (is_init) {
        say("%s", text);
        say_end();
    } else {
        puts(text);
    }
}

/* The labels are where the loop begins and ends. */
extern const char loop_begin[], loop_end[];

static void __attribute__((noinline, noclone)) loop(uint64_t turns)
{
    __asm__ volatile(".globl loop_begin, loop_end\n"
                     "loop_begin: dec %0\n"
                     "jnz loop_begin\n"
                     "loop_end:"
                     : "+r"(turns)
                     :
                     : "cc");
}

static struct event event_open(uint64_t config, uint64_t period)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof(attr),
        .config = config,
        .sample_period = period,
        .sample_type = PERF_SAMPLE_IP,
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };
    struct event e = { .page = MAP_FAILED };

    e.fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
    if (e.fd >= 0)
        e.page = mmap(NULL, (1 + RING_PAGES) * (size_t)sysconf(_SC_PAGESIZE),
                      PROT_READ | PROT_WRITE, MAP_SHARED, e.fd, 0);

    return e;
}

static uint64_t event_read(const struct event *e)
{
    uint64_t n = 0;

    if (read(e->fd, &n, sizeof(n)) != sizeof(n))
        n = 0;

    return n;
}

/* Reads the counter itself; 0 also if Linux has not given the event one. */
static uint64_t event_rdpmc(const struct event *e)
{
    uint32_t index = e->page == MAP_FAILED ? 0 : e->page->index;
    uint32_t low, high;

    if (!index || !e->page->cap_user_rdpmc)
        return 0;
    __asm__ volatile("rdpmc" : "=a"(low), "=d"(high) : "c"(index - 1));

    return (uint64_t)high << 32 | low;
}

/* Counts what is in the ring, and empties it. */
static void drain(const struct event *e, unsigned int *samples,
                  unsigned int *in_loop, uint64_t *lost)
{
    size_t page_size = (size_t)sysconf(_SC_PAGESIZE), i;
    const char *ring = (const char *)e->page + page_size;
    uint64_t head, at;

    *samples = *in_loop = 0;
    *lost = 0;
    if (e->page == MAP_FAILED)
        return;
    head = __atomic_load_n(&e->page->data_head, __ATOMIC_ACQUIRE);
    for (at = e->page->data_tail; at < head;) {
        /* A record may lie across the ring's end. */
        union {
            struct perf_event_header header;
            struct sample sample;
            uint64_t words[8];
            char bytes[64];
        } r;

        for (i = 0; i < sizeof(r); i++)
            r.bytes[i] = ring[(at + i) % (RING_PAGES * page_size)];
        if (r.header.type == PERF_RECORD_SAMPLE) {
            const char *ip = (const char *)(uintptr_t)r.sample.ip;

            ++*samples;
            *in_loop += ip >= loop_begin && ip <= loop_end;
        } else if (r.header.type == PERF_RECORD_LOST) {
            *lost += r.words[2];
        }
        at += r.header.size;
    }
    __atomic_store_n(&e->page->data_tail, head, __ATOMIC_RELEASE);
}

static void rounds(uint64_t turns, uint64_t n, bool use_rdpmc)
{
    static const struct timespec nap = { .tv_nsec = NAP_NS };
    struct event insns, cycles, sampled;
    unsigned int samples, in_loop;
    uint64_t i, was_insns, was_cycles, lost, pmc;
    int err;

    insns = event_open(PERF_COUNT_HW_INSTRUCTIONS, 0);
    err = errno;
    cycles = event_open(PERF_COUNT_HW_CPU_CYCLES, 0);
    sampled = event_open(PERF_COUNT_HW_INSTRUCTIONS, SAMPLE_PERIOD);

    for (i = 0; is_init || i < n; i++) {
        if (insns.fd < 0) {
            loop(turns);
            line("round %" PRIu64 " none %s", i,
                 err == ENOENT ? "ENOENT" : strerror(err));
        } else {
            was_cycles = event_read(&cycles);
            was_insns = event_read(&insns);
            loop(turns);
            was_insns = event_read(&insns) - was_insns;
            was_cycles = event_read(&cycles) - was_cycles;
            pmc = use_rdpmc ? event_rdpmc(&insns) : 0;
            drain(&sampled, &samples, &in_loop, &lost);
            line("round %" PRIu64 " insns=%" PRIu64 " cycles=%" PRIu64
                 " rdpmc=%" PRIu64,
                 i, was_insns, was_cycles, pmc);
            line("samples %" PRIu64 " taken=%u in_loop=%u lost=%" PRIu64, i,
                 samples, in_loop, lost);
        }
        /* Others run, and Linux loads the counters anew. */
        nanosleep(&nap, NULL);
    }
}

/* Says what the kernel's log has of a performance monitor. */
static void say_monitor(void)
{
    static const char events[] = "Performance Events: ";
    char record[1024], *text;
    ssize_t got;
    int fd;

    mkdir("/dev", 0755);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
    /* A read is a record. */
    while (fd >= 0 && (got = read(fd, record, sizeof(record) - 1)) > 0) {
        record[got] = '\0';
        record[strcspn(record, "\n")] = '\0';
        text = strstr(record, events);
        if (text)
            line("linux %.60s", text);
    }
    if (fd >= 0)
        close(fd);
}

/* Linux takes fewer samples where each takes long, as on an emulated CPU. */
static void let_samples_take_long(void)
{
    int fd;

    mkdir("/proc", 0555);
    mount("proc", "/proc", "proc", 0, NULL);
    fd = open("/proc/sys/kernel/perf_cpu_time_max_percent", O_WRONLY);
    if (fd >= 0 && write(fd, "0", 1) != 1)
        line("linux keeps its limit for samples");
    if (fd >= 0)
        close(fd);
}

static uint64_t number(const char *text)
{
    char *end;
    uint64_t n = strtoull(text, &end, 0);

    if (!*text || *end || !n) {
        fprintf(stderr, "perfloop: not a number above 0: %s\n", text);
        exit(2);
    }

    return n;
}

int main(int argc, char **argv)
{
    is_init = getpid() == 1;
    if (argc < 2 || argc > 4 || (argc == 4 && strcmp(argv[3], "rdpmc"))) {
        fprintf(stderr, "usage: perfloop TURNS [ROUNDS [rdpmc]]\n");
        return 2;
    }
    if (is_init) {
        if (!say_open())
            return 1;
        say_monitor();
        let_samples_take_long();
    }
    if (argc == 2)
        loop(number(argv[1]));
    else
        rounds(number(argv[1]), number(argv[2]), argc == 4);

    return 0;
}
