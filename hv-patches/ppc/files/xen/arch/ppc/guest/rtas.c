/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Run-time abstraction services (LoPAPR 1.1, chapter 7): power off, reboot, and
 * the time of day.
 *
 * A guest calls RTAS in its own memory; what is there, which the guest comes
 * with, does no more than to pass the call on by H_RTAS, a hypercall that KVM
 * and QEMU have under the same number.  Its argument is the address of the
 * call: token, number of arguments, number of results, and these, all of 32
 * bits and big endian.
 */
#include <xen/lib.h>
#include <xen/sched.h>
#include <xen/time.h>

#include <asm/byteorder.h>
#include <asm/guest.h>
#include <asm/opal-api.h>
#include <asm/papr.h>
#include <asm/time.h>

#define MAX_WORDS 16                    /* of arguments, or of results */

#define RTAS_SUCCESS           0
#define RTAS_HARDWARE          -1
#define RTAS_PARAMETER         -3

int64_t opal_rtc_read(__be32 *date, __be64 *time);
int64_t opal_poll_events(uint64_t *outstanding_event_mask);

/* Seconds since 1970 when the time base was clock_tb; 0: nobody knows. */
static unsigned long clock_seconds;
static uint64_t clock_tb;

struct call {
    unsigned int nr_results;
    __be32 *result;
    int64_t *r3;                        /* of the hypercall */
};

typedef bool rtas_fn(struct vcpu *v, const struct call *c);

/* ---- time ---- */

static unsigned int bcd(uint64_t value, unsigned int shift)
{
    return ((value >> (shift + 4)) & 15) * 10 + ((value >> shift) & 15);
}

/* Years begin in March here, so that a leap day is the last of its year. */
static unsigned long days_since_1970(unsigned int year, unsigned int month,
                                     unsigned int day)
{
    unsigned int m = (month + 9) % 12, y = year - (month < 3);

    return 365UL * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 -
           719468;
}

/* The firmware's clock is read once: it may take milliseconds to answer. */
void rtas_init(void)
{
    __be32 date = 0;
    __be64 time = 0;
    uint32_t d;
    uint64_t t;
    int64_t rc;

    for ( unsigned int n = 0; n < 1000; n++ )
    {
        rc = opal_rtc_read(&date, &time);
        if ( rc != OPAL_BUSY && rc != OPAL_BUSY_EVENT )
            break;
        opal_poll_events(NULL);
    }
    d = be32_to_cpu(date);
    t = be64_to_cpu(time);
    if ( rc || bcd(d, 8) < 1 || bcd(d, 8) > 12 )
        return;

    clock_tb = get_cycles();
    clock_seconds = days_since_1970(bcd(d, 24) * 100 + bcd(d, 16), bcd(d, 8),
                                    bcd(d, 0)) * 86400 +
                    bcd(t, 56) * 3600 + bcd(t, 48) * 60 + bcd(t, 40);
}

static bool get_time_of_day(struct vcpu *v, const struct call *c)
{
    const uint64_t second = TB_PER_US * 1000000;
    const uint64_t passed = get_cycles() - clock_tb;
    struct tm tm = gmtime(clock_seconds + passed / second);
    const uint32_t now[] = {
        RTAS_SUCCESS, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
        tm.tm_min, tm.tm_sec, passed % second * 1000 / TB_PER_US,
    };

    if ( !clock_seconds )
        c->result[0] = cpu_to_be32(RTAS_HARDWARE);
    else if ( c->nr_results < ARRAY_SIZE(now) )
        c->result[0] = cpu_to_be32(RTAS_PARAMETER);
    else
        for ( unsigned int i = 0; i < ARRAY_SIZE(now); i++ )
            c->result[i] = cpu_to_be32(now[i]);

    return false;
}

/* ---- ends ---- */

static bool power_off(struct vcpu *v, const struct call *c)
{
    printk("d%d powers off\n", v->domain->domain_id);
    guest_domain_destroy(v->domain);
    return true;
}

static bool system_reboot(struct vcpu *v, const struct call *c)
{
    printk("d%d reboots\n", v->domain->domain_id);
    guest_domain_reboot(v);
    *c->r3 = v->arch.guest.regs.gprs[3];        /* of the next life */
    return true;
}

/* ---- the call ---- */

static const struct {
    uint32_t token;
    rtas_fn *fn;
} services[] = {
    { RTAS_POWER_OFF,       power_off },
    { RTAS_GET_TIME_OF_DAY, get_time_of_day },
    { RTAS_SYSTEM_REBOOT,   system_reboot },
};

bool h_rtas(struct vcpu *v, const uint64_t *arg, int64_t *result)
{
    const __be32 *head = guest_real(v->domain, arg[0], 3 * sizeof(*head));
    uint32_t token, nr_args, nr_results;
    struct call call;
    const __be32 *words;

    *result = H_PARAMETER;
    if ( arg[0] % sizeof(*head) || !head )
        return false;

    /* The guest may change them at any time: each is read once. */
    token = be32_to_cpu(ACCESS_ONCE(head[0]));
    nr_args = be32_to_cpu(ACCESS_ONCE(head[1]));
    nr_results = be32_to_cpu(ACCESS_ONCE(head[2]));
    if ( nr_args > MAX_WORDS || nr_results < 1 || nr_results > MAX_WORDS )
        return false;
    words = guest_real(v->domain, arg[0],
                       (3 + nr_args + nr_results) * sizeof(*words));
    if ( !words )
        return false;

    *result = H_SUCCESS;
    call = (struct call){ nr_results, (__be32 *)words + 3 + nr_args, result };
    for ( unsigned int i = 0; i < ARRAY_SIZE(services); i++ )
        if ( services[i].token == token )
            return services[i].fn(v, &call);

    call.result[0] = cpu_to_be32(RTAS_PARAMETER);
    return false;
}
