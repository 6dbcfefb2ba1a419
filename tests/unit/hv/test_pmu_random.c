/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmu/lazy.c and common/profile-count.c, as they are compiled into the
 * hypervisor, through random sequences of start, stop, switch, destroy and
 * interrupt, with three domains of one to three vCPUs on one CPU.
 *
 * The model is that every covered vCPU has registers of its own and every
 * other finds the initial set, as often as it comes back: what a vCPU reads is
 * compared after each step, and where each alert went. Half of the sequences
 * run on a CPU that lets everybody in (exposed); on the other, a vCPU that is
 * not covered does not get at the registers, which is not simulated.
 */

#include "pmu_world.h"
#include "unit.h"

#define SEEDS 200
#define STEPS 2000
#define DOMAINS 3
#define VCPUS 6
#define MMCR0 PMU_SPR_MMCR0

static const unsigned int domain_of[VCPUS] = { 0, 1, 1, 2, 2, 2 };

static struct pmu_cpu cpu;
static struct profile_counts counts;
static struct profile_domain domains[DOMAINS];
static struct {
    struct pmu_vcpu pmu;
    struct profile_vcpu profile;
    bool alive;
} vcpus[VCPUS];
static unsigned int current;

/* The model: what each vCPU would read, and whether it has an alert. */
static struct {
    uint64_t reg[PW_MAX_REGS];
    bool alert;
} model[VCPUS];
static uint64_t initial[PW_MAX_REGS];
static struct {
    unsigned int raised, delivered, switches, covered, destroyed, held, lasts;
} seen;

static bool covered(unsigned int v)
{
    return domains[domain_of[v]].sessions || vcpus[v].profile.self;
}

/* ---- what the hypervisor's glue does (arch/ppc/pmu/pmu.c) ---- */

/* Entry into the hypervisor: FCH, or all frozen. */
static void enter(void)
{
    uint32_t mmcr0;

    pw.still = true;
    mmcr0 = pmu_mfspr(MMCR0);
    pmu_mtspr(MMCR0, covered(current) ? mmcr0 | PMU_MMCR0_FCH
                                      : PMU_MMCR0_FC | PMU_MMCR0_FCH);
}

static void update(enum profile_edge edge, unsigned int d)
{
    if (edge == PROFILE_FIRST)
        pmu_reset(&cpu);
    for (unsigned int v = 0; v < VCPUS; v++) {
        if (domain_of[v] != d || covered(v) == vcpus[v].pmu.covered)
            continue;
        if (covered(v))
            pmu_cover(&cpu, &vcpus[v].pmu, NULL, v == current);
        else
            pmu_uncover(&cpu, &vcpus[v].pmu, v == current);
        memcpy(model[v].reg, initial, sizeof(initial));
        model[v].alert = false;
    }
    if (edge == PROFILE_LAST) {
        pmu_reset(&cpu);
        seen.lasts++;
    }
    /* The first and the last session load the initial set in any case. */
    if (edge != PROFILE_SAME && !covered(current))
        memcpy(model[current].reg, initial, sizeof(initial));
}

static void switch_to(unsigned int next)
{
    if (next == current)
        return;
    if (counts.claims || cpu.exposed)
        pmu_switch(&cpu, &vcpus[current].pmu, &vcpus[next].pmu);
    /* A vCPU that is not covered finds the initial set when it comes back. */
    if (!covered(next))
        memcpy(model[next].reg, initial, sizeof(initial));
    current = next;
    seen.switches++;
}

/* ---- steps ---- */

static void guest_runs(void)
{
    uint32_t before = pw.spr[MMCR0];

    pw.still = false;
    pw_run();
    if (!(before & PMU_MMCR0_PMAO) && pw.spr[MMCR0] & PMU_MMCR0_PMAO) {
        seen.raised++;
        model[current].alert = true;
    }
    pw_read(model[current].reg);
}

static void guest_writes(void)
{
    unsigned int i = pw_random() % pw.nr_regs;
    uint64_t value = pw_random();

    /* Now and then a value will overflow soon, or counts with alerts. */
    if (i && pw_random() % 2)
        value = 0x7ff00000 + value % 0x100000;
    if (!i)
        value = pw_random() % 2 ? PMU_MMCR0_PMAE : value & ~PMU_MMCR0_PMAO;
    if (!i)
        model[current].alert = false;
    pw.spr[pw.regs[i]] = pw.narrow[pw.regs[i]] ? (uint32_t)value : value;
    pw_read(model[current].reg);
}

/* EE on: a pending alert arrives. */
static void guest_interrupted(void)
{
    if (!(pw.spr[MMCR0] & PMU_MMCR0_PMAO))
        return;
    assert_true(model[current].alert);
    model[current].alert = false;
    seen.delivered++;
    pw.spr[MMCR0] &= ~(uint64_t)PMU_MMCR0_PMAO;
    pw_read(model[current].reg);
}

