/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands: each reads its arguments, does its work and prints. */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xen/hvm/params.h>
#include <xen/hvm/save.h>

#include "commands.h"

#define MAX_DOMAINS 1024
#define DEFAULT_MEM_KIB 2048
#define DEFAULT_MANY_KIB 64
#define DEFAULT_TIMEOUT_MS 10000
#define NR_TIMER_MODES 4

/* Bits of config and timers[].config in the HPET record. */
#define HPET_ENABLE_CNF (1u << 0)
#define HPET_TN_INT_ENB (1u << 2)

uint64_t number(const char *text, uint64_t max)
{
    unsigned long long v;
    char *end;

    errno = 0;
    v = strtoull(text, &end, 0);
    if (errno || end == text || *end || *text == '-' || v > max) {
        fprintf(stderr, "labdom %s: not a number up to %" PRIu64 ": %s\n",
                current->name, max, text);
        exit(2);
    }

    return v;
}

uint32_t domid_of(const char *text)
{
    return (uint32_t)number(text, DOMID_FIRST_RESERVED - 1);
}

uint32_t unpaused_domid_of(const char *text)
{
    uint32_t domid = domid_of(text);
    xc_domaininfo_t info;

    domain_info(domid, &info);
    if (info.flags & XEN_DOMINF_paused)
        fail(0, "domain %u is paused", domid);
    return domid;
}

/* Finds guest.bin beside this program, unless $LABDOM_GUEST has another. */
static const char *default_image(void)
{
    static char path[PATH_MAX];
    const char *env = getenv("LABDOM_GUEST");
    ssize_t n;
    char *slash;

    if (env)
        return env;

    n = readlink("/proc/self/exe", path, sizeof(path) - sizeof("/guest.bin"));
    if (n < 0)
        fail(errno, "cannot find guest.bin");
    path[n] = '\0';
    slash = strrchr(path, '/');
    strcpy(slash ? slash + 1 : path, "guest.bin");

    return path;
}

int cmd_create(int argc, char **argv)
{
    static const struct option options[] = {
        { "type", required_argument, NULL, 't' },
        { "uuid", required_argument, NULL, 'u' },
        { "mem-kib", required_argument, NULL, 'm' },
        { "vcpus", required_argument, NULL, 'v' },
        { "weight", required_argument, NULL, 'w' },
        { "tsc-mode", required_argument, NULL, 's' },
        { "guest", required_argument, NULL, 'g' },
        { "no-xenstore", no_argument, NULL, 'x' },
        { "introduce", no_argument, NULL, 'i' },
        { "viridian", no_argument, NULL, 'V' },
        { NULL, 0, NULL, 0 }
    };
    static const char *const type_names[] = { "hvm", "pvh", "pv" };
    struct dom_config config = {
        .mem_kib = DEFAULT_MEM_KIB,
        .vcpus = 1,
        .control = { .hpet_clock = 1,
                     .read_clocks = (1u << NR_CLOCKS) - 1,
                     .vcpus = 1 },
    };
    const char *image = NULL;
    unsigned int i;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 't':
            for (i = 0; i < 3 && strcmp(optarg, type_names[i]); i++)
                ;
            if (i == 3)
                return usage_error();
            config.type = i;
            break;
        case 'u':
            if (!uuid_parse(optarg, config.uuid))
                return usage_error();
            config.set_uuid = true;
            break;
        case 'm':
            config.mem_kib = number(optarg, 1u << 30);
            break;
        case 'v':
            config.vcpus = (unsigned int)number(optarg, 128);
            break;
        case 'w':
            config.weight = (unsigned int)number(optarg, 65535);
            break;
        case 's':
            config.tsc_mode = (unsigned int)number(optarg, 2);
            break;
        case 'g':
            image = optarg;
            break;
        case 'x':
            config.no_xenstore = true;
            break;
        case 'i':
            config.introduce = true;
            break;
        case 'V':
            config.viridian = true;
            break;
        default:
            return usage_error();
        }
    }

    if (optind == argc)
        return usage_error();
    config.name = argv[optind++];

    for (; optind < argc; optind++) {
        const char *arg = argv[optind];

        if (!strncmp(arg, "vcpus=", 6)) {
            config.vcpus = (unsigned int)number(arg + 6, MAX_VCPUS);
            config.control.vcpus = config.vcpus;
        } else if (!control_set(&config.control, arg)) {
            return usage_error();
        }
    }
    if (!config.vcpus)
        return usage_error();

    if (config.type != DOM_PV) {
        config.image = image ? image : default_image();
        if (config.mem_kib < GUEST_MEMORY_END / 1024)
            fail(0, "the test guest needs %u KiB", GUEST_MEMORY_END / 1024);
    }

    printf("%u\n", domain_create(&config));

    return 0;
}

