/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "linux.h"

static unsigned int tests;

/* ---- TAP ---- */

void tap_report(bool good, const char *what, va_list args)
{
    printf("%sok %u - ", good ? "" : "not ", ++tests);
    vprintf(what, args);
    printf("\n");
}

void print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

/* ---- events ---- */

static int open_event(struct perf_event_attr *attr, unsigned int what)
{
    int fd;

    attr->size = sizeof(*attr);
    attr->disabled = 1;
    attr->exclude_hv = what != 0;
    attr->exclude_user = what && !(what & USER);
    attr->exclude_kernel = what && !(what & KERNEL);
    fd = syscall(SYS_perf_event_open, attr, 0, -1, -1, 0);
    return fd < 0 ? -errno : fd;
}

int event(uint32_t type, uint64_t config, unsigned int what, uint64_t period)
{
    struct perf_event_attr attr = { .type = type, .config = config };

    attr.sample_period = period;
    return open_event(&attr, what);
}

void event_on(int fd)
{
    ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
}

void event_off(int fd)
{
    ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
}

uint64_t event_count(int fd)
{
    uint64_t count = 0;

    if (read(fd, &count, sizeof(count)) != sizeof(count))
        ok(false, "an event's count can be read");
    return count;
}

/* The labels are for who looks at the addresses of samples. */
extern const char spin_begin[], spin_end[];

__attribute__((noinline)) void spin(uint64_t n)
{
    asm volatile("mtctr %0\n"
                 ".globl spin_begin\n spin_begin:\n"
                 "1: nop\n nop\n bdnz 1b\n"
                 ".globl spin_end\n spin_end:\n"
                 :
                 : "r"(n)
                 : "ctr", "memory");
}

uint64_t counted_spin(int fd, uint64_t n)
{
    ioctl(fd, PERF_EVENT_IOC_RESET, 0);
    event_on(fd);
    spin(n);
    event_off(fd);
    return event_count(fd);
}

/* ---- samples ---- */

#define RING_PAGES 64

struct samples sampled_spin(uint32_t type, uint64_t config, unsigned int what,
                            uint64_t period, uint64_t n)
{
    struct perf_event_attr attr = { .type = type, .config = config };
    struct samples s = { 0 };
    struct perf_event_mmap_page *ring;
    uint64_t at, size;
    char *data;
    int fd;

    attr.sample_period = period;
    attr.sample_type = PERF_SAMPLE_IP;
    fd = open_event(&attr, what);
    size = (uint64_t)RING_PAGES * getpagesize();
    ring = mmap(NULL, size + getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED,
                fd, 0);
    if (fd < 0 || ring == MAP_FAILED)
        return s;

    event_on(fd);
    spin(n);
    event_off(fd);

    data = (char *)ring + getpagesize();
    for (at = 0; at < ring->data_head;) {
        /* Records are of 8 bytes or more, so that none has its header at both
         * ends; there are too few to begin again. */
        struct perf_event_header *h = (void *)(data + at % size);
        uint64_t ip = *(uint64_t *)(h + 1);

        if (h->type == PERF_RECORD_SAMPLE) {
            s.nr++;
            s.inside += ip >= (uint64_t)spin_begin && ip < (uint64_t)spin_end;
        } else {
            s.lost++;
        }
        at += h->size;
    }
    munmap(ring, size + getpagesize());
    close(fd);
    return s;
}

/* ---- other things ---- */

const char *first_line(const char *path)
{
    static char line[256];
    FILE *in = fopen(path, "r");

    if (!in || !fgets(line, sizeof(line), in))
        line[0] = 0;
    if (in)
        fclose(in);
    line[strcspn(line, "\n")] = 0;
    return line;
}

int set_cpu(unsigned int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof(set), &set);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    mkdir("/proc", 0755);
    mkdir("/sys", 0755);
    if (mount("proc", "/proc", "proc", 0, NULL) ||
        mount("sysfs", "/sys", "sysfs", 0, NULL))
        ok(false, "/proc and /sys");
    test_main();
    printf("1..%u\n", tests);
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}