static void destroy(unsigned int d)
{
    enum profile_edge edge = profile_domain_gone(&counts, &domains[d]);

    for (unsigned int v = 0; v < VCPUS; v++)
        if (domain_of[v] == d)
            vcpus[v].profile.self = false;
    update(edge, d);
    seen.destroyed++;
}

static void hypervisor_acts(void)
{
    unsigned int d = pw_random() % DOMAINS;
    enum profile_edge edge = PROFILE_SAME;

    enter();
    if (covered(current)) {
        model[current].reg[0] |= PMU_MMCR0_FCH;
    } else {
        model[current].reg[0] = PMU_MMCR0_FC | PMU_MMCR0_FCH;
        model[current].alert = false;
    }
    switch (pw_random() % 16) {
    case 0:
        if (!profile_session_start(&counts, &domains[d], &edge))
            update(edge, d);
        break;
    case 1 ... 2:
        if (!profile_session_stop(&counts, &domains[d], &edge))
            update(edge, d);
        break;
    case 3 ... 4:
        if (!profile_self(&counts, &domains[domain_of[current]],
                          &vcpus[current].profile, pw_random() % 3, &edge))
            update(edge, domain_of[current]);
        break;
    case 5:
        if (pw_random() % 8 == 0)
            destroy(d);
        break;
    default:
        switch_to(pw_random() % VCPUS);
    }
}

static void compare(void)
{
    uint64_t found[PW_MAX_REGS];

    assert_int_equal(pw.violations, 0);
    for (unsigned int v = 0; v < VCPUS; v++) {
        seen.covered += covered(v);
        assert_int_equal(vcpus[v].pmu.covered, covered(v));
        if (v != current && model[v].alert)
            seen.held++;
    }
    pw_read(found);
    /*
     * While nobody profiles, on a CPU that keeps guests from them, registers
     * are nobody's, but there is no alert.
     */
    if (!counts.claims && !cpu.exposed) {
        if (!model[current].alert)
            assert_int_equal(found[0] & PMU_MMCR0_PMAO, 0);
        return;
    }
    assert_memory_equal(found, model[current].reg, pw.nr_regs * sizeof(*found));
    assert_int_equal(!!(found[0] & PMU_MMCR0_PMAO), model[current].alert);
}

static void sequence(const struct pmu_family *family, uint64_t seed)
{
    memset(vcpus, 0, sizeof(vcpus));
    memset(domains, 0, sizeof(domains));
    memset(&counts, 0, sizeof(counts));
    memset(model, 0, sizeof(model));
    memset(&cpu, 0, sizeof(cpu));
    pw_start(family, seed);
    /* Firmware has left the registers, and they count. */
    for (unsigned int i = 1; i < pw.nr_regs; i++)
        pw.spr[pw.regs[i]] = pw.narrow[pw.regs[i]] ? i * 0x111 : i * 0x1111111;
    pw.spr[MMCR0] = PMU_MMCR0_PMAE | 0x10;
    pw.still = true;
    pmu_cpu_init(&cpu, family);
    pw_read(initial);
    assert_int_equal(initial[0], PMU_MMCR0_FC | PMU_MMCR0_FCH | 0x10);
    cpu.exposed = seed % 2;
    for (unsigned int v = 0; v < VCPUS; v++) {
        pmu_vcpu_init(&cpu, &vcpus[v].pmu);
        memcpy(model[v].reg, initial, sizeof(initial));
    }
    current = 0;

    for (unsigned int n = 0; n < STEPS; n++) {
        switch (pw_random() % 4) {
        case 0:
            guest_runs();
            break;
        case 1:
            guest_writes();
            break;
        case 2:
            guest_interrupted();
            break;
        default:
            hypervisor_acts();
        }
        compare();
    }

    for (unsigned int d = 0; d < DOMAINS; d++)
        destroy(d);
    assert_int_equal(counts.claims, 0);
}

static void sequences(uint32_t pvr)
{
    memset(&seen, 0, sizeof(seen));
    for (unsigned int seed = 1; seed <= SEEDS; seed++)
        sequence(pmu_family_of(pvr), seed);
    /* The sequences are worth something. */
    assert_true(seen.switches > 10000 && seen.destroyed > 1000);
    assert_true(seen.covered > 100000 && seen.lasts > 200);
    assert_true(seen.raised > 1000 && seen.delivered > 500);
    assert_true(seen.held > 500);
}

static void power9(void **state)
{
    (void)state;
    sequences(0x004e1202);
}

static void ppc970(void **state)
{
    (void)state;
    sequences(0x00390202);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power9),
        cmocka_unit_test(ppc970),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
