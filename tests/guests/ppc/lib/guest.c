/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>

#include "guest.h"

unsigned int domid;
static uint64_t started;
static unsigned int tests;
static volatile bool ended;
static handler_fn *handlers[0x1000 / 0x20];

/* ---- hypercalls ---- */

long hcall(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    register uint64_t r3 asm("r3") = function;
    register uint64_t r4 asm("r4") = a;
    register uint64_t r5 asm("r5") = b;
    register uint64_t r6 asm("r6") = c;
    register uint64_t r7 asm("r7") = d;

    asm volatile("sc 1"
                 : "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7)
                 :
                 : "memory", "r0", "r8", "r9", "r10", "r11", "r12", "ctr", "lr",
                   "cr0", "cr1", "cr5", "cr6", "cr7", "xer");
    return r3;
}

long hcall_out(uint64_t function, uint64_t a, uint64_t b, uint64_t out[2])
{
    register uint64_t r3 asm("r3") = function;
    register uint64_t r4 asm("r4") = a;
    register uint64_t r5 asm("r5") = b;

    asm volatile("sc 1"
                 : "+r"(r3), "+r"(r4), "+r"(r5)
                 :
                 : "memory", "r0", "r6", "r7", "r8", "r9", "r10", "r11", "r12",
                   "ctr", "lr", "cr0", "cr1", "cr5", "cr6", "cr7", "xer");
    out[0] = r4;
    out[1] = r5;
    return r3;
}

int32_t rtas(uint32_t token, unsigned int results, uint32_t *r)
{
    static uint32_t call[3 + 8] __attribute__((aligned(64)));

    call[0] = __builtin_bswap32(token);
    call[1] = 0;
    call[2] = __builtin_bswap32(results);
    call[3] = -1;
    if (hcall(H_RTAS, (uint64_t)call, 0, 0, 0))
        return -1000;
    for (unsigned int i = 1; i < results; i++)
        r[i - 1] = __builtin_bswap32(call[3 + i]);
    return __builtin_bswap32(call[3]);
}

/* ---- printing ---- */

static char line[16];
static unsigned int in_line;

static void flush(void)
{
    uint64_t text[2] = { 0, 0 };

    for (unsigned int i = 0; i < in_line; i++)
        text[i / 8] |= (uint64_t)(uint8_t)line[i] << (56 - 8 * (i % 8));
    hcall(H_PUT_TERM_CHAR, 0, in_line, text[0], text[1]);
    in_line = 0;
}

static void put(char c)
{
    line[in_line++] = c;
    if (in_line == sizeof(line) || c == '\n')
        flush();
}

static void put_number(uint64_t n, unsigned int base, int width, char fill)
{
    char digits[20];
    int i = 0;

    do {
        digits[i++] = "0123456789abcdef"[n % base];
        n /= base;
    } while (n);
    while (width-- > i)
        put(fill);
    while (i)
        put(digits[--i]);
}

static void put_format(const char *f, va_list args)
{
    for (; *f; f++) {
        int width = 0, longs = 0;
        char fill = ' ';

        if (*f != '%') {
            put(*f);
            continue;
        }
        f++;
        if (*f == '0')
            fill = *f++;
        while (*f >= '0' && *f <= '9')
            width = width * 10 + *f++ - '0';
        for (; *f == 'l'; f++)
            longs++;
        if (*f == 's') {
            for (const char *s = va_arg(args, const char *); *s; s++)
                put(*s);
        } else if (*f == 'c') {
            put(va_arg(args, int));
        } else if (*f == 'd') {
            int64_t n = longs ? va_arg(args, int64_t) : va_arg(args, int);

            if (n < 0)
                put('-');
            put_number(n < 0 ? -n : n, 10, width, fill);
        } else if (*f == 'u' || *f == 'x') {
            uint64_t n = longs ? va_arg(args, uint64_t)
                               : va_arg(args, unsigned int);

            put_number(n, *f == 'x' ? 16 : 10, width, fill);
        } else {
            put(*f);
        }
    }
}

void print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put_format(format, args);
    va_end(args);
    put('\n');
}

/* ---- time ---- */

bool before(unsigned int ms)
{
    return (int64_t)(time_base() - started - ms * MS) < 0;
}

void at(unsigned int ms)
{
    while (before(ms))
        ;
}

/* ---- TAP ---- */

void tap_report(bool good, const char *what, va_list args)
{
    if (!good)
        for (const char *s = "not "; *s; s++)
            put(*s);
    put('o');
    put('k');
    put(' ');
    put_number(++tests, 10, 0, ' ');
    put(' ');
    put('-');
    put(' ');
    put_format(what, args);
    put('\n');
}

