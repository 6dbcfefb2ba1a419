/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmu/lazy.c, as it is compiled into the hypervisor, one call at a time: what
 * its header promises of a call, however the registers were left before it.
 * The glue freezes at every exit, so that in test_pmu_random's sequences some
 * of this would not show.
 */

#include "pmu_world.h"
#include "unit.h"

#define MMCR0 PMU_SPR_MMCR0

static struct pmu_cpu cpu;
static struct pmu_vcpu a, b;
static uint64_t initial[PW_MAX_REGS];

/* A CPU as it is after boot, and two vCPUs nobody profiles. */
static void boot(uint32_t pvr)
{
    const struct pmu_family *family = pmu_family_of(pvr);

    assert_non_null(family);
    memset(&cpu, 0, sizeof(cpu));
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    pw_start(family, pvr);
    for (unsigned int i = 1; i < pw.nr_regs; i++)
        pw.spr[pw.regs[i]] = i * 0x1111;
    pmu_cpu_init(&cpu, family);
    pmu_vcpu_init(&cpu, &a);
    pmu_vcpu_init(&cpu, &b);
    pw_read(initial);
}

/* Gives the registers a guest's values, all different, and lets them count. */
static void guest_counts(void)
{
    for (unsigned int i = 1; i < pw.nr_regs; i++)
        pw.spr[pw.regs[i]] = 0x5000 + i;
    pw.spr[MMCR0] = PMU_MMCR0_PMAE;
    pw.violations = 0;
}

/* The registers hold what loading *ctx makes of them. */
static void assert_loaded(const struct pmu_context *ctx)
{
    uint64_t found[PW_MAX_REGS], wanted[PW_MAX_REGS];

    pw_read(found);
    cpu.family->save(&(struct pmu_context){ 0 });
    cpu.family->load(ctx);
    pw_read(wanted);
    assert_memory_equal(found, wanted, pw.nr_regs * sizeof(*found));
}

static void assert_initial(void)
{
    uint64_t found[PW_MAX_REGS];

    pw_read(found);
    assert_memory_equal(found, initial, pw.nr_regs * sizeof(*found));
}

/* A vCPU is covered while it counts: no running counter is loaded. */
static void cover_running(uint32_t pvr)
{
    boot(pvr);
    guest_counts();
    pmu_cover(&cpu, &a, NULL, true);
    assert_int_equal(pw.violations, 0);
    assert_true(a.covered);
    assert_memory_equal(&a.ctx, &cpu.initial, sizeof(a.ctx));
    assert_initial();
}

/* A vCPU that is given registers starts with those, now or later. */
static void cover_start(uint32_t pvr)
{
    struct pmu_context start;

    boot(pvr);
    guest_counts();
    pw.spr[MMCR0] |= PMU_MMCR0_FC;
    cpu.family->save(&start);
    pmu_reset(&cpu);

    pmu_cover(&cpu, &a, &start, false);
    assert_memory_equal(&a.ctx, &start, sizeof(start));
    assert_initial();

    pmu_cover(&cpu, &b, &start, true);
    assert_int_equal(pw.violations, 0);
    assert_loaded(&start);
}

/* A vCPU's counts are not kept, and not left for others to see. */
static void uncover(uint32_t pvr)
{
    static const struct pmu_context none;

    for (int running = 0; running < 2; running++) {
        boot(pvr);
        pmu_cover(&cpu, &a, NULL, false);
        guest_counts();
        memset(&a.ctx, 0x5a, sizeof(a.ctx));
        pmu_uncover(&cpu, &a, running);
        assert_int_equal(pw.violations, 0);
        assert_false(a.covered);
        assert_ptr_equal(a.from, &cpu.initial);
        assert_memory_equal(&a.ctx, &none, sizeof(none));
        if (running)
            assert_initial();
        else
            assert_int_equal(pw.spr[MMCR0], PMU_MMCR0_PMAE);
    }
}

/* Nothing of a guest that never asked is stored, or found by the next. */
static void switch_uncovered(uint32_t pvr)
{
    static const struct pmu_context none;

    boot(pvr);
    guest_counts();
    pmu_switch(&cpu, &a, &b);
    assert_int_equal(pw.violations, 0);
    assert_memory_equal(&a.ctx, &none, sizeof(none));
    assert_initial();
}

/*
 * A CPU is taken to let every guest in until it has been seen not to: whoever
 * leaves it to chance has one guest read what another left.
 */
static void exposed(uint32_t pvr)
{
    boot(pvr);
    assert_true(cpu.exposed);
}

/* An alert that was pending goes with its vCPU, and comes back with it. */
static void switch_alert(uint32_t pvr)
{
    boot(pvr);
    pmu_cover(&cpu, &a, NULL, true);
    guest_counts();
    pw.still = true;
    pw.spr[MMCR0] = PMU_MMCR0_PMAO | PMU_MMCR0_FCH;
    pmu_switch(&cpu, &a, &b);
    assert_initial();
    pmu_switch(&cpu, &b, &a);
    assert_int_equal(pw.violations, 0);
    assert_int_equal(pw.spr[MMCR0], PMU_MMCR0_PMAO | PMU_MMCR0_FCH);
    for (unsigned int i = 1; i < pw.nr_regs; i++)
        assert_int_equal(pw.spr[pw.regs[i]], 0x5000 + i);
}

/*
 * Nothing is kept for a vCPU that says that it does not use its registers, until
 * it says otherwise; an alert that it left is nobody's.
 */
static void switch_unused(uint32_t pvr)
{
    uint8_t in_use = 0;

    boot(pvr);
    pmu_cover(&cpu, &a, NULL, true);
    pmu_used_if(&a, &in_use);
    guest_counts();
    pw.still = true;
    pw.spr[MMCR0] = PMU_MMCR0_PMAO | PMU_MMCR0_FCH;
    pmu_switch(&cpu, &a, &b);
    assert_initial();
    pmu_switch(&cpu, &b, &a);
    assert_initial();
    assert_int_equal(pw.violations, 0);

    in_use = 1;
    guest_counts();
    pmu_switch(&cpu, &a, &b);
    pmu_switch(&cpu, &b, &a);
    for (unsigned int i = 1; i < pw.nr_regs; i++)
        assert_int_equal(pw.spr[pw.regs[i]], 0x5000 + i);

    in_use = 0;
    pmu_used_if(&a, NULL);
    pmu_switch(&cpu, &a, &b);
    pmu_switch(&cpu, &b, &a);
    assert_int_equal(pw.spr[pw.regs[1]], 0x5001);
}

static void both(void **state)
{
    void (*check)(uint32_t) = *state;

    check(0x004e1202);
    check(0x00390202);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        { "cover a vCPU that runs", both, NULL, NULL, cover_running },
        { "cover with a start", both, NULL, NULL, cover_start },
        { "uncover", both, NULL, NULL, uncover },
        { "switch, neither covered", both, NULL, NULL, switch_uncovered },
        { "exposed at first", both, NULL, NULL, exposed },
        { "switch with an alert", both, NULL, NULL, switch_alert },
        { "switch, not in use", both, NULL, NULL, switch_unused },
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
