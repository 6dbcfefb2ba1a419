/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples one CPU of dom0 by perf_event_open(), as "perf record -a -C" does,
 * and prints where each sample was taken:
 *
 *     sampler PERIOD CPU MS [PAGES]
 *
 * PERIOD is the instructions from one sample to the next, PAGES the size of the
 * ring, a power of two, from which they are taken DRAIN_MS after DRAIN_MS.
 *
 * A line is the mode that Linux has noted (kernel, user, hypervisor,
 * guest-kernel, guest-user) and the address; the last line has what was counted
 * in all, and how many samples Linux says that it had no place for. Linux has no mode for a sample of Xen
 * itself: it has that in which dom0 was, and an address that is Xen's.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/perf_event.h>

#define DEFAULT_PAGES 64
#define DRAIN_MS 50

/* A record has this form if sample_type is PERF_SAMPLE_IP alone. */
struct sample {
    struct perf_event_header header;
    uint64_t ip;
};

/* read() returns this with PERF_FORMAT_LOST. */
struct counted {
    uint64_t count, lost;
};

static const char *const modes[] = {
    [PERF_RECORD_MISC_KERNEL] = "kernel",
    [PERF_RECORD_MISC_USER] = "user",
    [PERF_RECORD_MISC_HYPERVISOR] = "hypervisor",
    [PERF_RECORD_MISC_GUEST_KERNEL] = "guest-kernel",
    [PERF_RECORD_MISC_GUEST_USER] = "guest-user",
};

static void die(const char *what)
{
    fprintf(stderr, "sampler: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t number(const char *text)
{
    char *end;
    uint64_t n = strtoull(text, &end, 0);

    if (!*text || *end) {
        fprintf(stderr, "sampler: not a number: %s\n", text);
        exit(2);
    }

    return n;
}

static int open_event(uint64_t period, int cpu)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .sample_period = period,
        .sample_type = PERF_SAMPLE_IP,
        .read_format = PERF_FORMAT_LOST,
        .disabled = 1,
    };
    int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, 0);

    if (fd < 0)
        die("perf_event_open");

    return fd;
}

/* Copies a record out of the ring, whose end it may lie across. */
static void take(const struct perf_event_mmap_page *page, uint64_t at, void *to,
                 size_t n)
{
    const char *ring = (const char *)page + page->data_offset;
    size_t i;

    for (i = 0; i < n; i++)
        ((char *)to)[i] = ring[(at + i) % page->data_size];
}

/* Prints what is in the ring, and empties it. */
static void drain(struct perf_event_mmap_page *page)
{
    uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
    uint64_t at = page->data_tail;
    struct perf_event_header header;

    for (; at < head; at += header.size) {
        take(page, at, &header, sizeof(header));
        if (header.type == PERF_RECORD_SAMPLE) {
            unsigned int mode = header.misc & PERF_RECORD_MISC_CPUMODE_MASK;
            struct sample sample;

            take(page, at, &sample, sizeof(sample));
            printf("%s %#" PRIx64 "\n",
                   mode < sizeof(modes) / sizeof(modes[0]) && modes[mode]
                       ? modes[mode]
                       : "unknown",
                   sample.ip);
        }
    }
    __atomic_store_n(&page->data_tail, at, __ATOMIC_RELEASE);
}

int main(int argc, char **argv)
{
    const struct timespec turn = { .tv_nsec = DRAIN_MS * 1000000l };
    struct perf_event_mmap_page *page;
    struct counted counted;
    uint64_t ms, pages;
    int fd;

    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: sampler PERIOD CPU MS [PAGES]\n");
        return 2;
    }

    fd = open_event(number(argv[1]), (int)number(argv[2]));
    pages = argc == 5 ? number(argv[4]) : DEFAULT_PAGES;
    page = mmap(NULL, (pages + 1) * (size_t)sysconf(_SC_PAGESIZE),
                PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        die("mmap");

    if (ioctl(fd, PERF_EVENT_IOC_ENABLE, 0))
        die("enable");
    for (ms = number(argv[3]); ms >= DRAIN_MS; ms -= DRAIN_MS) {
        nanosleep(&turn, NULL);
        drain(page);
    }
    if (ioctl(fd, PERF_EVENT_IOC_DISABLE, 0))
        die("disable");
    drain(page);
    if (read(fd, &counted, sizeof(counted)) != sizeof(counted))
        die("read");
    printf("count=%" PRIu64 " lost=%" PRIu64 "\n", counted.count, counted.lost);

    return 0;
}