void done(void)
{
    static uint32_t reason; /* SHUTDOWN_poweroff */

    if (tests)
        print("1..%u", tests);
    for (;;)
        hcall(XEN_MARK(SCHED_OP), SCHEDOP_SHUTDOWN, (uint64_t)&reason, 0, 0);
}

/* start.S calls this on each vCPU. */
void guest_main(unsigned int vcpu, unsigned int number, uint64_t boot);
void guest_main(unsigned int vcpu, unsigned int number, uint64_t boot)
{
    domid = number;
    started = boot;
    test_main(vcpu);
    if (!vcpu)
        done();
    for (;;)
        give_way();
}

/* ---- the profiling sysctl ---- */

long profile(uint32_t op, unsigned int of, struct xen_sysctl_profile *p)
{
    static struct xen_sysctl sysctl;
    long rc;

    sysctl.cmd = XEN_SYSCTL_profile;
    sysctl.interface_version = SYSCTL_INTERFACE_VERSION;
    sysctl.u.profile = *p;
    sysctl.u.profile.version = XEN_SYSCTL_PROFILE_VERSION;
    sysctl.u.profile.op = op;
    sysctl.u.profile.domid = of;
    rc = hcall(XEN_MARK(XEN_SYSCTL), (uint64_t)&sysctl, 0, 0, 0);
    p->u = sysctl.u.profile.u;
    return rc;
}

struct xen_profile_status profile_status(unsigned int of)
{
    struct xen_sysctl_profile p = { .op = 0 };

    if (profile(XEN_PROFILE_status, of, &p))
        ok(false, "status of domain %u", of);
    return p.u.status;
}

/* ---- interrupts ---- */

void on_interrupt(unsigned int vector, handler_fn *fn)
{
    handlers[vector / 0x20] = fn;
}

void interrupt(struct frame *frame);
void interrupt(struct frame *frame)
{
    handler_fn *fn = handlers[frame->vector / 0x20];

    if (fn) {
        fn(frame);
        return;
    }
    /*
     * The decrementer is first due 4 s after a guest's start, which a test sees
     * that takes so long on a busy machine.
     */
    if (frame->vector == 0x900) {
        mtspr(DEC, 0x7fffffff);
        return;
    }
    ok(false, "interrupt 0x%x at 0x%lx, msr 0x%lx", (unsigned int)frame->vector,
       frame->pc, frame->msr);
    done();
}

/* ---- the performance monitor ---- */

const char *const pmu_reg_name[NR_PMU_REGS] = {
    "MMCR0", "MMCR1", "MMCR2", "MMCRA", "PMC1", "PMC2", "PMC3",
    "PMC4",  "PMC5",  "PMC6",  "SIAR",  "SDAR", "SIER",
};

/* clang-format off */
#define PMU_REGS(X) \
    X(1, MMCR1) X(2, MMCR2) X(3, MMCRA) X(4, PMC1) X(5, PMC2) X(6, PMC3) \
    X(7, PMC4) X(8, PMC5) X(9, PMC6) X(10, SIAR) X(11, SDAR) X(12, SIER)
/* clang-format on */

void pmu_read(struct pmu_regs *r)
{
    r->reg[0] = mfspr(MMCR0);
#define X(i, spr) r->reg[i] = mfspr(spr);
    PMU_REGS(X)
#undef X
}

void pmu_write(const struct pmu_regs *r)
{
    mtspr(MMCR0, FC);
#define X(i, spr) mtspr(spr, r->reg[i]);
    PMU_REGS(X)
#undef X
    mtspr(MMCR0, r->reg[0]);
}

void spin(uint64_t n)
{
    asm volatile("mtctr %0\n1: nop\n nop\n bdnz 1b" ::"r"(n) : "ctr", "memory");
}

void counted_spin(uint64_t n)
{
    asm volatile("mtspr 795, %0\n"
                 "mtctr %1\n"
                 "1: nop\n nop\n bdnz 1b\n"
                 "mtspr 795, %2" ::"r"(FCH),
                 "r"(n), "r"(FC | FCH)
                 : "ctr", "memory");
}

uint64_t random(void)
{
    static uint64_t state = 0x9e3779b97f4a7c15;

    if (state == 0x9e3779b97f4a7c15)
        state += domid;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* The compiler may call these two. */
void *memset(void *p, int c, size_t n)
{
    for (char *s = p; n; n--)
        *s++ = c;
    return p;
}

void *memcpy(void *to, const void *from, size_t n)
{
    char *t = to;

    for (const char *f = from; n; n--)
        *t++ = *f++;
    return to;
}