/* The exclusive or of its bytes is another for each, as for most UUIDs. */
static void number_uuid(xen_domain_handle_t uuid, uint64_t n)
{
    static const xen_domain_handle_t base = { 'm',  'a', 'n',  'y', 0, 0,
                                              0x40, 0,   0x80, 0,   0, 0 };

    memcpy(uuid, base, sizeof(base));
    uuid[14] = (uint8_t)(n >> 8);
    uuid[15] = (uint8_t)n;
}

int cmd_many(int argc, char **argv)
{
    static const struct option options[] = {
        { "mem-kib", required_argument, NULL, 'm' },
        { "numbered", no_argument, NULL, 'n' },
        { NULL, 0, NULL, 0 },
    };
    struct dom_config config = { .mem_kib = DEFAULT_MANY_KIB, .vcpus = 1 };
    uint64_t i, n;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'm':
            config.mem_kib = number(optarg, 1u << 30);
            break;
        case 'n':
            config.set_uuid = true;
            break;
        default:
            return usage_error();
        }
    }
    if (argc - optind != 1)
        return usage_error();

    n = number(argv[optind], MAX_DOMAINS);
    for (i = 0; i < n; i++) {
        char name[32];
        uint32_t domid;

        snprintf(name, sizeof(name), "guest%03" PRIu64, i + 1);
        config.name = name;
        number_uuid(config.uuid, i + 1);
        domid = domain_create(&config);
        if (xc_hvm_param_set(xch, domid, HVM_PARAM_TIMER_MODE,
                             i % NR_TIMER_MODES))
            fail(errno, "cannot set the timer mode of domain %u", domid);
    }

    return 0;
}

int cmd_pause(int argc, char **argv)
{
    int i;

    if (argc < 2)
        return usage_error();

    for (i = 1; i < argc; i++)
        if (xc_domain_pause(xch, domid_of(argv[i])))
            fail(errno, "cannot pause domain %s", argv[i]);

    return 0;
}

int cmd_unpause(int argc, char **argv)
{
    int i;

    if (argc < 2)
        return usage_error();

    for (i = 1; i < argc; i++)
        if (xc_domain_unpause(xch, domid_of(argv[i])))
            fail(errno, "cannot unpause domain %s", argv[i]);

    return 0;
}

int cmd_destroy(int argc, char **argv)
{
    static const struct option options[] = { { "all", no_argument, NULL, 'a' },
                                             { "no-xenstore", no_argument, NULL,
                                               'x' },
                                             { NULL, 0, NULL, 0 } };
    static xc_domaininfo_t info[MAX_DOMAINS];
    bool all = false, no_xenstore = false;
    int i, n, c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'a')
            all = true;
        else if (c == 'x')
            no_xenstore = true;
        else
            return usage_error();
    }
    if (all != (optind == argc))
        return usage_error();

    for (i = optind; i < argc; i++)
        domain_destroy(domid_of(argv[i]), no_xenstore);

    if (all) {
        n = xc_domain_getinfolist(xch, 1, MAX_DOMAINS, info);
        if (n < 0)
            fail(errno, "cannot list the domains");
        for (i = 0; i < n; i++)
            if (!(info[i].flags & XEN_DOMINF_dying))
                domain_destroy(info[i].domain, no_xenstore);
    }

    return 0;
}

