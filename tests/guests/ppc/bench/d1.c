/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures, in instructions, what a hypercall and a change of guests and back
 * take: with nobody profiling, one of two, both, and one of two that has asked and
 * says that it does not use what it has. tests/lab/ppc/bench makes
 * figures of it. Under icount an instruction is a nanosecond, and the time
 * base has 512 ticks in 1,000 of them; over many rounds that is exact.
 *
 * It proves no more than that it runs. On a hypervisor without the performance
 * monitor it measures what there is. It first uses the monitor without having
 * asked: a hypervisor that is to be measured where nobody profiles has to have
 * seen that the machine keeps guests out.
 *
 * guests: d1,control d2 slice=1000000
 */
#include "guest.h"

#define ROUNDS 10000

static struct vpa vpa;

/* Returns what each of the rounds took, in thousandths of an instruction. */
static uint64_t each(uint64_t ticks)
{
    return ticks * 1000000 / 512 / ROUNDS;
}

static void skip(struct frame *frame)
{
    frame->pc += 4;
}

static void measure(const char *what)
{
    uint64_t begin, hcalls, changes;

    for (unsigned int n = 0; n < 10; n++)
        give_way();
    begin = time_base();
    for (unsigned int n = 0; n < ROUNDS; n++)
        hcall(XEN_MARK(SCHED_OP), -1, 0, 0, 0); /* no such operation */
    hcalls = time_base() - begin;
    begin = time_base();
    for (unsigned int n = 0; n < ROUNDS; n++)
        give_way();
    changes = time_base() - begin;
    print("# bench %s hcall=%lu change=%lu", what, each(hcalls), each(changes));
    ok(hcalls && changes > hcalls, "%s", what);
}

void test_main(unsigned int vcpu)
{
    struct xen_sysctl_profile none = { .op = 0 };

    (void)vcpu;
    on_interrupt(0x700, skip);
    (void)mfspr(MMCR0);
    on_interrupt(0x700, NULL);
    measure("none");
    if (perfmon(PERFMON_ENABLE, 0))
        return;
    measure("one");
    is(profile(XEN_PROFILE_start, 2, &none), 0, "the other too");
    measure("both");
    is(profile(XEN_PROFILE_stop, 2, &none), 0, "the other no more");
    vpa_init(&vpa);
    is(hcall(H_REGISTER_VPA, VPA_REGISTER, 0, (uint64_t)&vpa, 0), H_SUCCESS,
       "and this one says that it does not use what it asked for");
    measure("unused");
}