int cmd_set(int argc, char **argv)
{
    volatile struct shared_page *page;
    struct shared_control control;
    uint32_t domid;
    int i;

    if (argc < 3)
        return usage_error();

    domid = domid_of(argv[1]);
    page = page_map(domid);
    control = page->control;
    for (i = 2; i < argc; i++)
        if (!control_set(&control, argv[i]))
            return usage_error();
    page->control = control;
    page_request(domid, page);

    return 0;
}

int cmd_wait(int argc, char **argv)
{
    static const struct option options[] = { { "timeout-ms", required_argument,
                                               NULL, 't' },
                                             { NULL, 0, NULL, 0 } };
    uint64_t timeout = DEFAULT_TIMEOUT_MS, start = now_ns(), first, n;
    volatile struct shared_page *page;
    struct guest_stats stats;
    unsigned int timer;
    uint32_t domid;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c != 't')
            return usage_error();
        timeout = number(optarg, UINT32_MAX);
    }
    if (argc - optind != 3)
        return usage_error();

    for (timer = 0; timer < NR_TIMERS; timer++)
        if (!strcmp(argv[optind + 1], timer_names[timer]))
            break;
    if (timer == NR_TIMERS)
        return usage_error();
    n = number(argv[optind + 2], UINT32_MAX);

    domid = domid_of(argv[optind]);
    page = page_map(domid);
    page_read(page, &stats);
    first = stats.timer[timer].ticks;

    while (stats.timer[timer].ticks - first < n) {
        fail_if_ended(domid, page);
        if (now_ns() - start > timeout * 1000000)
            fail(0, "%" PRIu64 " of %" PRIu64 " ticks in %" PRIu64 " ms",
                 stats.timer[timer].ticks - first, n, timeout);
        sleep_ms(2);
        page_read(page, &stats);
    }

    return 0;
}

int cmd_measure(int argc, char **argv)
{
    struct measurement m;

    if (argc != 3)
        return usage_error();

    measure_begin(&m, domid_of(argv[1]));
    sleep_ms(number(argv[2], UINT32_MAX));
    measure_end(&m);

    return 0;
}

int cmd_gaps(int argc, char **argv)
{
    static const struct option options[] = {
        { "pause", required_argument, NULL, 'p' },
        { "times", required_argument, NULL, 'n' },
        { "period", required_argument, NULL, 'q' },
        { "settle", required_argument, NULL, 's' },
        { NULL, 0, NULL, 0 }
    };
    unsigned long pause = 200, times = 4, period = 400, settle = 300, i;
    struct measurement m;
    uint32_t domid;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        unsigned long *v = c == 'p'   ? &pause
                           : c == 'n' ? &times
                           : c == 'q' ? &period
                           : c == 's' ? &settle
                                      : NULL;

        if (!v)
            return usage_error();
        *v = number(optarg, UINT32_MAX);
    }
    if (argc - optind != 1 || period < pause)
        return usage_error();

    domid = domid_of(argv[optind]);
    measure_begin(&m, domid);
    for (i = 0; i < times; i++) {
        if (xc_domain_pause(xch, domid))
            fail(errno, "cannot pause domain %u", domid);
        sleep_ms(pause);
        if (xc_domain_unpause(xch, domid))
            fail(errno, "cannot unpause domain %u", domid);
        sleep_ms(period - pause);
    }
    sleep_ms(settle);
    measure_end(&m);

    return 0;
}

int cmd_ticks(int argc, char **argv)
{
    if (argc != 2)
        return usage_error();

    print_ticks(domid_of(argv[1]));

    return 0;
}

/* Prints the CPUs' idle time: two readings show what something has cost. */
int cmd_idle(int argc, char **argv)
{
    xc_cpuinfo_t info[64];
    uint64_t idle = 0;
    int n, i;

    (void)argc;
    (void)argv;
    if (xc_getcpuinfo(xch, 64, info, &n))
        fail(errno, "cannot read the CPUs' idle time");
    for (i = 0; i < n; i++)
        idle += info[i].idletime;
    printf("idle cpus=%d idle_ns=%" PRIu64 " now_ns=%" PRIu64 "\n", n, idle,
           now_ns());
    return 0;
}

/* Sets xl's TSC_MODE, a number, as a toolstack does before the domain runs. */
int cmd_tscinfo(int argc, char **argv)
{
    uint32_t domid;

    if (argc != 3)
        return usage_error();

    domid = domid_of(argv[1]);
    if (xc_domain_set_tsc_info(xch, domid, (uint32_t)number(argv[2], 2), 0, 0,
                               0))
        fail(errno, "cannot set the TSC mode of domain %u", domid);

    return 0;
}

int cmd_param(int argc, char **argv)
{
    uint32_t domid, index;
    uint64_t value;

    if (argc != 3 && argc != 4)
        return usage_error();

    domid = domid_of(argv[1]);
    if (!strcmp(argv[2], "timer_mode"))
        index = HVM_PARAM_TIMER_MODE;
    else if (!strcmp(argv[2], "hpet"))
        index = HVM_PARAM_HPET_ENABLED;
    else
        index = (uint32_t)number(argv[2], UINT32_MAX);

    if (argc == 4) {
        value = number(argv[3], UINT64_MAX);
        if (xc_hvm_param_set(xch, domid, index, value))
            fail(errno, "cannot set parameter %u of domain %u", index, domid);
        return 0;
    }

    if (xc_hvm_param_get(xch, domid, index, &value))
        fail(errno, "cannot get parameter %u of domain %u", index, domid);
    printf("%" PRIu64 "\n", value);

    return 0;
}

int cmd_hpet(int argc, char **argv)
{
    HVM_SAVE_TYPE(HPET) hpet;
    bool enabled, armed = false;
    uint32_t domid;
    unsigned int i;

    if (argc != 2)
        return usage_error();

    domid = domid_of(argv[1]);
    if (xc_domain_hvm_getcontext_partial(xch, domid, HVM_SAVE_CODE(HPET), 0,
                                         &hpet, sizeof(hpet)))
        fail(errno, "cannot read the HPET of domain %u", domid);

    enabled = hpet.config & HPET_ENABLE_CNF;
    printf("enabled=%d counter=%" PRIu64, enabled, hpet.mc64);
    for (i = 0; i < HPET_TIMER_NUM; i++) {
        bool on = hpet.timers[i].config & HPET_TN_INT_ENB;

        printf(" timer%u=%d", i, on);
        armed |= enabled && on;
    }
    printf(" armed=%d\n", armed);

    return 0;
}

int cmd_state(int argc, char **argv)
{
    static const struct {
        const char *name;
        uint32_t flag;
    } states[] = {
        { "dying", XEN_DOMINF_dying },     { "shutdown", XEN_DOMINF_shutdown },
        { "paused", XEN_DOMINF_paused },   { "blocked", XEN_DOMINF_blocked },
        { "running", XEN_DOMINF_running },
    };
    const char *first = "runnable";
    xc_domaininfo_t info;
    unsigned int i, reason;

    if (argc != 2)
        return usage_error();

    domain_info(domid_of(argv[1]), &info);
    reason = (info.flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask;

    for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (info.flags & states[i].flag) {
            first = states[i].name;
            if (states[i].flag == XEN_DOMINF_shutdown &&
                reason == SHUTDOWN_crash)
                first = "crashed";
            break;
        }

    printf("domid=%u state=%s", info.domain, first);
    for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        printf(" %s=%d", states[i].name, !!(info.flags & states[i].flag));
    printf(" cpu_ms=%" PRIu64 "\n", info.cpu_time / 1000000);

    return 0;
}
